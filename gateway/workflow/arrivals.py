"""What a help desk told, by webhook or when it was asked, as rows that can be kept."""

from collections.abc import Sequence

from connectors.contract import EventKind, Role, TicketEvent, Visibility
from connectors.errors import Malformed
from gateway.store.intake import Arrival

MAY_BE_OWED = (EventKind.TICKET_CREATED, EventKind.MESSAGE_ADDED)
LONGEST_ID = 255


def arrivals(events: Sequence[TicketEvent]) -> list[Arrival]:
    """Raises `Malformed` where an id cannot be kept."""
    return [_arrival(event) for event in events]


def _arrival(event: TicketEvent) -> Arrival:
    for value in (event.event_id, event.ticket_id, event.message_id or "-"):
        if not value or len(value) > LONGEST_ID or "\x00" in value:
            raise Malformed("an id in the delivery is empty, too long, or holds a NUL")
    return Arrival(
        event_id=event.event_id,
        kind=event.kind,
        ticket_id=event.ticket_id,
        author=event.author,
        visibility=event.visibility,
        message_id=event.message_id,
        occurred_at=event.occurred_at,
        supersedes=_supersedes(event),
    )


def _supersedes(event: TicketEvent) -> bool:
    """May this change what is to be answered? When nobody tells, it may."""
    if event.kind is EventKind.TICKET_DELETED:
        return True
    if event.kind not in MAY_BE_OWED or event.author in (Role.INTEGRATION, Role.SYSTEM):
        return False
    return event.visibility is not Visibility.INTERNAL and event.visibility is not Visibility.DRAFT
