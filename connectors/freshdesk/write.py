"""Freshdesk takes a change and a message in two calls, and neither is conditional: the order makes a repeat harmless.

The change, which may be done twice, comes first; the message comes last. So a message that is found again proves that
all of the write went through. One thing comes after a public reply: resolving or closing, because Freshdesk then mails
the requester, and that must not come before the answer.
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
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.freshdesk.directory import Directory
from connectors.freshdesk.paths import ticket_path
from connectors.freshdesk.people import visibility_of
from connectors.freshdesk.read import PRIORITIES
from connectors.freshdesk.settings import Settings
from connectors.http import HttpClient
from connectors.markup import neutralised
from connectors.values import identifier, lacks, mapping, moment, several, storable, text

ENDED = (Status.SOLVED, Status.CLOSED)
LONGEST_TAG = 32  # characters
NUMBERS = {priority: number for number, priority in PRIORITIES.items()}


async def write(
    http: HttpClient,
    directory: Directory,
    settings: Settings,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Freshdesk cannot do."""
    path = ticket_path(ticket.id)
    message = _message(settings, ticket, action) if action else None
    tags = [_tag(tag) for tag in change.tags_added] if change else []
    status = _status(settings, ticket, change)
    if not (message or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    fields = await _fields(directory, change) if change else {}
    ends_after_reply = status and isinstance(action, PublicReply) and change and change.status in ENDED

    if tags:
        fields |= await _tags(http, path, tags)
    if status and not ends_after_reply:
        fields["status"] = status
    if fields:
        await _update(http, path, ticket.id, fields)
    if message is None or action is None:
        return WriteReceipt(None, None, None, datetime.now(UTC))
    verb = "reply" if isinstance(action, PublicReply) else "notes"
    receipt = _receipt(mapping(await http.send("POST", f"{path}/{verb}", json=message)), ticket.id, action)
    if ends_after_reply:
        await _end(http, path, ticket.id, status)
    return receipt


def _message(settings: Settings, ticket: Ticket, action: Action) -> dict[str, Any]:
    """`private` is always said, and nobody is notified of a note."""
    if isinstance(action, DraftReply):
        raise Rejected("Freshdesk keeps no drafts that others can see; write a private note")
    body = neutralised(storable(action.body))
    if isinstance(action, InternalNote):
        return {"body": body, "private": True, "incoming": False, "notify_emails": []}
    if not ticket.requester.email:
        raise Rejected("the requester has no e-mail address, and Freshdesk replies by e-mail")
    return {"body": body, **({"from_email": settings.from_email} if settings.from_email else {})}


def _status(settings: Settings, ticket: Ticket, change: Change | None) -> int | None:
    """Freshdesk's number; None where nothing changes."""
    if not change or not change.status or change.status is ticket.status:
        return None
    if change.status not in settings.statuses:
        raise Rejected(f"no status of Freshdesk's stands for {change.status}; give its number in options.statuses")
    return settings.statuses[change.status]


async def _fields(directory: Directory, change: Change) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if change.priority:
        fields["priority"] = NUMBERS[change.priority]
    if change.team:
        fields["group_id"] = int(await directory.groups.id_of(change.team))
    if change.assignee:
        fields["responder_id"] = int(await directory.agents.id_of(change.assignee))
    return fields


def _tag(tag: str) -> str:
    """A tag without commas, which would make two of one, and no longer than Freshdesk takes."""
    found = " ".join(storable(tag).replace(",", " ").split())[:LONGEST_TAG].strip()
    if not found:
        raise Rejected("a tag has no character that Freshdesk keeps in a tag")
    return found


async def _tags(http: HttpClient, path: str, wanted: list[str]) -> dict[str, list[str]]:
    """Freshdesk replaces the set, so it is read right before, and not taken from the ticket as we knew it.

    The read counts as part of the write: one try, and its failure says that the write may have begun.
    """
    before = _tags_of(await http.send("GET", path))
    known = {tag.casefold() for tag in before}
    new = [tag for tag in dict.fromkeys(wanted) if tag.casefold() not in known]
    return {"tags": [*before, *new]} if new else {}


def _tags_of(answer: Any) -> list[str]:
    tags = mapping(answer).get("tags")
    if not isinstance(tags, list):
        raise lacks("the tags", may_be_stored=True)
    return [tag for one in several(tags) if (tag := text(one))]


async def _update(http: HttpClient, path: str, ticket_id: str, fields: dict[str, Any]) -> None:
    answer = mapping(await http.send("PUT", path, json=fields))
    if identifier(answer.get("id")) != ticket_id:
        raise Unavailable("Freshdesk's answer to the update is not one that it documents", may_be_stored=True)
    if "tags" in fields and not _kept(fields["tags"]) <= _kept(_tags_of(answer)):
        raise Unavailable("Freshdesk did not keep all tags", may_be_stored=True)
    for key, who in (("group_id", "group"), ("responder_id", "agent")):
        if key in fields and identifier(answer.get(key)) != str(fields[key]):
            raise Rejected(f"Freshdesk did not assign {who} {fields[key]}: look whether the agent is in the group")


def _kept(tags: list[str]) -> set[str]:
    return {tag.casefold() for tag in tags}


async def _end(http: HttpClient, path: str, ticket_id: str, status: int | None) -> None:
    try:
        await _update(http, path, ticket_id, {"status": status})
    except ConnectorError as error:
        raise Unavailable(
            f"the reply is stored and the status is not changed ({error})", status=error.status, may_be_stored=True
        ) from None


def _receipt(answer: dict[str, Any], ticket_id: str, action: Action) -> WriteReceipt:
    """The version after the write is not known: it is a hash of a ticket that nobody has read yet.

    The answer to a reply may say nothing of `private`: what that call makes is always public.
    """
    entry_id, visibility = identifier(answer.get("id")), visibility_of(answer)
    if visibility is None and isinstance(action, PublicReply) and "private" not in answer:
        visibility = Visibility.PUBLIC
    if entry_id is None or visibility is None:
        raise Unavailable("Freshdesk took the message and does not say what it kept", may_be_stored=True)
    _refuse_other_visibility(visibility, action, ticket_id, entry_id)
    return WriteReceipt(entry_id, visibility, None, moment(answer.get("created_at")) or datetime.now(UTC))


def _refuse_other_visibility(visibility: Visibility, action: Action, ticket_id: str, entry_id: str) -> None:
    if isinstance(action, PublicReply) and visibility is not Visibility.PUBLIC:
        raise Rejected(f"entry {entry_id} on ticket {ticket_id} was meant for the requester and is stored as private")
    if not isinstance(action, PublicReply) and visibility is Visibility.PUBLIC:
        raise Rejected(
            f"ALARM: note {entry_id} on ticket {ticket_id} was written as private and is stored as PUBLIC: the "
            "requester can read it. Delete the note in Freshdesk now, and look for what changes notes there"
        )
