"""A ticket with its whole thread, in our words: messages, comments and the drafts that wait."""

import hashlib
import json
from datetime import datetime
from typing import Any

from connectors.contract import Message, Person, Role, Status, Ticket
from connectors.errors import NotFound, Rejected
from connectors.front import drafts, entries
from connectors.front.channels import channel_for
from connectors.front.directory import Directory
from connectors.front.pages import every
from connectors.front.people import handle_of, outside, role_of, teammate
from connectors.front.settings import Settings
from connectors.front.values import conversation_path, resource
from connectors.http import HttpClient
from connectors.values import document, mapping, moment, needed, objects, text

STATUSES = {"archived": Status.SOLVED, "assigned": Status.OPEN, "unassigned": Status.OPEN}
CATEGORIES = {"open": Status.OPEN, "waiting": Status.PENDING, "resolved": Status.SOLVED}  # where ticketing is on
Row = dict[str, Any]


async def fetch(http: HttpClient, directory: Directory, settings: Settings, ticket_id: str) -> Ticket:
    """The conversation before its thread: who changes it meanwhile makes the version old, and never the thread."""
    path, me = conversation_path(ticket_id), settings.author_id
    found = await _conversation(http, path)
    inboxes = await every(http, f"{path}/inboxes")
    inbox_ids = [one for row in inboxes if (one := resource(row.get("id"), "inb"))]
    if settings.inbox_ids and not settings.inbox_ids & set(inbox_ids):
        raise NotFound(f"conversation {ticket_id} is in none of options.inbox_ids")
    listed = await every(http, f"{path}/messages", {"limit": "100", "sort_by": "created_at", "sort_order": "asc"})
    comments = await every(http, f"{path}/comments")
    waiting = await waiting_drafts(http, path)
    sent = [one for one in listed if not one.get("draft_mode")]
    thread = [
        *(entries.message(one, me, handle_of(found)) for one in sent),
        *(entries.comment(one, me) for one in comments),
    ]
    thread.sort(key=lambda entry: (entry.created_at, entry.id))
    created_at = needed(moment(found.get("created_at")), "conversation.created_at")
    updated_at = _updated_at(found, thread, created_at)
    unsent = [entries.draft(one, me, updated_at) for one in waiting]
    tags = [name for one in objects(found.get("tags")) if (name := text(one.get("name")))]
    channel = settings.channel_id or await channel_for(directory, inbox_ids, sent)
    return Ticket(
        id=needed(resource(found.get("id"), "cnv"), "conversation.id"),
        subject=text(found.get("subject")) or "",
        status=_status(found),
        version=_version(found, thread, inbox_ids),
        requester=outside(mapping(found.get("recipient")), Role.REQUESTER),
        messages=sorted([*thread, *unsent], key=lambda one: one.created_at),
        created_at=created_at,
        updated_at=updated_at,
        channel=_kind(sent),
        priority=settings.priority_tags.read(tags),
        queue=next((name for row in inboxes if (name := text(row.get("name")))), None),
        assignee=_assignee(mapping(found.get("assignee")), me),
        participants=_participants(thread),
        tags=tags,
        fields=_fields(found, waiting, me, channel),
        url=f"https://app.frontapp.com/open/{ticket_id}",
    )


async def _conversation(http: HttpClient, path: str) -> Row:
    try:
        found = document(await http.get(path))
    except Rejected as error:
        if error.status == 301:
            raise NotFound(f"{path} was merged into another conversation", status=301) from None
        raise
    if found.get("status") == "deleted":
        raise NotFound(f"{path} is in the trash")
    if found.get("type") in ("discussion", "task"):
        raise NotFound(f"{path} is among teammates, and has no requester")
    return found


async def waiting_drafts(http: HttpClient, path: str) -> list[Row]:
    """The drafts that the token may see: shared ones, and those of nobody else."""
    return [one for one in await every(http, f"{path}/drafts") if one.get("draft_mode")]


def _status(found: Row) -> Status:
    told = needed(text(found.get("status")), "conversation.status")
    return CATEGORIES.get(text(found.get("status_category")) or "") or STATUSES.get(told, Status.OPEN)


def _version(found: Row, thread: list[Message], inbox_ids: list[str]) -> str:
    """A hash of what matters. Drafts are left out: a teammate who types makes no other ticket."""
    matters = [
        *(found.get(key) for key in ("status", "status_id", "subject", "custom_fields")),
        mapping(found.get("assignee")).get("id"),
        sorted(str(one.get("id")) for one in objects(found.get("tags"))),
        sorted(inbox_ids),
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in thread],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _updated_at(found: Row, thread: list[Message], created_at: datetime) -> datetime:
    told = moment(found.get("updated_at")) or created_at
    return max([created_at, told, *(entry.created_at for entry in thread[-1:])])


def _assignee(found: Row, me: str) -> Person | None:
    role = role_of(found, me)
    return teammate(found, role) if role else None


def _participants(thread: list[Message]) -> list[Person]:
    found = {entry.author.id: entry.author for entry in thread if entry.author.role is Role.PARTICIPANT}
    return list(found.values())


def _kind(sent: list[Row]) -> str:
    """How the requester last wrote: `email`, `sms`, `front_chat` and so on."""
    inbound = [one for one in sent if one.get("is_inbound") is True]
    return next((kind for one in reversed(inbound or sent) if (kind := text(one.get("type")))), "unknown")


def _fields(found: Row, waiting: list[Row], me: str, channel: str | None) -> dict[str, Any]:
    """Custom fields, and what a write has to know: the channel to reply by, and our draft that nobody touched."""
    fields = {str(key): value for key, value in mapping(found.get("custom_fields")).items()}
    fields |= {"channel_id": channel, "draft_id": None, "draft_version": None}
    ours = [one for one in waiting if role_of(mapping(one.get("author")), me) is Role.INTEGRATION]
    for one in ours:
        draft, version = resource(one.get("id"), "msg"), text(one.get("version"))
        if draft and version and drafts.is_untouched(one):
            fields |= {"draft_id": draft, "draft_version": version}
    return {key: value for key, value in fields.items() if value not in (None, "", [])}
