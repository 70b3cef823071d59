"""What a saved record means. A callout and a poll bring the same row, and both call it by the same event id."""

from collections.abc import Iterator
from typing import Any

from connectors.contract import EventKind, Role, TicketEvent, Visibility
from connectors.salesforce.values import CASE, COMMENT, EMAIL, USER, record_id
from connectors.values import moment, text

# What is asked for of each kind of record, and what the callout tells of it: no word of what anybody wrote.
FIELDS = {
    "Case": "Id,CreatedDate,SystemModstamp,CreatedById,LastModifiedById",
    "EmailMessage": "Id,ParentId,Incoming,Status,CreatedDate,SystemModstamp,CreatedById,LastModifiedById",
    "CaseComment": "Id,ParentId,IsPublished,CreatedDate,SystemModstamp,CreatedById,LastModifiedById",
}
SENT, DRAFT = "3", "5"  # values of EmailMessage.Status
SHOWN = (SENT, DRAFT)  # of those that did not come in


def case_events(row: dict[str, Any], me: str | None, *, created: bool) -> Iterator[TicketEvent]:
    """A case that is new, and a case that changed since: one event each."""
    case = record_id(row.get("Id"), CASE)
    created_at, changed_at = moment(row.get("CreatedDate")), moment(row.get("SystemModstamp"))
    if case is None or changed_at is None:
        return
    if created:
        event_id = f"sf-{case}-created"
        yield TicketEvent(event_id, EventKind.TICKET_CREATED, case, created_at, _own(row, "CreatedById", me))
    if not created or (created_at is not None and changed_at > created_at):
        event_id = f"sf-{case}-{changed_at.timestamp():.0f}"
        yield TicketEvent(event_id, EventKind.TICKET_CHANGED, case, changed_at, _own(row, "LastModifiedById", me))


def email_event(row: dict[str, Any], me: str | None) -> TicketEvent | None:
    """An e-mail that came, was sent, or waits as a draft. Whom a sent one reached is told by the ticket alone.

    An e-mail that came is nobody's own, though the user that takes mail in may be the integration user.
    """
    record, case = record_id(row.get("Id"), EMAIL), record_id(row.get("ParentId"), CASE)
    incoming, status = row.get("Incoming"), text(row.get("Status"))
    if record is None or case is None or not isinstance(incoming, bool):
        return None
    at = moment(row.get("CreatedDate"))
    if incoming:
        event_id = f"sf-{record}-public"
        return TicketEvent(event_id, EventKind.MESSAGE_ADDED, case, at, None, Visibility.PUBLIC, record)
    if status not in SHOWN:
        return None
    event_id = f"sf-{record}-{'draft' if status == DRAFT else 'sent'}"
    # A draft stays the same record when a person edits or sends it; then it is that person's.
    author = _own(row, "CreatedById", me) and _own(row, "LastModifiedById", me)
    visibility = Visibility.DRAFT if status == DRAFT else None
    return TicketEvent(event_id, EventKind.MESSAGE_ADDED, case, at, author, visibility, record)


def comment_event(row: dict[str, Any], me: str | None) -> TicketEvent | None:
    """A comment, and once more if it is published later: then it is a reply."""
    record, case = record_id(row.get("Id"), COMMENT), record_id(row.get("ParentId"), CASE)
    published = row.get("IsPublished")
    if record is None or case is None or not isinstance(published, bool):
        return None
    author = _own(row, "CreatedById", me)
    visibility = Visibility.PUBLIC if published else Visibility.INTERNAL
    at = moment(row.get("CreatedDate"))
    return TicketEvent(f"sf-{record}-{visibility}", EventKind.MESSAGE_ADDED, case, at, author, visibility, record)


def _own(row: dict[str, Any], name: str, me: str | None) -> Role | None:
    """Ours, or nobody's that the row alone could tell."""
    return Role.INTEGRATION if me is not None and record_id(row.get(name), USER) == me else None
