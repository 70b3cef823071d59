"""A ticket with its whole thread, in our words."""

import hashlib
import json
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.chatwoot.directory import Directory
from connectors.chatwoot.pages import messages
from connectors.chatwoot.paths import conversation_path
from connectors.chatwoot.people import contact, kind_of, role_of, user, visibility_of
from connectors.contract import Attachment, BodyFormat, Message, Person, Priority, Role, Status, Ticket, Visibility
from connectors.http import HttpClient
from connectors.values import document, identifier, mapping, moment, needed, objects, several, text

MARK_KEY = "countersign_mark"  # in a message's content_attributes, which Chatwoot keeps and gives back as they came
# Pending is a conversation that a bot still holds; snoozed is one that an agent put away until something comes.
STATUSES = {"open": Status.OPEN, "pending": Status.NEW, "snoozed": Status.PENDING, "resolved": Status.SOLVED}
PRIORITIES = {"low": Priority.LOW, "medium": Priority.NORMAL, "high": Priority.HIGH, "urgent": Priority.URGENT}


async def fetch(http: HttpClient, directory: Directory, account_id: str, ticket_id: str, me: str) -> Ticket:
    """The conversation before its thread: who changes it meanwhile makes the version old, and never the thread."""
    path = conversation_path(account_id, ticket_id)
    found = document(await http.get(path))
    thread = await messages(http, path)
    inbox = await directory.inbox(identifier(found.get("inbox_id")))
    return _ticket(found, thread, me, inbox, f"{http.base_url}/app/accounts/{account_id}/conversations/{ticket_id}")


def _ticket(found: dict[str, Any], thread: list[dict[str, Any]], me: str, inbox: str | None, url: str) -> Ticket:
    meta = mapping(found.get("meta"))
    sender = mapping(meta.get("sender"))
    requester = identifier(sender.get("id"))
    entries = [_message(one, me, requester) for one in thread if kind_of(one) != "activity"]
    entries.sort(key=lambda entry: (entry.created_at, int(entry.id)))
    additional = mapping(found.get("additional_attributes"))
    created_at = needed(moment(found.get("created_at")) or moment(found.get("timestamp")), "conversation.created_at")
    return Ticket(
        id=needed(identifier(found.get("id")), "conversation.id"),
        subject=text(additional.get("mail_subject")) or "",
        status=STATUSES.get(needed(text(found.get("status")), "conversation.status"), Status.OPEN),
        version=_version(found, entries),
        requester=contact(sender, Role.REQUESTER),
        messages=entries,
        created_at=created_at,
        updated_at=_updated_at(found, entries, created_at),
        channel=(text(meta.get("channel")) or "unknown").removeprefix("Channel::").lower(),
        priority=PRIORITIES.get(text(found.get("priority")) or "", Priority.NORMAL),
        queue=text(mapping(meta.get("team")).get("name")) or inbox,
        assignee=_assignee(meta, me),
        participants=_participants(entries),
        tags=[label for one in several(found.get("labels")) if (label := text(one))],
        language=text(additional.get("conversation_language")),
        fields=_fields(found, inbox),
        url=url,
    )


def _version(found: dict[str, Any], entries: list[Message]) -> str:
    """A hash of what matters. Chatwoot's `updated_at` stays as it is when a message comes, so it is no version."""
    meta = mapping(found.get("meta"))
    matters = [
        *(found.get(key) for key in ("status", "priority", "inbox_id", "snoozed_until", "custom_attributes")),
        sorted(label for label in several(found.get("labels")) if isinstance(label, str)),
        *(identifier(mapping(meta.get(who)).get("id")) for who in ("sender", "assignee", "team")),
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in entries],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _updated_at(found: dict[str, Any], entries: list[Message], created_at: datetime) -> datetime:
    told = [moment(found.get(key)) for key in ("updated_at", "last_activity_at", "timestamp")]
    return max([created_at, *(one for one in told if one), *(entry.created_at for entry in entries[-1:])])


def _participants(entries: list[Message]) -> list[Person]:
    found = {entry.author.id: entry.author for entry in entries if entry.author.role is Role.PARTICIPANT}
    return list(found.values())


def _assignee(meta: dict[str, Any], me: str) -> Person | None:
    """An agent, this gateway, or a bot."""
    found = mapping(meta.get("assignee"))
    assignee = identifier(found.get("id"))
    if assignee is None:
        return None
    if meta.get("assignee_type") == "AgentBot":
        return user(found, Role.SYSTEM)
    return user(found, Role.INTEGRATION if assignee == me else Role.AGENT)


def _message(found: dict[str, Any], me: str, requester: str | None) -> Message:
    """One entry. What is not plainly public is internal: nobody is told that a requester could read it."""
    incoming = kind_of(found) == "incoming"
    role = role_of(found, me=me, requester=requester) or (Role.PARTICIPANT if incoming else Role.SYSTEM)
    body, written_as = _body(found, incoming=incoming)
    attributes, sender = mapping(found.get("content_attributes")), mapping(found.get("sender"))
    return Message(
        id=needed(identifier(found.get("id")), "message.id"),
        author=contact(sender, role) if incoming else user(sender, role),
        visibility=visibility_of(found) or Visibility.INTERNAL,
        body=body,
        format=written_as,
        created_at=needed(moment(found.get("created_at")), "message.created_at"),
        attachments=[_attachment(file) for file in objects(found.get("attachments"))],
        mark=text(attributes.get(MARK_KEY)) if role is Role.INTEGRATION else None,
    )


def _body(found: dict[str, Any], *, incoming: bool) -> tuple[str, BodyFormat]:
    """What agents see; for a mail that has nothing there, its own text or page."""
    if content := text(found.get("content")):
        return content, BodyFormat.TEXT if incoming else BodyFormat.MARKDOWN
    mail = mapping(mapping(found.get("content_attributes")).get("email"))
    plain, page = mapping(mail.get("text_content")), mapping(mail.get("html_content"))
    if words := text(plain.get("reply")) or text(plain.get("full")):
        return words, BodyFormat.TEXT
    return text(page.get("reply")) or text(page.get("full")) or "", BodyFormat.HTML if page else BodyFormat.TEXT


def _attachment(file: dict[str, Any]) -> Attachment:
    """Chatwoot tells a file's name in its address alone; a place on a map or a contact has neither."""
    url, size = text(file.get("data_url")), file.get("file_size")
    named = unquote(urlsplit(url).path.rpartition("/")[2]) if url and "]" not in url and "[" not in url else ""
    kind, extension = text(file.get("file_type")) or "file", text(file.get("extension"))
    media_type = text(file.get("content_type"))
    return Attachment(
        id=needed(identifier(file.get("id")), "attachment.id"),
        name=named or (f"{kind}.{extension}" if extension else kind),
        media_type=media_type if media_type and "/" in media_type else None,
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=url,
    )


def _fields(found: dict[str, Any], inbox: str | None) -> dict[str, Any]:
    """Custom attributes, the inbox, and whether the channel still takes a reply."""
    fields = {str(key): value for key, value in mapping(found.get("custom_attributes")).items()}
    fields |= {"inbox_id": identifier(found.get("inbox_id")), "inbox": inbox}
    if isinstance(found.get("can_reply"), bool):
        fields["can_reply"] = found["can_reply"]
    return {key: value for key, value in fields.items() if value not in (None, "", [])}
