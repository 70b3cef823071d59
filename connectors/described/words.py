"""The help desk's words in ours, and ours in its own; and other values as an admin's paths find them."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from connectors import values
from connectors.errors import Rejected, Unavailable

T = TypeVar("T")
EVERY_OTHER = "*"
IDENTIFIER = re.compile(r"(?!\.{1,2}$)[\w.:@+-]{1,200}", re.ASCII)
SHOWN = re.compile(r"[\w .:-]{1,40}")


def word(value: Any) -> str | None:
    """A scalar as a table has it: `true`, `false`, a number, a text; None for what is no scalar, or nothing."""
    if isinstance(value, str):
        return values.text(value)
    return json.dumps(value) if isinstance(value, bool | int | float) else None


def ours(table: Mapping[str, T], value: Any) -> T | None:
    """Our word for theirs; None where the table has none. Nothing at all is the word `null`, and no other word."""
    if value is None:
        return table.get("null")
    found = word(value)
    return table.get(found or "", table.get(EVERY_OTHER))


def needed(table: Mapping[str, T], value: Any, what: str) -> T:
    """Our word. Raises `Unavailable`, which names the word if it can be no text of a person's."""
    found = ours(table, value)
    if found is None:
        said = word(value)
        named = f"{said!r} of " if said and len(said) < 40 and SHOWN.fullmatch(said) else ""
        raise Unavailable(f"the description's table words.{what} has no word for {named}the help desk's answer")
    return found


def theirs(table: Mapping[str, T], value: T, what: str) -> str:
    """The first word of theirs that means this. Raises `Rejected` before anything is called."""
    found = first(table, value)
    if found is None:
        raise Rejected(f"the description's table words.{what} has no word that means {value}")
    return found


def first(table: Mapping[str, T], value: T) -> str | None:
    """The first word of theirs that means this; None where the table has none."""
    return next((found for found, means in table.items() if means == value and found != EVERY_OTHER), None)


def identifier(value: Any) -> str | None:
    """An id as text; None for what cannot be kept, or cannot stand in an address."""
    found = word(value) if not isinstance(value, bool | float) else None
    return found if found and IDENTIFIER.fullmatch(found) else None


def moment(value: Any, zone: ZoneInfo | None) -> datetime | None:
    """A time in UTC. One without a zone counts only where the description names that zone."""
    if (found := values.moment(value)) is not None or zone is None or not isinstance(value, str):
        return found
    try:
        return datetime.fromisoformat(value[: values.LONGEST_MOMENT]).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
