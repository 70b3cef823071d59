"""Values as RT sends them, read so that nothing is lost and nothing odd gets in.

Most numbers are strings, ids sometimes numbers, an unset date is the year 1970, an unset text may be null.
"""

import re
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors.errors import Rejected, Unavailable

T = TypeVar("T")
NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
LONGEST_MOMENT = 40  # characters


def number(value: Any) -> int | None:
    """A whole number, not negative, from a number or its digits; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = str(value) if isinstance(value, str) or 0 <= value < 10**15 else ""
    return int(found) if NUMBER.fullmatch(found) else None


def ticket_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    if number(ticket_id) is None:
        raise Rejected("the ticket id is not a number, so it is not one of RT's")
    return f"/REST/2.0/ticket/{number(ticket_id)}"


def text(value: Any) -> str | None:
    return storable(value) or None if isinstance(value, str) else None


def storable(value: str) -> str:
    """The text without what JSON can hold, and neither a database nor a request can: NUL, and halves of characters."""
    return value.replace("\x00", "").encode(errors="replace").decode()


def moment(value: Any) -> datetime | None:
    """A time in UTC. RT's REST API tells times in UTC whatever its own zone; 1970 means never."""
    if not isinstance(value, str) or len(value) > LONGEST_MOMENT:
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo and found.year > 1970 else None
    except (ValueError, OverflowError):
        return None


def mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is passed over."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def named(value: Any) -> str | None:
    """The name in a reference such as `{"type": "user", "id": "emma"}`: RT refers to users by name."""
    return text(mapping(value).get("id"))


def needed(value: T | None, what: str) -> T:
    """A part of an answer without which it cannot be used."""
    if value is None:
        raise Unavailable(f"RT's answer lacks {what}; if this stays, its API has changed")
    return value


def document(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise Unavailable("RT's answer is not a JSON object; if this stays, its API has changed")
    return answer
