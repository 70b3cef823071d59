"""Values as RT sends them, where they are not as everywhere.

Most numbers are strings, ids sometimes numbers, an unset date is the year 1970, an unset text may be null.
"""

import re
from datetime import datetime
from typing import Any

from connectors import values
from connectors.errors import Rejected
from connectors.values import mapping, text

NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


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


def moment(value: Any) -> datetime | None:
    """A time in UTC. RT's REST API tells times in UTC whatever its own zone; 1970 means never."""
    found = values.moment(value)
    return found if found and found.year > 1970 else None


def named(value: Any) -> str | None:
    """The name in a reference such as `{"type": "user", "id": "emma"}`: RT refers to users by name."""
    return text(mapping(value).get("id"))
