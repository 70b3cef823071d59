"""Draft, note and change in one call and one transaction, for the case as it was read; a reply is a call of its own.

Salesforce checks `If-Unmodified-Since` of the case, and a case may stay untouched by its e-mails and comments: so the
gateway reads it right before, and the condition refuses what came in between. The same call reads back what it stored.
"""

import html
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    PublicReply,
    Role,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import Misconfigured, Rejected, Unavailable
from connectors.salesforce.composite import Step, together
from connectors.salesforce.directory import owner
from connectors.salesforce.events import DRAFT
from connectors.salesforce.parts import split
from connectors.salesforce.read import version_of
from connectors.salesforce.replies import fits, send, subject
from connectors.salesforce.session import Row, Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.template import neutralised
from connectors.salesforce.values import COMMENT, EMAIL, case_id, quoted, record_id, select
from connectors.values import mapping, moment, objects, storable

NO_RULES = {"Sforce-Auto-Assign": "FALSE"}  # or the org's assignment rules would choose another owner


async def write(
    session: Session, settings: Settings, ticket: Ticket, action: Action | None, change: Change | None
) -> WriteReceipt:
    """Write once. Raises `Rejected` or `Misconfigured` before any call for what cannot be done here."""
    _refuse(settings, ticket, action, change)
    case = case_id(ticket.id)
    entries = _entries(settings, ticket, case, action)
    fields = await _fields(session, settings, ticket, change) if change else {}
    if isinstance(action, PublicReply):
        if fields:
            await together(session, [_condition(case, ticket, fields)])
        return await send(session, settings, ticket, case, action)
    answers = await together(session, [_condition(case, ticket, fields), *entries, *_look(case)])
    return _receipt(answers, [step.name for step in entries], action, case)


def _refuse(settings: Settings, ticket: Ticket, action: Action | None, change: Change | None) -> None:
    if isinstance(action, DraftReply) and not settings.email_drafts:
        raise Rejected("this account keeps drafts in comments; set options.email_drafts: true to change that")
    if isinstance(action, PublicReply) and not settings.replies:
        raise Rejected("this account never replies: options.from_address is missing, or options.replies is false")
    if isinstance(action, PublicReply) and not ticket.requester.email:
        raise Rejected("the requester has no e-mail address to reply to")
    if change and not settings.routing:
        raise Rejected("this account never changes a case: options.routing is false")
    if change and change.tags_added and not settings.tags_field:
        raise Misconfigured("cases have no tags of their own: name a custom field for them in options.tags_field")
    if not action and not change:
        raise Rejected("there is nothing to write: neither a message nor a change")


def _condition(case: str, ticket: Ticket, fields: Mapping[str, Any]) -> Step:
    """The case as it was read, in whole seconds, never earlier than that: or nothing could be written at all."""
    read_at = moment(ticket.version.partition(";")[0])
    if read_at is None:
        raise Rejected("the ticket's version is not one that this connector gave")
    stamp = datetime.fromtimestamp(math.ceil(read_at.timestamp()), UTC)
    headers = {"If-Unmodified-Since": format_datetime(stamp, usegmt=True)}
    path = f"/sobjects/Case/{case}"
    if fields:
        return Step("case", "PATCH", path, fields, {**headers, **NO_RULES})
    return Step("case", "GET", f"{path}?fields=Id", headers=headers)


def _look(case: str) -> list[Step]:
    """What the case and its thread are, now that all of this is stored."""
    where, newest = f"ParentId = {quoted(case)}", "ORDER BY CreatedDate DESC"
    asked = {
        "saved": select("Id,SystemModstamp", "Case", f"Id = {quoted(case)}"),
        "emails": select("Id,Incoming,Status,SystemModstamp,CreatedDate", "EmailMessage", where, newest),
        "comments": select("Id,IsPublished,SystemModstamp,CreatedDate", "CaseComment", where, newest),
    }
    return [Step(name, "GET", f"/query?q={query.replace(' ', '+')}") for name, query in asked.items()]


def _entries(settings: Settings, ticket: Ticket, case: str, action: Action | None) -> list[Step]:
    """`IsPublished` and `Status` are always said."""
    if isinstance(action, InternalNote):
        bodies = split(storable(action.body), action.mark.value)
        comments = [{"ParentId": case, "CommentBody": body, "IsPublished": False} for body in bodies]
        return [Step(f"entry{at}", "POST", "/sobjects/CaseComment", one) for at, one in enumerate(comments)]
    if isinstance(action, DraftReply):
        return [Step("entry0", "POST", "/sobjects/EmailMessage", _draft(settings, ticket, case, action))]
    return []


