"""One conditional update of a ticket: the message, its mark and the change of routing in a single call.

Source: developer.zendesk.com, "Tickets": `safe_update` with `updated_stamp` refuses an update of what changed since.
"""

import re
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Action, Change, DraftReply, PublicReply, Ticket, Visibility, WriteReceipt
from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.markup import neutralised
from connectors.values import mapping, moment, objects, storable, text
from connectors.zendesk.directory import Directory
from connectors.zendesk.read import MARK_KEY
from connectors.zendesk.values import identifier, ticket_path

LONGEST_BODY = 64 * 1024 - 1  # bytes; Zendesk cuts what is longer and says nothing
LONGEST_TAG = 80  # characters
NOT_IN_A_TAG = re.compile(r"[^\w/:-]+")


async def write(
    http: HttpClient, directory: Directory, ticket: Ticket, action: Action | None, change: Change | None
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Zendesk would cut or cannot do."""
    if isinstance(action, DraftReply):
        raise Rejected("Zendesk keeps no drafts that others can see; write an internal note")
    path = ticket_path(ticket.id)
    update: dict[str, Any] = {}
    if action:
        update["comment"] = _comment(action)
        update["metadata"] = {MARK_KEY: action.mark.value}
    if change:
        update |= await _routing(directory, ticket, change)
    if not update:
        raise Rejected("there is nothing to write: neither a message nor a change")
    update |= {"safe_update": True, "updated_stamp": ticket.version}
    answer = await http.send("PUT", path, json={"ticket": update})
    return _receipt(mapping(answer), ticket.id, action)


def _comment(action: Action) -> dict[str, Any]:
    """`public` is always said: left out, it would follow the ticket's first message."""
    html = neutralised(storable(action.body))
    if (size := len(html.encode())) > LONGEST_BODY:
        raise Rejected(f"the message has {size} bytes; Zendesk would silently cut it at {LONGEST_BODY}")
    return {"html_body": html, "public": isinstance(action, PublicReply)}


async def _routing(directory: Directory, ticket: Ticket, change: Change) -> dict[str, Any]:
    """Zendesk overwrites tags, so ours go together with those just read: the update holds for that version alone."""
    update: dict[str, Any] = {}
    if change.tags_added:
        update["tags"] = list(dict.fromkeys([*ticket.tags, *map(_tag, change.tags_added)]))
    if change.priority:
        update["priority"] = str(change.priority)
    if change.status:
        update["status"] = str(change.status)
    if change.team:
        update["group_id"] = await directory.group(change.team)
    if change.assignee:
        update["assignee_id"] = await directory.agent(change.assignee)
    return update


def _tag(tag: str) -> str:
    """A tag in the characters that Zendesk keeps; a space would make two tags of one."""
    found = NOT_IN_A_TAG.sub("_", tag.strip().lower()).strip("_")[:LONGEST_TAG]
    if not found:
        raise Rejected("a tag has no character that Zendesk keeps in a tag")
    return found


def _receipt(answer: dict[str, Any], ticket_id: str, action: Action | None) -> WriteReceipt:
    audit = mapping(answer.get("audit"))
    version = text(mapping(answer.get("ticket")).get("updated_at"))
    if version is None:
        raise Unavailable("Zendesk's answer to the update is not one that it documents", may_be_stored=True)
    written_at = moment(audit.get("created_at")) or datetime.now(UTC)
    if action is None:
        return WriteReceipt(None, None, version, written_at)
    comment = comment_of(audit)
    entry_id = identifier(comment.get("id"))
    if entry_id is None or not isinstance(comment.get("public"), bool):
        raise Unavailable("Zendesk took the update and does not say that it kept the message", may_be_stored=True)
    visibility = Visibility.PUBLIC if comment["public"] else Visibility.INTERNAL
    _refuse_other_visibility(visibility, action, ticket_id, entry_id)
    return WriteReceipt(entry_id, visibility, version, written_at)


def comment_of(audit: dict[str, Any]) -> dict[str, Any]:
    """The message among the events of one update; empty where it brought none."""
    return next((event for event in objects(audit.get("events")) if event.get("type") == "Comment"), {})


def _refuse_other_visibility(visibility: Visibility, action: Action, ticket_id: str, entry_id: str) -> None:
    if isinstance(action, PublicReply) and visibility is not Visibility.PUBLIC:
        raise Rejected(
            f"message {entry_id} on ticket {ticket_id} was meant for the requester and is stored as internal: the "
            "integration user may write only internal notes (a light agent, or a role without public replies)"
        )
    if not isinstance(action, PublicReply) and visibility is Visibility.PUBLIC:
        raise Rejected(
            f"ALARM: note {entry_id} on ticket {ticket_id} was written as internal and is stored as PUBLIC: the "
            "requester can read it. Make it internal in Zendesk now, and look for a trigger or app that changes "
            "messages"
        )
