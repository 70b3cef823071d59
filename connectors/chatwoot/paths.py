"""Where things are in Chatwoot's API."""

from connectors.errors import Rejected
from connectors.values import identifier


def conversation_path(account_id: str, ticket_id: str) -> str:
    """Where a ticket is read and written. Raises `Rejected` for an id of another help desk."""
    number = identifier(ticket_id)
    if number is None:
        raise Rejected("the ticket id is not a number, so it is not one of Chatwoot's")
    return f"{account_path(account_id)}/conversations/{number}"


def account_path(account_id: str) -> str:
    return f"/api/v1/accounts/{account_id}"
