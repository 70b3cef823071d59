"""What a saved record means. The business rule and a poll bring the same rows, under the same event ids."""

from typing import Any

from connectors.contract import EventKind, Role, TicketEvent
from connectors.servicenow.journal import VISIBLE_AS, is_by
from connectors.servicenow.values import moment, number, sys_id

RECORD = "sys_id,sys_mod_count,sys_created_on,sys_updated_on,sys_created_by,sys_updated_by"


def entry_event(row: dict[str, Any], me: str) -> TicketEvent | None:
    """A comment or a work note."""
    entry, record, element = sys_id(row.get("sys_id")), sys_id(row.get("element_id")), row.get("element")
    if entry is None or record is None or not isinstance(element, str) or element not in VISIBLE_AS:
        return None
    return TicketEvent(
        event_id=f"sn-{entry}",
        kind=EventKind.MESSAGE_ADDED,
        ticket_id=record,
        occurred_at=moment(row.get("sys_created_on")),
        author=Role.INTEGRATION if is_by(row, me) else None,
        visibility=VISIBLE_AS[element],
        message_id=entry,
    )


def created_event(row: dict[str, Any], me: str) -> TicketEvent | None:
    record = sys_id(row.get("sys_id"))
    if record is None:
        return None
    author = Role.INTEGRATION if str(row.get("sys_created_by")).casefold() == me.casefold() else None
    at = moment(row.get("sys_created_on"))
    return TicketEvent(f"sn-{record}-created", EventKind.TICKET_CREATED, record, at, author)


def changed_event(row: dict[str, Any], me: str) -> TicketEvent | None:
    """An update, by how many there were before."""
    record, count = sys_id(row.get("sys_id")), number(row.get("sys_mod_count"))
    if record is None or count is None:
        return None
    author = Role.INTEGRATION if str(row.get("sys_updated_by")).casefold() == me.casefold() else None
    at = moment(row.get("sys_updated_on"))
    return TicketEvent(f"sn-{record}-{count}", EventKind.TICKET_CHANGED, record, at, author)
