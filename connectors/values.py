"""Values as help desks send them, read so that nothing is lost and nothing odd gets in.

What is optional becomes None where it is missing or of another type; what is needed raises `Unavailable`, because an
answer that lacks it may be whole the next time. Oddities of one vendor are in that connector's own `values.py`.
"""

import re
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors.errors import Unavailable

T = TypeVar("T")
DIGITS = re.compile(r"[0-9]{1,24}", re.ASCII)
LONGEST_MOMENT = 40  # characters


def identifier(value: Any) -> str | None:
    """A numeric id as a string, because it may exceed 2**53; None for what is no id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    found = str(value) if isinstance(value, str) or abs(value) < 10**24 else ""
    return found if DIGITS.fullmatch(found) else None


def text(value: Any) -> str | None:
    """A text that can be stored; None where it is empty or no text."""
    return storable(value) or None if isinstance(value, str) else None


def storable(value: str) -> str:
    """The text without what JSON can hold, and neither a database nor a request can: NUL, and halves of characters."""
    return value.replace("\x00", "").encode(errors="replace").decode()


def moment(value: Any) -> datetime | None:
    """A time in UTC, from ISO 8601 with a zone, or from Unix seconds, whole or not."""
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
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def several(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; anything else in it is passed over."""
    return [item for item in several(value) if isinstance(item, dict)]


def listed(value: Any, what: str) -> list[dict[str, Any]]:
    """The objects of a list that an answer must be, or hold. Raises `Unavailable`."""
    if not isinstance(value, list):
        raise lacks(what)
    return objects(value)


def document(answer: Any) -> dict[str, Any]:
    """An answer that must be an object. Raises `Unavailable`."""
    if not isinstance(answer, dict):
        raise Unavailable("the help desk's answer is not a JSON object; if this stays, its API has changed")
    return answer


def needed(value: T | None, what: str) -> T:
    """A part of an answer without which it cannot be used. Raises `Unavailable`."""
    if value is None:
        raise lacks(what)
    return value


def lacks(what: str, *, may_be_stored: bool = False) -> Unavailable:
    """The error for an answer without `what`. `may_be_stored`: it answered a write."""
    return Unavailable(
        f"the help desk's answer lacks {what}; if this stays, its API has changed", may_be_stored=may_be_stored
    )
