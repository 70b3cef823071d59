"""Where things are in HubSpot's API, and ids as it writes them."""

import re
from typing import Any

from connectors.errors import Rejected
from connectors.values import identifier

THREADS = "/conversations/v3/conversations/threads"
TICKETS = "/crm/v3/objects/tickets"
MESSAGE_ID = re.compile(r"[A-Za-z0-9_.=-]{1,200}", re.ASCII)
ACTOR_ID = re.compile(r"[A-Z]-[!-~]{1,200}", re.ASCII)


def message_id(value: Any) -> str | None:
    """The id of a message, which is no number; None for what is no id."""
    return value if isinstance(value, str) and MESSAGE_ID.fullmatch(value) and value.strip(".") else None


def actor_id(value: Any) -> str | None:
    """Somebody as HubSpot names them: `A-` an agent, `V-` a contact, `I-` an app, `S-` HubSpot, and others."""
    return value if isinstance(value, str) and ACTOR_ID.fullmatch(value) else None


def thread_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of HubSpot's")
    return f"{THREADS}/{number}"
