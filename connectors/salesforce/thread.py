"""The messages of a case: its description, its e-mails and its comments, with what is known of their files."""

import html
import mimetypes
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Visibility
from connectors.salesforce.events import DRAFT, SENT
from connectors.salesforce.parts import joined
from connectors.salesforce.people import People
from connectors.salesforce.session import Row, Session
from connectors.salesforce.values import CASE, COMMENT, EMAIL, USER, one_of, quoted, record_id, select
from connectors.values import mapping, moment, needed, text

EMAILS = (
    "Id,Incoming,Status,TextBody,HtmlBody,FromAddress,FromName,ToAddress,CcAddress,BccAddress,HasAttachment,"
    "MessageDate,CreatedDate,SystemModstamp,CreatedById,CreatedBy.Name,CreatedBy.Email,CreatedBy.UserType,"
    "LastModifiedById,LastModifiedBy.Name,LastModifiedBy.Email,LastModifiedBy.UserType"
)
COMMENTS = (
    "Id,CommentBody,IsPublished,CreatedDate,SystemModstamp,CreatedById,CreatedBy.Name,CreatedBy.Email,"
    "CreatedBy.UserType"
)
FILES = (
    "LinkedEntityId,ContentDocumentId,ContentDocument.Title,ContentDocument.FileExtension,ContentDocument.ContentSize,"
    "ContentDocument.LatestPublishedVersionId"
)
OLD_FILES = "Id,ParentId,Name,ContentType,BodyLength"
MOST_NAMED = 100  # ids in one question: it travels in the address
BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{0,2000}>")

Files = Mapping[str, Sequence[Attachment]]


async def emails_of(session: Session, case: str, mark_field: str | None) -> list[Row]:
    fields = f"{EMAILS},{mark_field}" if mark_field else EMAILS
    return await session.rows(select(fields, "EmailMessage", f"ParentId = {quoted(case)}", "ORDER BY CreatedDate"))


async def comments_of(session: Session, case: str) -> list[Row]:
    return await session.rows(select(COMMENTS, "CaseComment", f"ParentId = {quoted(case)}", "ORDER BY CreatedDate"))


async def files_of(session: Session, emails: Sequence[Row], base_url: str) -> Files:
    """The files of e-mails, by the e-mail's id: as Files, or as the attachments of older orgs."""
    ids = [email for row in emails if row.get("HasAttachment") is True and (email := record_id(row.get("Id"), EMAIL))]
    found: dict[str, list[Attachment]] = {}
    for start in range(0, len(ids), MOST_NAMED):
        some = one_of(ids[start : start + MOST_NAMED])
        for row in await session.rows(select(FILES, "ContentDocumentLink", f"LinkedEntityId IN {some}")):
            found.setdefault(record_id(row.get("LinkedEntityId")) or "", []).append(_file(row, base_url))
        for row in await session.rows(select(OLD_FILES, "Attachment", f"ParentId IN {some}")):
            found.setdefault(record_id(row.get("ParentId")) or "", []).append(_old_file(row, base_url))
    return found


def messages(
    case: Row,
    emails: Sequence[Row],
    comments: Sequence[Row],
    files: Files,
    people: People,
    mark_field: str | None,
    me: str,
) -> list[Message]:
    """Oldest first. A sent e-mail has the time of its sending: as a draft it may have waited for long."""
    senders = [address for row in emails if row.get("Incoming") is True and (address := text(row.get("FromAddress")))]
    found = [
        *_description(case, emails, people),
        *(_email(row, files, people, senders, mark_field, me) for row in emails),
        *(_comment(row, body, people) for row, body in joined(comments, me)),
    ]
    return sorted(found, key=lambda one: one.created_at)


def _description(case: Row, emails: Sequence[Row], people: People) -> Iterator[Message]:
    """What the case was opened with; a case that an e-mail opened repeats that e-mail's words there."""
    body = text(case.get("Description"))
    if body is None or any(row.get("Incoming") is True and _folded(body) in _folded(words_of(row)) for row in emails):
        return
    noted = text(case.get("Origin")) == "Phone" and not text(case.get("SuppliedEmail"))
    yield Message(
        id=needed(record_id(case.get("Id"), CASE), "Case.Id"),
        author=people.user(case, "CreatedBy", internal=True) if noted else people.requester,
        visibility=Visibility.PUBLIC,
        body=body,
        format=BodyFormat.TEXT,
        created_at=needed(moment(case.get("CreatedDate")), "Case.CreatedDate"),
    )


