"""Front takes a change in several calls, and only editing a draft is conditional: the order makes a repeat harmless.

What may be done twice comes first; the message, in which a later look finds it again, comes last. A reply takes its
tags, and whether it archives the conversation, in the same call.
"""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    PublicReply,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import Rejected, Unavailable
from connectors.front import drafts
from connectors.front.directory import Directory
from connectors.front.settings import Settings
from connectors.front.values import UID, conversation_path, resource
from connectors.front.words import as_comment, as_page
from connectors.http import HttpClient
from connectors.values import mapping, moment, storable, text

STATUSES = {Status.OPEN: "open", Status.SOLVED: "archived"}


async def write(
    http: HttpClient,
    directory: Directory,
    settings: Settings,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Front cannot do."""
    path = conversation_path(ticket.id)
    if not (action or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    if action:
        _refuse_what_cannot_go(ticket, action)
    change = change or Change()
    status = _status(ticket, change)
    wanted, unwanted = _tags(settings, ticket, change)
    fields = await _routing(directory, change)
    tag_ids = [await directory.tag(name) for name in wanted]
    old_ids = [await directory.tag(name) for name in unwanted]

    if old_ids:
        _silent(await http.send("DELETE", f"{path}/tags", json={"tag_ids": old_ids}), "the removal of tags")
    if isinstance(action, PublicReply):
        archive = status == "archived"
        if status and not archive:
            fields["status"] = status
        await _update(http, path, fields)
        return await _reply(http, settings, ticket, action, {"tag_ids": tag_ids, "archive": archive})
    if tag_ids:
        _silent(await http.send("POST", f"{path}/tags", json={"tag_ids": tag_ids}), "the tags")
    await _update(http, path, {**fields, **({"status": status} if status else {})})
    if isinstance(action, DraftReply):
        return await drafts.save(http, settings, ticket, action)
    if isinstance(action, InternalNote):
        return await _comment(http, settings, ticket, action)
    return WriteReceipt(None, None, None, datetime.now(UTC))


def _refuse_what_cannot_go(ticket: Ticket, action: Action) -> None:
    if isinstance(action, InternalNote):
        return
    if not ticket.requester.id:
        raise Rejected("the conversation names no recipient to write to; write an internal note")
    if isinstance(action, DraftReply) and not ticket.fields.get("channel_id"):
        raise Rejected(
            "it is not plain by which channel the requester wrote; set options.channel_id, or write an internal note"
        )


def _status(ticket: Ticket, change: Change) -> str | None:
    if not change.status or change.status is ticket.status:
        return None
    if change.status not in STATUSES:
        raise Rejected(f"Front has no status {change.status} for every conversation; use open or solved (archived)")
    return STATUSES[change.status]


def _tags(settings: Settings, ticket: Ticket, change: Change) -> tuple[list[str], list[str]]:
    """Tags to add, and tags to take away: only those that stand for another priority than the one that is wanted."""
    names = [" ".join(storable(tag).split()) for tag in change.tags_added]
    if not all(names):
        raise Rejected("a tag is empty")
    wanted = [*names, *settings.priority_tags.written(ticket.tags, change.priority)]
    has = {name.casefold() for name in ticket.tags}
    new = {name.casefold(): name for name in wanted if name.casefold() not in has}
    return list(new.values()), [name for name in ticket.tags if name not in wanted]


async def _routing(directory: Directory, change: Change) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if change.team:
        fields["inbox_id"] = await directory.inbox(change.team)
    if change.assignee:
        fields["assignee_id"] = await directory.teammate(change.assignee)
    return fields


async def _update(http: HttpClient, path: str, fields: dict[str, Any]) -> None:
    if fields:
        _silent(await http.send("PATCH", path, json=fields), "the update")


def _silent(answer: Any, what: str) -> None:
    """Front answers these with nothing at all; a document is a sign that something else answered."""
    if answer is not None:
        raise Unavailable(f"Front's answer to {what} is not one that it documents", may_be_stored=True)


async def _comment(http: HttpClient, settings: Settings, ticket: Ticket, action: InternalNote) -> WriteReceipt:
    body = {"author_id": settings.author_id, "body": as_comment(action.body)}
    kept = mapping(await http.send("POST", f"{conversation_path(ticket.id)}/comments", json=body))
    entry = resource(kept.get("id"), "com")
    if entry is None and resource(kept.get("id"), "msg"):
        raise Rejected(
            f"ALARM: a note on conversation {ticket.id} was written as a comment and is stored as a MESSAGE: the "
            "requester may have it. Look into the conversation now"
        )
    if entry is None:
        raise Unavailable("Front took the comment and does not say what it kept", may_be_stored=True)
    return WriteReceipt(entry, Visibility.INTERNAL, None, moment(kept.get("posted_at")) or datetime.now(UTC))


async def _reply(
    http: HttpClient, settings: Settings, ticket: Ticket, action: PublicReply, options: dict[str, Any]
) -> WriteReceipt:
    """Front sends later and answers at once, with an id. `archive` is always said: left out, it would be true."""
    body = {
        "author_id": settings.author_id,
        "to": [ticket.requester.id],
        "body": as_page(action.body),
        "options": options,
    }
    if channel := ticket.fields.get("channel_id"):
        body["channel_id"] = channel
    accepted = mapping(await http.send("POST", f"{conversation_path(ticket.id)}/messages", json=body))
    uid = text(accepted.get("message_uid"))
    if uid is None or not UID.fullmatch(uid):
        raise Unavailable("Front took the reply and does not say under which id", may_be_stored=True)
    return WriteReceipt(uid, Visibility.PUBLIC, None, datetime.now(UTC))
