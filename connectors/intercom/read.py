"""A conversation with its whole thread, in our words."""

import hashlib
import json
from datetime import datetime
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Priority, Role, Status, Ticket, Visibility
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.intercom.directory import Directory
from connectors.intercom.people import is_contact, person, requester_of, role_of, visibility_of
from connectors.intercom.settings import Settings
from connectors.intercom.values import contact_id, conversation_path
from connectors.markup import words_of
from connectors.values import document, identifier, listed, mapping, moment, needed, objects, text

MOST_PARTS = 500  # Intercom gives the newest of them, and nothing gives the older ones
STATUSES = {"open": Status.OPEN, "snoozed": Status.PENDING, "closed": Status.SOLVED}
PRIORITIES = {
    **{str(priority): priority for priority in Priority},
    "medium": Priority.NORMAL,
    "priority": Priority.HIGH,
}


async def fetch(http: HttpClient, directory: Directory, settings: Settings, ticket_id: str, me: str) -> Ticket:
    """The conversation, whose answer holds the thread, and what is known of its requester."""
    found = document(await http.get(conversation_path(ticket_id)))
    parts = parts_of(found)
    contact = await _contact(http, requester_of(found))
    team = await directory.teams.row(identifier(found.get("team_assignee_id")))
    admin = await directory.admins.row(identifier(found.get("admin_assignee_id")))
    requester = _requester(found, parts, contact)
    messages = _messages(found, parts, me, requester)
    tags = [name for tag in objects(mapping(found.get("tags")).get("tags")) if (name := text(tag.get("name")))]
    return Ticket(
        id=needed(identifier(found.get("id")), "conversation.id"),
        subject=_subject(found),
        status=STATUSES.get(needed(text(found.get("state")), "conversation.state"), Status.OPEN),
        version=_version(found, messages),
        requester=requester,
        messages=messages,
        created_at=_created_at(found),
        updated_at=max([_created_at(found), *_times(found), *(one.created_at for one in messages[-1:])]),
        channel=text(mapping(found.get("source")).get("type")) or "unknown",
        priority=_priority(found, tags, settings),
        queue=text(team.get("name")) or identifier(found.get("team_assignee_id")),
        assignee=_assignee(found, admin, me),
        participants=_participants(messages),
        tags=tags,
        language=text(contact.get("language_override")) or text(contact.get("browser_language")),
        fields=_fields(found, parts),
    )


