"""Values as ServiceNow sends them: all are strings, times are UTC without saying so, empty is an empty string."""

import re
from datetime import UTC, datetime
from typing import Any

from connectors import values
from connectors.errors import Rejected
from connectors.values import mapping, text

SYS_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
NUMBER = re.compile(r"\d{1,12}", re.ASCII)


def sys_id(value: Any) -> str | None:
    """The key of a record; None for what is none."""
    return value if isinstance(value, str) and SYS_ID.fullmatch(value) else None


def record_id(ticket_id: str) -> str:
    """Raises `Rejected` for an id of another help desk."""
    found = sys_id(ticket_id)
    if found is None:
        raise Rejected("the ticket id is not a sys_id (32 hexadecimal digits), so it is not one of ServiceNow's")
    return found


def moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return None
    return values.moment(f"{value.replace(' ', 'T')}+00:00")


def literal(at: datetime) -> str:
    """A time as a part of a query, which ServiceNow reads in the time zone of the user: that must be GMT."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def number(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and NUMBER.fullmatch(value) else None


def raw(row: dict[str, Any], name: str) -> str | None:
    """The value of a field that came with both of its forms."""
    return text(mapping(row.get(name)).get("value"))


def shown(row: dict[str, Any], name: str) -> str | None:
    """The words that people see for a field that came with both of its forms."""
    return text(mapping(row.get(name)).get("display_value"))


def askable(value: str) -> str:
    """A text as a part of a query. Raises `Rejected` for what would end the part, because nothing escapes it."""
    if "^" in value or "\n" in value or "\r" in value or value.startswith("javascript:") or not value.strip():
        raise Rejected("a name with a caret or a line break, or an empty one, cannot be asked for")
    return value
