"""Values as Zammad sends them, where they are not as everywhere."""

from connectors.errors import Rejected
from connectors.values import identifier


def ticket_number(ticket_id: str) -> int:
    """The id of a ticket, which is a plain number and so safe in a path. Raises `Rejected` for another help desk's."""
    found = identifier(ticket_id)
    if found is None:
        raise Rejected("the ticket id is not a number, so it is not one of Zammad's")
    return int(found)
