"""An issue's description and its comments as entries of one thread."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Role, Visibility
from connectors.jira_service_management import adf
from connectors.jira_service_management.people import person, role_of, visibility_of
from connectors.values import identifier, mapping, moment, needed, objects, text

TOGETHER = timedelta(minutes=1)  # between a comment and the files that were sent with it
Row = dict[str, Any]


def entries(
    found: Row, comments: Sequence[Row], me: str, requester: Person, participants: Collection[str]
) -> list[Message]:
    """Oldest first. What the requester asked at first is the issue's description, and the first entry."""
    fields = mapping(found.get("fields"))
    files = _files(objects(fields.get("attachment")), comments)
    first = Message(
        id=f"request:{needed(identifier(found.get('id')), 'issue.id')}",
        author=requester,
        visibility=Visibility.PUBLIC,
        body=adf.words(fields.get("description")),
        format=BodyFormat.TEXT,
        created_at=needed(moment(fields.get("created")), "issue.created"),
        attachments=files.get("", []),
    )
    thread = [_comment(one, me, requester.id or None, participants, files) for one in comments]
    return [first, *sorted(thread, key=lambda entry: (entry.created_at, int(entry.id)))]


def _comment(
    found: Row, me: str, requester: str | None, participants: Collection[str], files: dict[str, list[Attachment]]
) -> Message:
    """One comment. What is not plainly public is internal: nobody is told that a requester could read it."""
    author, visibility = mapping(found.get("author")), visibility_of(found) or Visibility.INTERNAL
    role = role_of(author, me=me, requester=requester, participants=participants, visibility=visibility)
    entry = needed(identifier(found.get("id")), "comment.id")
    return Message(
        id=entry,
        author=person(author, role or Role.SYSTEM),
        visibility=visibility,
        body=adf.words(found.get("body")),
        format=BodyFormat.TEXT,
        created_at=needed(moment(found.get("created")), "comment.created"),
        attachments=files.get(entry, []),
    )


def _files(attachments: Sequence[Row], comments: Sequence[Row]) -> dict[str, list[Attachment]]:
    """Files by the comment that they came with, as far as author and time tell; all others by the empty text."""
    found: dict[str, list[Attachment]] = {}
    for file in attachments:
        found.setdefault(_holder(file, comments), []).append(_attachment(file))
    return found


def _holder(file: Row, comments: Sequence[Row]) -> str:
    at, who = moment(file.get("created")), mapping(file.get("author")).get("accountId")
    for one in comments:
        if at and who == mapping(one.get("author")).get("accountId") and _is_near(one, at):
            return identifier(one.get("id")) or ""
    return ""


def _is_near(comment: Row, at: datetime) -> bool:
    written = moment(comment.get("created"))
    return written is not None and abs(written - at) <= TOGETHER


def _attachment(file: Row) -> Attachment:
    size = file.get("size")
    return Attachment(
        id=needed(identifier(file.get("id")), "attachment.id"),
        name=text(file.get("filename")) or "unnamed",
        media_type=text(file.get("mimeType")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=text(file.get("content")),
    )