def _folded(words: str) -> str:
    return " ".join(words.split())


def words_of(row: Row) -> str:
    """An e-mail's words without its markup."""
    plain = text(row.get("TextBody"))
    return plain or html.unescape(TAG.sub(" ", BREAK.sub("\n", text(row.get("HtmlBody")) or "")))


def visibility_of(row: Row, people: People, senders: Sequence[str]) -> Visibility:
    """Who can see an e-mail. What did not plainly reach the requester's side is internal."""
    if row.get("Incoming") is True:
        return Visibility.PUBLIC
    if row.get("Status") == DRAFT:
        return Visibility.DRAFT
    return Visibility.PUBLIC if row.get("Status") == SENT and people.reached(row, senders) else Visibility.INTERNAL


def _email(row: Row, files: Files, people: People, senders: Sequence[str], mark_field: str | None, me: str) -> Message:
    """Agents write HTML, and the plain text beside it may be older than their last edit; of what came, text is best."""
    email, incoming = needed(record_id(row.get("Id"), EMAIL), "EmailMessage.Id"), row.get("Incoming") is True
    plain, markup = text(row.get("TextBody")), text(row.get("HtmlBody"))
    as_html = markup is not None and (plain is None or not incoming)
    visibility = visibility_of(row, people, senders)
    author = _sender(row, people) if incoming else _writer(row, people, me, internal=visibility is Visibility.INTERNAL)
    created_at = moment(row.get("MessageDate")) if visibility is not Visibility.DRAFT and not incoming else None
    return Message(
        id=email,
        author=author,
        visibility=visibility,
        body=(markup if as_html else plain) or "",
        format=BodyFormat.HTML if as_html else BodyFormat.TEXT,
        created_at=created_at or needed(moment(row.get("CreatedDate")), "EmailMessage.CreatedDate"),
        attachments=files.get(email, ()),
        mark=text(row.get(mark_field)) if mark_field and is_own(row, me) else None,
    )


def _sender(row: Row, people: People) -> Person:
    return people.writes_from(text(row.get("FromAddress")), text(row.get("FromName")))


def _writer(row: Row, people: People, me: str, *, internal: bool) -> Person:
    """A draft stays the same record when a person edits or sends it; then it is that person's."""
    edited = is_own(row, me) and record_id(row.get("LastModifiedById"), USER) not in (me, None)
    return people.user(row, "LastModifiedBy" if edited else "CreatedBy", internal=internal)


def _comment(row: Row, body: str, people: People) -> Message:
    public = row.get("IsPublished") is True
    author = people.user(row, "CreatedBy", internal=not public)
    return Message(
        id=needed(record_id(row.get("Id"), COMMENT), "CaseComment.Id"),
        author=author,
        visibility=Visibility.PUBLIC if public else Visibility.INTERNAL,
        body=body,
        format=BodyFormat.TEXT,
        created_at=needed(moment(row.get("CreatedDate")), "CaseComment.CreatedDate"),
    )


def is_own(row: Row, me: str) -> bool:
    return record_id(row.get("CreatedById"), USER) == me


def _file(row: Row, base_url: str) -> Attachment:
    told = mapping(row.get("ContentDocument"))
    title, ending = text(told.get("Title")) or "unnamed", text(told.get("FileExtension"))
    name = f"{title}.{ending}" if ending and not title.casefold().endswith(f".{ending.casefold()}") else title
    version = record_id(told.get("LatestPublishedVersionId"))
    url = f"{base_url}/sfc/servlet.shepherd/version/download/{version}" if version else None
    found = needed(record_id(row.get("ContentDocumentId")), "ContentDocumentId")
    return Attachment(found, name, mimetypes.guess_type(name)[0], _size(told.get("ContentSize")), url)


def _old_file(row: Row, base_url: str) -> Attachment:
    found = needed(record_id(row.get("Id")), "Attachment.Id")
    url = f"{base_url}/servlet/servlet.FileDownload?file={found}"
    name = text(row.get("Name")) or "unnamed"
    return Attachment(found, name, text(row.get("ContentType")), _size(row.get("BodyLength")), url)


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
