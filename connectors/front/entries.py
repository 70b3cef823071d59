"""Messages, comments and drafts as entries of one thread."""

from datetime import datetime
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Role, Visibility
from connectors.front import drafts
from connectors.front.people import outside, outside_role, role_of, sender, teammate
from connectors.front.values import entry_id, resource
from connectors.values import mapping, moment, needed, objects, text

Row = dict[str, Any]


def message(found: Row, me: str, requester: str | None) -> Message:
    """A message that came in or went out. A draft of ours that a teammate sent may still name us as its author: the
    sign in it tells, because no reply that we send ourselves has one."""
    if found.get("is_inbound") is True:
        person = outside(sender(found), outside_role(sender(found), requester) or Role.PARTICIPANT)
    else:
        role = outbound_role(found, me) or Role.SYSTEM
        person = teammate(mapping(found.get("author")), role)
    at = needed(moment(found.get("created_at")), "message.created_at")
    return _entry(found, needed(entry_id(found), "message.id"), person, Visibility.PUBLIC, at)


def outbound_role(found: Row, me: str) -> Role | None:
    """Who sent a message to the requester."""
    role = role_of(mapping(found.get("author")), me)
    return Role.AGENT if role is Role.INTEGRATION and drafts.mark_of(found) else role


def draft(found: Row, me: str, otherwise_at: datetime) -> Message:
    """A draft that waits; whether Front dates it is not documented."""
    role = role_of(mapping(found.get("author")), me) or Role.SYSTEM
    person = teammate(mapping(found.get("author")), role)
    mark = drafts.mark_of(found) if role is Role.INTEGRATION else None
    entry = needed(drafts.draft_id(found), "draft.id")
    return _entry(found, entry, person, Visibility.DRAFT, moment(found.get("created_at")) or otherwise_at, mark)


def comment(found: Row, me: str) -> Message:
    author = mapping(found.get("author"))
    return Message(
        id=needed(resource(found.get("id"), "com"), "comment.id"),
        author=teammate(author, role_of(author, me) or Role.SYSTEM),
        visibility=Visibility.INTERNAL,
        body=text(found.get("body")) or "",
        format=BodyFormat.MARKDOWN,
        created_at=needed(moment(found.get("posted_at")), "comment.posted_at"),
        attachments=[_attachment(file) for file in objects(found.get("attachments"))],
    )


def _entry(
    found: Row, entry: str, author: Person, visibility: Visibility, at: datetime, mark: str | None = None
) -> Message:
    body = text(found.get("body")) or text(found.get("text")) or ""
    return Message(
        id=entry,
        author=author,
        visibility=visibility,
        body=body,
        format=BodyFormat.HTML if found.get("type") == drafts.BY_PAGE or "</" in body else BodyFormat.TEXT,
        created_at=at,
        attachments=[_attachment(file) for file in objects(found.get("attachments"))],
        mark=mark,
    )


def _attachment(file: Row) -> Attachment:
    size = file.get("size")
    return Attachment(
        id=needed(text(file.get("id")), "attachment.id"),
        name=text(file.get("filename")) or "unnamed",
        media_type=text(file.get("content_type")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=text(file.get("url")),
    )
