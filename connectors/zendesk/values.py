"""Values as Zendesk sends them, read so that nothing is lost and nothing odd gets in.

Ids are integers in REST and strings in events; both can exceed 2**53, so they become strings and never floats.
"""

import re
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors.errors import Rejected, Unavailable

T = TypeVar("T")
IDENTIFIER = re.compile(r"-?[0-9]{1,24}", re.ASCII)  # -1 is Zendesk itself
LONGEST_MOMENT = 40  # characters


def identifier(value: Any) -> str | None:
    """An id as a string; None for what is no id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = str(value) if isinstance(value, str) or abs(value) < 10**24 else ""
    return found if IDENTIFIER.fullmatch(found) else None


def ticket_number(value: Any) -> str | None:
    """The id of a ticket, which is a plain number and so safe in a path."""
    found = identifier(value)
    return None if found is None or found.startswith("-") else found


def ticket_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = ticket_number(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Zendesk's")
    return f"/api/v2/tickets/{number}"


def text(value: Any) -> str | None:
    return storable(value) or None if isinstance(value, str) else None


def storable(value: str) -> str:
    """The text without what JSON can hold, and neither a database nor a request can: NUL, and halves of characters."""
    return value.replace("\x00", "").encode(errors="replace").decode()


def moment(value: Any) -> datetime | None:
    """A time in UTC, from ISO 8601 with or without nanoseconds."""
    if not isinstance(value, str) or len(value) > LONGEST_MOMENT:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is passed over."""
    return [item for item in several(value) if isinstance(item, dict)]


def needed(value: T | None, what: str) -> T:
    """A part of an answer without which it cannot be used."""
    if value is None:
        raise Unavailable(f"Zendesk's answer lacks {what}; if this stays, its API has changed")
    return value
