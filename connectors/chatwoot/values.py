"""Values as Chatwoot sends them, read so that nothing is lost and nothing odd gets in.

A time is ISO 8601 in webhooks' messages, and Unix seconds in what is nested there and in REST.
"""

import re
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors.errors import Rejected, Unavailable

T = TypeVar("T")
IDENTIFIER = re.compile(r"[0-9]{1,24}", re.ASCII)
LONGEST_MOMENT = 40  # characters


def identifier(value: Any) -> str | None:
    """An id as a string; None for what is no id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = str(value) if isinstance(value, str) or abs(value) < 10**24 else ""
    return found if IDENTIFIER.fullmatch(found) else None


def conversation_path(account_id: str, ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Chatwoot's")
    return f"{account_path(account_id)}/conversations/{number}"


def account_path(account_id: str) -> str:
    return f"/api/v1/accounts/{account_id}"


def text(value: Any) -> str | None:
    return storable(value) or None if isinstance(value, str) else None


def storable(value: str) -> str:
    """The text without what JSON can hold, and neither a database nor a request can: NUL, and halves of characters."""
    return value.replace("\x00", "").encode(errors="replace").decode()


def moment(value: Any) -> datetime | None:
    """A time in UTC, from ISO 8601 or from Unix seconds, whole or not."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if not isinstance(value, str) or len(value) > LONGEST_MOMENT:
            return None
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError, OSError):
        return None


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is passed over."""
    return [item for item in several(value) if isinstance(item, dict)]


def listed(value: Any, what: str) -> list[dict[str, Any]]:
    """The objects of a list that an answer must hold."""
    if not isinstance(value, list):
        raise Unavailable(f"Chatwoot's answer lacks {what}; if this stays, its API has changed")
    return objects(value)


def document(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise Unavailable("Chatwoot's answer is not a JSON object; if this stays, its API has changed")
    return answer


def needed(value: T | None, what: str) -> T:
    """A part of an answer without which it cannot be used."""
    if value is None:
        raise Unavailable(f"Chatwoot's answer lacks {what}; if this stays, its API has changed")
    return value
