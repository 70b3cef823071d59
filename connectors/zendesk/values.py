"""Values as Zendesk sends them, where they are not as everywhere.

Ids are integers in REST and strings in events; both can exceed 2**53, so they become strings and never floats.
"""

from typing import Any

from connectors import values
from connectors.errors import Rejected

ZENDESK_ITSELF = "-1"


def identifier(value: Any) -> str | None:
    """An id as a string; None for what is no id."""
    return ZENDESK_ITSELF if value in (-1, ZENDESK_ITSELF) else values.identifier(value)


def ticket_path(ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = values.identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Zendesk's")
    return f"/api/v2/tickets/{number}"
