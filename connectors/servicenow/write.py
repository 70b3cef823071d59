"""Note and change in one call, and a look at what ServiceNow made of both.

A field that the integration user may not change is left as it is, and the call is answered with 200: so the answer is
compared. It does not name the entry of the journal, which is therefore read. Source: ServiceNow, "Table API".
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    Priority,
    PublicReply,
    Ticket,
    WriteReceipt,
)
from connectors.errors import ConnectorError, Misconfigured, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.servicenow import directory
from connectors.servicenow.find import entry_of, receipt
from connectors.servicenow.journal import is_by, journal
from connectors.servicenow.read import PRIORITIES, tags_of, version_of
from connectors.servicenow.rows import TABLES, Row
from connectors.servicenow.settings import INCIDENT, Settings
from connectors.servicenow.template import neutralised
from connectors.servicenow.values import record_id, sys_id
from connectors.values import mapping, storable, text

ANSWER = "sys_id,sys_mod_count,sys_updated_by,state,priority,assignment_group,assigned_to"
LONGEST_ENTRY = 1024 * 1024  # bytes
# A case takes a priority; that of an incident follows from these two, by the rules of the base system.
IMPACT_AND_URGENCY = {
    Priority.URGENT: ("1", "1"),
    Priority.HIGH: ("2", "1"),
    Priority.NORMAL: ("2", "2"),
    Priority.LOW: ("2", "3"),
}
OF_A_CASE = {Priority.URGENT: "1", Priority.HIGH: "2", Priority.NORMAL: "3", Priority.LOW: "4"}


async def write(
    http: HttpClient, settings: Settings, ticket: Ticket, action: Action | None, change: Change | None
) -> WriteReceipt:
    """Write once. Raises `Rejected` or `Misconfigured` before any call for what cannot be done here."""
    _refuse(settings, action, change)
    record = record_id(ticket.id)
    entry = _entry(action) if action else {}
    fields = await _fields(http, settings, ticket, change) if change else {}
    params = {
        "sysparm_display_value": "false",
        "sysparm_exclude_reference_link": "true",
        "sysparm_fields": f"{ANSWER},{settings.tags_field}" if settings.tags_field else ANSWER,
    }
    answer = await http.send("PATCH", f"{TABLES}/{settings.table}/{record}", params=params, json={**fields, **entry})
    saved = mapping(mapping(answer).get("result"))
    if sys_id(saved.get("sys_id")) != record:
        raise Unavailable("ServiceNow's answer to the update is not one that it documents", may_be_stored=True)
    _refuse_another_user(settings, ticket, saved)
    found = await _kept(http, settings, ticket, saved, action)
    _compare(settings, saved, change, fields, found.entry_id)
    return found


def _refuse(settings: Settings, action: Action | None, change: Change | None) -> None:
    if isinstance(action, DraftReply):
        raise Rejected("ServiceNow has no drafts that can be written; write an internal note")
    if isinstance(action, PublicReply) and not settings.replies:
        raise Rejected("this account never replies: options.replies is false")
    if change and not settings.routing:
        raise Rejected("this account never changes a record: options.routing is false")
    if change and change.tags_added and not settings.tags_field:
        raise Misconfigured("name a column for tags in options.tags_field; labels belong to persons here")
    if not action and not change:
        raise Rejected("there is nothing to write: neither a message nor a change")


def _entry(action: Action) -> dict[str, str]:
    body = neutralised(storable(action.body))
    if (size := len(body.encode())) > LONGEST_ENTRY:
        raise Rejected(f"the message has {size} bytes; at most {LONGEST_ENTRY} are written")
    return {"comments" if isinstance(action, PublicReply) else "work_notes": body}


async def _fields(http: HttpClient, settings: Settings, ticket: Ticket, change: Change) -> dict[str, str]:
    """A column is replaced as a whole, so our tags go together with those that the ticket was read with."""
    fields: dict[str, str] = {}
    if change.tags_added:
        fields[str(settings.tags_field)] = ",".join(dict.fromkeys([*ticket.tags, *map(_tag, change.tags_added)]))
    if change.priority and settings.table == INCIDENT:
        fields["impact"], fields["urgency"] = IMPACT_AND_URGENCY[change.priority]
    elif change.priority:
        fields["priority"] = OF_A_CASE[change.priority]
    if change.status:
        fields |= {**settings.state_fields.get(change.status, {}), "state": settings.states[change.status]}
    if change.team:
        fields["assignment_group"] = await directory.group(http, change.team)
    if change.assignee:
        fields["assigned_to"] = await directory.agent(http, change.assignee)
    return fields


def _tag(tag: str) -> str:
    found = " ".join(storable(tag).replace(",", " ").split())
    if not found:
        raise Rejected("a tag is empty")
    return found


def _is_untouched(ticket: Ticket, saved: Row) -> bool:
    return text(saved.get("sys_mod_count")) == ticket.version.partition(";")[0]


def _refuse_another_user(settings: Settings, ticket: Ticket, saved: Row) -> None:
    """What we write as somebody else would never be known as ours, and so be written again."""
    by = text(saved.get("sys_updated_by")) or ""
    if by.casefold() != settings.user.casefold() and not _is_untouched(ticket, saved):
        raise Misconfigured(f"the update is stored as made by {by!r}, but options.user is {settings.user!r}")


async def _kept(
    http: HttpClient, settings: Settings, ticket: Ticket, saved: Row, action: Action | None
) -> WriteReceipt:
    """Our entry, and who sees it. Raises `Rejected` where it is cut short or has another reader than was meant."""
    record = record_id(ticket.id)
    try:
        entries = await journal(http, settings, record)
        version = version_of(text(saved.get("sys_mod_count")), entries)
    except ConnectorError as error:
        raise Unavailable(f"ServiceNow took the update and does not show it: {error}", may_be_stored=True) from None
    if action is None:
        return WriteReceipt(None, None, version, datetime.now(UTC))
    known = {one.id for one in ticket.messages}
    new = [row for row in entries if is_by(row, settings.user) and row.get("sys_id") not in known]
    if isinstance(action, InternalNote):
        _refuse_visible(new, action, record)
    if found := entry_of(new, settings.user, action.mark):
        return receipt(found, version)
    _refuse_cut(new, action, record)
    if _is_untouched(ticket, saved):
        raise Rejected("ServiceNow answered 200 and kept nothing: the integration user may not write into the journal")
    raise Unavailable("ServiceNow took the message, and it is not in the record's journal", may_be_stored=True)


def _refuse_visible(new: list[Row], action: Action, record: str) -> None:
    """A rule of the instance may make a comment of a work note."""
    for row in new:
        if row.get("element") == "comments" and action.mark.value in (text(row.get("value")) or ""):
            raise Rejected(
                f"ALARM: a note on {record} was written as internal and is stored as comment {row.get('sys_id')}: the "
                "requester can read it. Delete it in ServiceNow now, and look for a rule that copies work notes"
            )


def _refuse_cut(new: list[Row], action: Action, record: str) -> None:
    """An instance may limit the length of an entry and cut what is longer, and with it the mark at its end."""
    ours = " ".join(neutralised(storable(action.body)).split())
    for row in new:
        words = " ".join((text(row.get("value")) or "").split())
        if len(words) > len(ours) // 20 and ours.startswith(words):
            raise Rejected(
                f"ServiceNow cut entry {row.get('sys_id')} on {record} at {len(words)} of {len(ours)} characters: "
                "raise the maximum length of the column value of sys_journal_field"
            )


def _compare(
    settings: Settings, saved: Row, change: Change | None, fields: Mapping[str, str], entry: str | None
) -> None:
    """Is the record as we wanted it? Raises `Rejected`, which names what ServiceNow did not change."""
    compared = ("state", "assignment_group", "assigned_to", settings.tags_field)
    refused = [name for name in compared if name in fields and not _is(saved, str(name), fields[str(name)], settings)]
    if change and change.priority and PRIORITIES.get(str(saved.get("priority"))) is not change.priority:
        refused.append("priority")
    note = f"; entry {entry} is stored" if entry else ""
    if refused:
        raise Rejected(
            f"ServiceNow answered 200 and did not change {', '.join(map(str, refused))}{note}: the integration user "
            "may not write these columns, or a rule of the instance sets them otherwise"
        )


def _is(saved: Row, name: str, wanted: str, settings: Settings) -> bool:
    told = text(saved.get(name)) or ""
    return set(tags_of(told)) >= set(tags_of(wanted)) if name == settings.tags_field else told == wanted
