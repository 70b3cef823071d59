"""Intercom takes a change in several calls, and none of them is conditional: the order makes a repeat harmless.

What may be done twice comes first; the message comes last, so that a message which is found again proves that all of
the write went through. A reply that ends the conversation is the closing itself, with words. Assigning opens what is
closed, so it comes before the status.
"""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import Action, Change, DraftReply, PublicReply, Status, Ticket, Visibility, WriteReceipt
from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.intercom.directory import Directory
from connectors.intercom.find import carries, is_own, receipt
from connectors.intercom.settings import Settings
from connectors.intercom.values import conversation_path
from connectors.markup import neutralised
from connectors.values import identifier, lacks, mapping, moment, objects, storable, text

STATES = {Status.OPEN: "open", Status.SOLVED: "close"}
STATE_AFTER = {"open": "open", "close": "closed"}


async def write(
    http: HttpClient,
    directory: Directory,
    settings: Settings,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
    me: str,
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Intercom cannot do."""
    path = conversation_path(ticket.id)
    if isinstance(action, DraftReply):
        raise Rejected("Intercom keeps no drafts that others can see; write an internal note")
    if not (action or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    change = change or Change()
    state = _state(ticket, change)
    added, removed = _tags(settings, ticket, change)
    team = await directory.teams.id_of(change.team) if change.team else None
    admin = await directory.admins.id_of(change.assignee) if change.assignee else None
    if any(one and not int(one) for one in (team, admin)):
        raise Rejected("0 is nobody for Intercom; use a name or an id")

    for tag in added:
        await _tag(http, path, tag, me)
    for tag in removed:
        await _untag(http, path, tag, me)
    if change.priority and settings.priority_attribute:
        await _set_priority(http, path, settings.priority_attribute, str(change.priority))
    for kind, assignee in (("team", team), ("admin", admin)):
        if assignee:
            await _assign(http, path, kind, assignee, me)
    closes = state == "close" and isinstance(action, PublicReply)
    if state and not closes:
        await _set_state(http, path, state, me)
    if action is None:
        return WriteReceipt(None, None, None, datetime.now(UTC))
    return await _say(http, path, ticket, action, me, closes=closes)


def _state(ticket: Ticket, change: Change) -> str | None:
    """The vendor's word. A team or a person that is assigned opens the conversation, so closed is said again."""
    assigned = bool(change.team or change.assignee)
    if not change.status or (change.status is ticket.status and not (assigned and change.status is Status.SOLVED)):
        return None
    if change.status not in STATES:
        raise Rejected(f"Intercom cannot be set to {change.status}: use open, or solved; snoozing needs a time")
    return STATES[change.status]


def _tags(settings: Settings, ticket: Ticket, change: Change) -> tuple[list[str], list[str]]:
    """Tags to add, and to take away: only one that stands for another priority. Upper and lower case are one to
    Intercom."""
    wanted = [storable(tag).strip() for tag in change.tags_added]
    if not all(wanted):
        raise Rejected("a tag has no character")
    told = list(ticket.tags)
    if not settings.priority_attribute:
        told = settings.priority_tags.written(ticket.tags, change.priority)
    there, kept = {tag.casefold() for tag in ticket.tags}, {tag.casefold() for tag in told}
    added = [tag for tag in dict.fromkeys([*wanted, *told]) if tag.casefold() not in there]
    return added, [tag for tag in ticket.tags if tag.casefold() not in kept]


async def _tag(http: HttpClient, path: str, name: str, me: str) -> None:
    """Added to those that are there."""
    tag = await _tag_id(http, name)
    answer = mapping(await http.send("POST", f"{path}/tags", json={"id": tag, "admin_id": me}))
    if identifier(answer.get("id")) != tag:
        raise Unavailable("Intercom does not say that it added the tag", may_be_stored=True)


async def _untag(http: HttpClient, path: str, name: str, me: str) -> None:
    await http.send("DELETE", f"{path}/tags/{await _tag_id(http, name)}", json={"admin_id": me})


async def _tag_id(http: HttpClient, name: str) -> str:
    """A tag is found by its name, or made."""
    tag = identifier(mapping(await http.send("POST", "/tags", json={"name": name})).get("id"))
    if tag is None:
        raise lacks("the id of a tag", may_be_stored=True)
    return tag


async def _set_priority(http: HttpClient, path: str, attribute: str, value: str) -> None:
    answer = mapping(await http.send("PUT", path, json={"custom_attributes": {attribute: value}}))
    kept = text(mapping(answer.get("custom_attributes")).get(attribute)) or ""
    if kept.casefold() != value:
        raise Unavailable(f"Intercom does not say that it kept the attribute {attribute!r}", may_be_stored=True)


async def _assign(http: HttpClient, path: str, kind: str, assignee: str, me: str) -> None:
    asked = {"message_type": "assignment", "type": kind, "admin_id": me, "assignee_id": assignee}
    answer = mapping(await http.send("POST", f"{path}/parts", json=asked))
    if identifier(answer.get(f"{kind}_assignee_id")) != assignee:
        raise Unavailable(f"Intercom does not say that it assigned {kind} {assignee}", may_be_stored=True)


async def _set_state(http: HttpClient, path: str, state: str, me: str) -> None:
    asked = {"message_type": state, "admin_id": me, **({"type": "admin"} if state == "close" else {})}
    answer = mapping(await http.send("POST", f"{path}/parts", json=asked))
    if answer.get("state") != STATE_AFTER[state]:
        raise Unavailable("Intercom does not say that it changed the state", may_be_stored=True)


async def _say(http: HttpClient, path: str, ticket: Ticket, action: Action, me: str, *, closes: bool) -> WriteReceipt:
    """A note goes by `reply` alone: words in any other call would reach the requester."""
    said = {"type": "admin", "admin_id": me, "body": neutralised(storable(action.body))}
    if closes:
        answer = await http.send("POST", f"{path}/parts", json={"message_type": "close", **said})
    else:
        kind = "comment" if isinstance(action, PublicReply) else "note"
        answer = await http.send("POST", f"{path}/reply", json={"message_type": kind, **said})
    return _receipt(mapping(answer), ticket, action, me)


def _receipt(answer: dict[str, Any], ticket: Ticket, action: Action, me: str) -> WriteReceipt:
    """The answer is the conversation: ours is the newest part of our own that was not there before."""
    known = {message.id for message in ticket.messages}
    parts = objects(mapping(answer.get("conversation_parts")).get("conversation_parts"))
    new = [one for one in parts if is_own(one, me) and identifier(one.get("id")) not in {None, *known}]
    new = [one for one in new if carries(one, action.mark)] or new
    if not new or not all(moment(one.get("created_at")) for one in new):
        raise Unavailable("Intercom took the message and does not say what it kept", may_be_stored=True)
    found = receipt(max(new, key=lambda one: int(one["id"])))
    _refuse_other_visibility(found, ticket.id, action)
    return found


def _refuse_other_visibility(found: WriteReceipt, ticket_id: str, action: Action) -> None:
    public = found.visibility is Visibility.PUBLIC
    if isinstance(action, PublicReply) and not public:
        raise Rejected(
            f"part {found.entry_id} of conversation {ticket_id} was meant for the requester and is stored as a note"
        )
    if not isinstance(action, PublicReply) and public:
        raise Rejected(
            f"ALARM: note {found.entry_id} of conversation {ticket_id} was written as a note and is stored as PUBLIC: "
            "the requester can read it. Redact that part in Intercom now, and look for what changes notes there"
        )