def parts_of(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """What followed the first message. Raises `Unavailable` where the answer leaves it out."""
    return listed(mapping(conversation.get("conversation_parts")).get("conversation_parts"), "conversation_parts")


def is_cut(conversation: dict[str, Any], parts: list[dict[str, Any]]) -> bool:
    """Whether older parts were left out."""
    total = mapping(conversation.get("conversation_parts")).get("total_count")
    return len(parts) >= MOST_PARTS or (isinstance(total, int) and total > len(parts))


async def _contact(http: HttpClient, contact: str | None) -> dict[str, Any]:
    """What is known of a contact; nothing where it was deleted, or merged into another."""
    if contact is None:
        return {}
    try:
        return document(await http.get(f"/contacts/{contact}"))
    except NotFound:
        return {}


def _requester(found: dict[str, Any], parts: list[dict[str, Any]], contact: dict[str, Any]) -> Person:
    """A contact's own record, else what a message tells of its author."""
    wanted = requester_of(found)
    if contact_id(contact.get("id")) == wanted:
        return person(contact, Role.REQUESTER)
    authors = [mapping(one.get("author")) for one in (mapping(found.get("source")), *parts)]
    known = next((one for one in authors if is_contact(one) and contact_id(one.get("id")) == wanted), {})
    return person(known or {"id": wanted}, Role.REQUESTER)


def _messages(found: dict[str, Any], parts: list[dict[str, Any]], me: str, requester: Person) -> list[Message]:
    """The first message, which is no part and has an id of its own, and every part that says something."""
    source = {**mapping(found.get("source")), "part_type": "comment", "created_at": found.get("created_at")}
    first = [_message(source, f"source-{identifier(source.get('id')) or ''}", Visibility.PUBLIC, me, requester)]
    said = [(part, seen) for part in parts if (seen := visibility_of(part))]
    rest = [_message(one, needed(identifier(one.get("id")), "part.id"), seen, me, requester) for one, seen in said]
    rest.sort(key=lambda message: (message.created_at, int(message.id)))
    return [*(first if visibility_of(source) else []), *rest]


def _message(found: dict[str, Any], message_id: str, seen: Visibility, me: str, requester: Person) -> Message:
    author = mapping(found.get("author"))
    outside = Role.PARTICIPANT if is_contact(author) else Role.SYSTEM
    role = role_of(author, me=me, requester=requester.id) or outside
    files = objects(found.get("attachments"))
    return Message(
        id=message_id,
        author=requester if role is Role.REQUESTER else person(author, role),
        visibility=seen,
        body=text(found.get("body")) or "",
        format=BodyFormat.HTML,
        created_at=needed(moment(found.get("created_at")), "part.created_at"),
        attachments=[_attachment(file, f"{message_id}-{place}") for place, file in enumerate(files, 1)],
    )


def _attachment(file: dict[str, Any], file_id: str) -> Attachment:
    """Intercom gives files no id, and an address that expires: they are known by their place in the part."""
    size = file.get("filesize")
    return Attachment(
        id=file_id,
        name=text(file.get("name")) or "unnamed",
        media_type=text(file.get("content_type")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=text(file.get("url")),
    )


def _subject(found: dict[str, Any]) -> str:
    """The title that somebody gave, else the subject of a mail, which may come as a page."""
    return " ".join(
        words_of(text(found.get("title")) or text(mapping(found.get("source")).get("subject")) or "").split()
    )


def _version(found: dict[str, Any], messages: list[Message]) -> str:
    """A hash of what matters: Intercom's time of change has whole seconds, and moves when somebody only looks."""
    matters = [
        *(found.get(key) for key in ("state", "priority", "snoozed_until", "title", "custom_attributes")),
        *(identifier(found.get(key)) for key in ("admin_assignee_id", "team_assignee_id")),
        sorted(text(tag.get("id")) or "" for tag in objects(mapping(found.get("tags")).get("tags"))),
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in messages],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _created_at(found: dict[str, Any]) -> datetime:
    return needed(moment(found.get("created_at")), "conversation.created_at")


def _times(found: dict[str, Any]) -> list[datetime]:
    changed = moment(found.get("updated_at"))
    return [changed] if changed else []


def _priority(found: dict[str, Any], tags: list[str], settings: Settings) -> Priority:
    """What we write, an attribute or tags, else Intercom's own word: one of two in older versions, of five in newer."""
    own = PRIORITIES.get((text(found.get("priority")) or "").casefold(), Priority.NORMAL)
    if not settings.priority_attribute:
        return own if (tagged := settings.priority_tags.read(tags)) is Priority.NORMAL else tagged
    kept = text(mapping(found.get("custom_attributes")).get(settings.priority_attribute)) or ""
    return PRIORITIES.get(kept.casefold(), own)


def _assignee(found: dict[str, Any], admin: dict[str, Any], me: str) -> Person | None:
    assignee = identifier(found.get("admin_assignee_id"))
    if assignee in (None, "0"):
        return None
    return person(admin or {"id": assignee}, Role.INTEGRATION if assignee == me else Role.AGENT)


def _participants(messages: list[Message]) -> list[Person]:
    return list({one.author.id: one.author for one in messages if one.author.role is Role.PARTICIPANT}.values())


def _fields(found: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Custom attributes, whether Intercom's own machine takes part, and whether the thread has its beginning."""
    fields = {str(key): value for key, value in mapping(found.get("custom_attributes")).items()}
    fields["ai_agent_participated"] = found.get("ai_agent_participated")
    fields["older_parts_left_out"] = True if is_cut(found, parts) else None
    return {key: value for key, value in fields.items() if value not in (None, "", [])}
