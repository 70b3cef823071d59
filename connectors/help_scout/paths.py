"""Where things are in Help Scout's Inbox API."""

from connectors.errors import Rejected
from connectors.values import identifier

API = "/v2"
TOKEN = f"{API}/oauth2/token"


def conversation_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Help Scout's")
    return f"{API}/conversations/{number}"
