"""A conversation with its whole thread, in our words."""

import hashlib
import json
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Role, Status, Ticket, Visibility
from connectors.errors import NotFound, Rejected
from connectors.help_scout.directory import Directory
from connectors.help_scout.pages import threads
from connectors.help_scout.paths import conversation_path
from connectors.help_scout.people import SAYING, person, requester_id, role_of, visibility_of
from connectors.help_scout.settings import Settings
from connectors.session import Session
from connectors.values import document, identifier, mapping, moment, needed, objects, several, text

STATUSES = {"active": Status.OPEN, "open": Status.OPEN, "pending": Status.PENDING, "closed": Status.SOLVED}
MERGED = 301
WEB = "https://secure.helpscout.net/"


async def fetch(session: Session, directory: Directory, settings: Settings, ticket_id: str, me: str) -> Ticket:
    """The conversation before its thread: who changes it meanwhile makes the version old, and never the thread."""
    found = await conversation(session, ticket_id)
    if found.get("status") == "spam" or found.get("state") == "deleted":
        raise NotFound(f"conversation {ticket_id} is deleted, or marked as spam")
    thread = await threads(session, ticket_id)
    assignee = mapping(found.get("assignee"))
    team = await directory.teams.row(identifier(assignee.get("id"))) if assignee.get("type") == "team" else {}
    inbox = await directory.inboxes.row(identifier(found.get("mailboxId")))
    queue = text(team.get("name")) or text(inbox.get("name")) or identifier(found.get("mailboxId"))
    return _ticket(found, thread, settings, me, queue)


async def conversation(session: Session, ticket_id: str) -> dict[str, Any]:
    """Raises `NotFound` also for one that went into another, which has events of its own."""
    try:
        return document(await session.get(conversation_path(ticket_id)))
    except Rejected as error:
        if error.status == MERGED:
            raise NotFound(f"conversation {ticket_id} was merged into another", status=MERGED) from None
        raise


def tags_of(found: dict[str, Any]) -> list[str]:
    return [name for one in objects(found.get("tags")) if (name := text(one.get("tag")))]


def _ticket(
    found: dict[str, Any], thread: list[dict[str, Any]], settings: Settings, me: str, queue: str | None
) -> Ticket:
    ticket_id = needed(identifier(found.get("id")), "conversation.id")
    created_at = needed(moment(found.get("createdAt")), "conversation.createdAt")
    entries = [_message(one, me, requester_id(found)) for one in thread if text(one.get("type")) in SAYING]
    entries.sort(key=lambda entry: (entry.created_at, int(entry.id)))
    tags = tags_of(found)
    told = [moment(found.get("userUpdatedAt")), *(entry.created_at for entry in entries[-1:])]
    return Ticket(
        id=ticket_id,
        subject=text(found.get("subject")) or "",
        status=STATUSES.get(needed(text(found.get("status")), "conversation.status"), Status.OPEN),
        version=_version(found, entries),
        requester=person(_customer(found, thread), Role.REQUESTER),
        messages=entries,
        created_at=created_at,
        updated_at=max([created_at, *(one for one in told if one)]),
        channel=text(found.get("type")) or "unknown",
        priority=settings.priority_tags.read(tags),
        queue=queue,
        assignee=_assignee(found, me),
        participants=_participants(found, entries),
        tags=tags,
        fields=_fields(found, thread),
        url=_web(found) or f"{WEB}conversation/{ticket_id}",
    )


def _customer(found: dict[str, Any], thread: list[dict[str, Any]]) -> dict[str, Any]:
    """The customer, who may be told by id alone; then the threads know more."""
    customer, wanted = mapping(found.get("primaryCustomer")), requester_id(found)
    told = (mapping(one.get("customer")) for one in thread)
    return {**next((one for one in told if identifier(one.get("id")) == wanted), {}), **customer}


def _version(found: dict[str, Any], entries: list[Message]) -> str:
    """A hash of what matters: userUpdatedAt stays as it is when a customer writes. A draft that waits is no change."""
    matters = [
        *(found.get(key) for key in ("subject", "status", "mailboxId", "customFields")),
        *(identifier(mapping(found.get(key)).get("id")) for key in ("assignee", "primaryCustomer")),
        sorted(tags_of(found)),
        [
            (one.id, one.visibility, one.body, [file.id for file in one.attachments])
            for one in entries
            if one.visibility is not Visibility.DRAFT
        ],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _message(thread: dict[str, Any], me: str, requester: str | None) -> Message:
    """One entry. What is not plainly public is internal: nobody is told that a requester could read it."""
    author = mapping(thread.get("createdBy"))
    from_outside = author.get("type") == "customer"
    role = role_of(thread, me=me, requester=requester) or (Role.PARTICIPANT if from_outside else Role.SYSTEM)
    return Message(
        id=needed(identifier(thread.get("id")), "thread.id"),
        author=person(author, role),
        visibility=visibility_of(thread) or Visibility.INTERNAL,
        body=text(thread.get("body")) or "",
        format=BodyFormat.HTML,
        created_at=needed(moment(thread.get("createdAt")), "thread.createdAt"),
        attachments=[_attachment(file) for file in objects(mapping(thread.get("_embedded")).get("attachments"))],
    )


def _attachment(file: dict[str, Any]) -> Attachment:
    size = file.get("size")
    return Attachment(
        id=needed(identifier(file.get("id")), "attachment.id"),
        name=text(file.get("filename")) or text(file.get("fileName")) or "unnamed",
        media_type=text(file.get("mimeType")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=_web(file),
    )


def _assignee(found: dict[str, Any], me: str) -> Person | None:
    """An agent, this gateway, or nobody: a team is told as the queue."""
    assignee = mapping(found.get("assignee"))
    who = identifier(assignee.get("id"))
    if who is None or assignee.get("type") == "team":
        return None
    return person(assignee, Role.INTEGRATION if who == me else Role.AGENT)


def _participants(found: dict[str, Any], entries: list[Message]) -> list[Person]:
    """Customers who wrote too, and addresses in copy."""
    wrote = {entry.author.id: entry.author for entry in entries if entry.author.role is Role.PARTICIPANT}
    known = {one.email for one in wrote.values()}
    copied = [address for one in several(found.get("cc")) if (address := text(one)) and address not in known]
    return [*wrote.values(), *(Person(one, Role.PARTICIPANT, email=one) for one in dict.fromkeys(copied))]


def _fields(found: dict[str, Any], thread: list[dict[str, Any]]) -> dict[str, Any]:
    """Custom fields by name, the inbox, and how many threads there are: at 100 Help Scout takes no more."""
    fields: dict[str, Any] = {
        name: text(one.get("text")) or one.get("value")
        for one in objects(found.get("customFields"))
        if (name := text(one.get("name")))
    }
    told = found.get("threads")
    count = told if isinstance(told, int) and not isinstance(told, bool) else len(thread)
    fields |= {"inbox_id": identifier(found.get("mailboxId")), "threads": count}
    return {key: value for key, value in fields.items() if value not in (None, "", [])}


def _web(found: dict[str, Any]) -> str | None:
    """Where a person opens it, as long as that is at Help Scout's."""
    told = text(mapping(mapping(found.get("_links")).get("web")).get("href")) or ""
    return told if told.startswith(WEB) else None
