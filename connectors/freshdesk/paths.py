"""Where things are in Freshdesk's API."""

from connectors.errors import Rejected
from connectors.values import identifier

API = "/api/v2"


def ticket_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Freshdesk's")
    return f"{API}/tickets/{number}"
