"""Where things are in Intercom's API, and ids as it writes them."""

import re
from typing import Any

from connectors.errors import Rejected
from connectors.values import identifier

CONTACT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def contact_id(value: Any) -> str | None:
    """The id of a contact, which is no number; None for what is no id."""
    return value if isinstance(value, str) and CONTACT.fullmatch(value) else None


def conversation_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Intercom's")
    return f"/conversations/{number}"
