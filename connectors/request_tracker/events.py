"""What a transaction means. A webhook and a poll tell of the same one, and both call it by the same event id."""

from datetime import datetime

from connectors.contract import EventKind, Role, TicketEvent, Visibility

SYSTEM = {"RT_System", "Nobody"}
CHANGES = (
    *("Status", "Set", "SetWatcher", "AddWatcher", "DelWatcher", "CustomField", "AddLink"),
    *("Take", "Untake", "Steal", "Give", "Force"),
)
KINDS = {
    "Create": EventKind.TICKET_CREATED,
    "Correspond": EventKind.MESSAGE_ADDED,
    "Comment": EventKind.MESSAGE_ADDED,
    **dict.fromkeys(CHANGES, EventKind.TICKET_CHANGED),
}
VISIBLE_AS = {"Create": Visibility.PUBLIC, "Correspond": Visibility.PUBLIC, "Comment": Visibility.INTERNAL}
MESSAGES = tuple(VISIBLE_AS)


def event_of(
    transaction: int,
    ticket: int,
    kind: str,
    *,
    status: str | None,
    author: Role | None,
    occurred_at: datetime | None,
) -> TicketEvent | None:
    """The event; None for transactions that say nothing of the ticket, such as the record of a mail."""
    found = KINDS.get(kind)
    if found is None:
        return None
    return TicketEvent(
        event_id=f"rt-transaction-{transaction}",
        kind=EventKind.TICKET_DELETED if kind == "Status" and status == "deleted" else found,
        ticket_id=str(ticket),
        occurred_at=occurred_at,
        author=author,
        visibility=VISIBLE_AS.get(kind),
        message_id=str(transaction) if kind in VISIBLE_AS else None,
    )