def _draft(settings: Settings, ticket: Ticket, case: str, action: DraftReply) -> dict[str, Any]:
    plain = neutralised(storable(action.body))
    markup = html.escape(plain).replace("\n", "<br>\n")
    fits(markup)
    draft = {
        "ParentId": case,
        "Incoming": False,
        "Status": DRAFT,
        "IsPrivateDraft": False,
        "Subject": subject(ticket),
        "TextBody": plain,
        "HtmlBody": markup,
        settings.mark_field: action.mark.value,
        "FromAddress": settings.from_address,
        "ToAddress": ticket.requester.email,
        "ReplyToEmailMessageId": _answers_to(ticket),
    }
    return {str(name): value for name, value in draft.items() if value is not None}


def _answers_to(ticket: Ticket) -> str | None:
    """The newest e-mail of the requester."""
    theirs = (one.id for one in reversed(ticket.messages) if one.author.role is Role.REQUESTER)
    return next((one for one in theirs if record_id(one, EMAIL)), None)


async def _fields(session: Session, settings: Settings, ticket: Ticket, change: Change) -> dict[str, Any]:
    """A field is replaced as a whole, so our tags go together with those just read, for that version alone."""
    fields: dict[str, Any] = {}
    if change.status and change.status not in settings.statuses:
        raise Rejected(f"no status of this org stands for {change.status}; name one in options.statuses")
    if change.tags_added:
        fields[str(settings.tags_field)] = ";".join(dict.fromkeys([*ticket.tags, *map(_tag, change.tags_added)]))
    if change.priority:
        fields["Priority"] = settings.priorities[change.priority]
    if change.status:
        fields["Status"] = settings.statuses[change.status]
    if new_owner := await owner(session, change):
        fields["OwnerId"] = new_owner
    return fields


def _tag(tag: str) -> str:
    found = " ".join(storable(tag).replace(";", " ").split())
    if not found:
        raise Rejected("a tag is empty")
    return found


def _receipt(answers: dict[str, Any], names: list[str], action: Action | None, case: str) -> WriteReceipt:
    """The first entry that was created, as the same call reads it back. Every part of a note is looked at."""
    rows = {name: objects(mapping(answers[name]).get("records")) for name in ("saved", "emails", "comments")}
    whole = all(mapping(answers[name]).get("done") is True for name in rows)
    version = version_of(rows["saved"][0], rows["emails"], rows["comments"]) if whole and rows["saved"] else None
    if action is None:
        return WriteReceipt(None, None, version, datetime.now(UTC))
    kept = {record_id(row.get("Id")): row for row in [*rows["emails"], *rows["comments"]]}
    ids = [record_id(mapping(answers[name]).get("id")) for name in names]
    entries = [kept.get(one) for one in ids]
    if any(one is None for one in ids) or any(one is None for one in entries):
        raise Unavailable("Salesforce took the message and does not say what it kept", may_be_stored=True)
    expected = Visibility.DRAFT if isinstance(action, DraftReply) else Visibility.INTERNAL
    seen = [_visibility(str(one), row or {}) for one, row in zip(ids, entries, strict=True)]
    for one, visibility in zip(ids, seen, strict=True):
        _refuse_other_visibility(visibility, expected, str(one), case)
    return WriteReceipt(ids[0], seen[0], version, moment((entries[0] or {}).get("CreatedDate")) or datetime.now(UTC))


def _visibility(entry: str, row: Row) -> Visibility:
    if entry.startswith(COMMENT):
        return Visibility.INTERNAL if row.get("IsPublished") is False else Visibility.PUBLIC
    waits = row.get("Status") == DRAFT and row.get("Incoming") is False
    return Visibility.DRAFT if waits else Visibility.PUBLIC


def _refuse_other_visibility(visibility: Visibility, expected: Visibility, entry: str, case: str) -> None:
    if visibility is not expected:
        raise Rejected(
            f"ALARM: entry {entry} on case {case} was written as {expected} and is stored as if the requester could "
            "read it: unpublish or delete it in Salesforce now, and look for a flow or trigger that changes it"
        )
