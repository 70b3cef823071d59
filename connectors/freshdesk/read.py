"""A ticket with its whole thread, in our words."""

import hashlib
import json
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Priority, Role, Status, Ticket, Visibility
from connectors.errors import AuthFailed, NotFound
from connectors.freshdesk.pages import conversations
from connectors.freshdesk.paths import ticket_path
from connectors.freshdesk.people import author_of, copied_in, first_author, requester_of, visibility_of
from connectors.freshdesk.settings import STATUSES, Settings
from connectors.http import HttpClient
from connectors.names import Names
from connectors.values import document, identifier, mapping, moment, needed, objects, several, text

PRIORITIES = {1: Priority.LOW, 2: Priority.NORMAL, 3: Priority.HIGH, 4: Priority.URGENT}
CHANNELS = {1: "email", 2: "portal", 3: "phone", 7: "chat", 9: "feedback_widget", 10: "outbound_email"}


async def fetch(http: HttpClient, settings: Settings, groups: Names, ticket_id: str, me: str) -> Ticket:
    """The ticket before its thread: who changes it meanwhile makes the version old, and never the thread."""
    found = document(await http.get(ticket_path(ticket_id), params={"include": "requester,company"}))
    if found.get("deleted") is True or found.get("spam") is True:
        raise NotFound(f"ticket {ticket_id} is deleted, or marked as spam")
    thread = await conversations(http, ticket_id)
    group = identifier(found.get("group_id"))
    return _ticket(found, thread, settings, me, await _called(groups, group))


async def _called(groups: Names, group: str | None) -> str | None:
    """The group's name, else its id: not every role may read groups, and that is no reason to read no ticket."""
    try:
        return text((await groups.row(group)).get("name")) or group
    except AuthFailed:
        return group


def _ticket(
    found: dict[str, Any], thread: list[dict[str, Any]], settings: Settings, me: str, queue: str | None
) -> Ticket:
    ticket_id, requester = needed(identifier(found.get("id")), "ticket.id"), requester_of(found)
    created_at = needed(moment(found.get("created_at")), "ticket.created_at")
    entries = [_first(found, ticket_id, requester), *(_message(one, me, requester) for one in thread)]
    entries.sort(key=lambda entry: entry.created_at)
    words = {number: word for word, number in (*STATUSES.items(), *settings.statuses.items())}
    return Ticket(
        id=ticket_id,
        subject=text(found.get("subject")) or "",
        status=words.get(_number(found.get("status")) or 0, Status.OPEN),
        version=_version(found, entries),
        requester=requester,
        messages=entries,
        created_at=created_at,
        updated_at=max(moment(found.get("updated_at")) or created_at, entries[-1].created_at),
        channel=CHANNELS.get(_number(found.get("source")) or 0, "unknown"),
        priority=PRIORITIES.get(_number(found.get("priority")) or 0, Priority.NORMAL),
        queue=queue,
        assignee=_assignee(found, me),
        participants=[person for one in several(found.get("cc_emails")) if (person := copied_in(one))],
        tags=[tag for one in several(found.get("tags")) if (tag := text(one))],
        brand=identifier(found.get("product_id")),
        fields=_fields(found),
        url=f"{settings.base_url}/a/tickets/{ticket_id}",
    )


def _version(found: dict[str, Any], entries: list[Message]) -> str:
    """A hash of what matters: it is not documented what moves `updated_at`, and whether a look does."""
    matters = [
        *(
            found.get(key)
            for key in ("subject", "status", "priority", "type", "group_id", "responder_id", "product_id")
        ),
        found.get("requester_id"),
        found.get("custom_fields"),
        sorted(tag for tag in several(found.get("tags")) if isinstance(tag, str)),
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in entries],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _first(found: dict[str, Any], ticket_id: str, requester: Person) -> Message:
    """The description, with an id of our making: Freshdesk counts it as part of the ticket, not of the thread."""
    body, written_as = _body(found, "description", "description_text")
    return Message(
        id=f"description:{ticket_id}",
        author=first_author(found, requester),
        visibility=Visibility.PUBLIC,
        body=body,
        format=written_as,
        created_at=needed(moment(found.get("created_at")), "ticket.created_at"),
        attachments=_attachments(found),
    )


def _message(entry: dict[str, Any], me: str, requester: Person) -> Message:
    """One entry. What is not plainly public is internal: nobody is told that a requester could read it."""
    body, written_as = _body(entry, "body", "body_text")
    return Message(
        id=needed(identifier(entry.get("id")), "conversation.id"),
        author=author_of(entry, me=me, requester=requester),
        visibility=visibility_of(entry) or Visibility.INTERNAL,
        body=body,
        format=written_as,
        created_at=needed(moment(entry.get("created_at")), "conversation.created_at"),
        attachments=_attachments(entry),
    )


def _body(found: dict[str, Any], html: str, plain: str) -> tuple[str, BodyFormat]:
    if page := text(found.get(html)):
        return page, BodyFormat.HTML
    return text(found.get(plain)) or "", BodyFormat.TEXT


def _attachments(found: dict[str, Any]) -> list[Attachment]:
    """The address works for a short time only. The size has one name in the API and another in events."""
    return [
        Attachment(
            id=needed(identifier(file.get("id")), "attachment.id"),
            name=text(file.get("name")) or "unnamed",
            media_type=text(file.get("content_type")),
            size=_number(file.get("size")) or _number(file.get("file_size")),
            url=text(file.get("attachment_url")),
        )
        for file in objects(found.get("attachments"))
    ]


def _assignee(found: dict[str, Any], me: str) -> Person | None:
    agent = identifier(found.get("responder_id"))
    return Person(agent, Role.INTEGRATION if agent == me else Role.AGENT) if agent else None


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    """Custom fields by name, the type, and the number of the status, which may be one of the account's own."""
    fields = {**mapping(found.get("custom_fields")), "type": text(found.get("type")), "status": found.get("status")}
    return {key: value for key, value in fields.items() if value not in (None, "", [])}


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
