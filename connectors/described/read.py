"""A ticket with its whole thread, as the description's paths find them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Attachment, Message, Person, Priority, Role, Ticket
from connectors.described import words
from connectors.described.calls import entries, find, pages, read
from connectors.described.description import AttachmentPaths, Description, MessagePaths, PersonPaths
from connectors.described.templates import Context
from connectors.errors import Unavailable
from connectors.http import HttpClient
from connectors.values import lacks, needed, storable, text


class Reader:
    """Reads one account. `me`: the integration user's id, where the description asks for it."""

    def __init__(self, description: Description, http: HttpClient, context: Context) -> None:
        self._said = description
        self._http = http
        self._context = context

    async def ticket(self, ticket_id: str, me: str | None) -> Ticket:
        """The ticket before its thread: who changes it meanwhile makes the version old, and never the thread."""
        answer = await self.document(ticket_id)
        messages = await self.thread(ticket_id, me, answer)
        return self._ticket(answer, messages, me)

    async def document(self, ticket_id: str) -> Any:
        """The answer that tells of the ticket, which must be the one that was asked for."""
        answer = await read(self._http, self._said.ticket, self._of(ticket_id))
        if words.identifier(find(self._said.ticket.read.id, answer)) != ticket_id:
            raise lacks("the ticket that was asked for")
        return answer

    async def thread(self, ticket_id: str, me: str | None, document: Any = None) -> list[Message]:
        """Every message, oldest first; `document` is the ticket's own answer, where that is at hand."""
        said = self._said.messages
        if said.request is None:
            found = entries(said.each, document if document is not None else await self.document(ticket_id))
        else:
            following = pages(self._http, said, said.each, said.next, self._of(ticket_id))
            found = [entry async for page in following for entry in page]
        messages = [self.message(entry, me) for entry in found]
        if len({message.id for message in messages}) != len(messages):
            raise Unavailable("the help desk told the same message twice; if this stays, look at `messages.next`")
        return sorted(messages, key=lambda message: message.created_at)

    def message(self, found: Any, me: str | None) -> Message:
        """One entry of the thread."""
        paths, tables = self._said.messages.read, self._said.words
        author = self._author(paths, found, me)
        written_as = tables.format and paths.format and find(paths.format, found)
        body = find(paths.body, found)
        return Message(
            id=needed(words.identifier(find(paths.id, found)), "message.id"),
            author=author,
            visibility=words.needed(tables.visibility, find(paths.visibility, found), "visibility"),
            body=storable(body) if isinstance(body, str) else "",
            format=words.needed(tables.format, written_as, "format") if written_as else self._said.body_format,
            created_at=self._moment(find(paths.created_at, found), "message.created_at"),
            attachments=_attachments(paths.attachments, found),
            mark=text(find(paths.mark, found)) if author.role is Role.INTEGRATION else None,
        )

    def tags(self, document: Any) -> list[str]:
        return _texts(find(self._said.ticket.read.tags, document))

    def version(self, document: Any) -> str | None:
        return words.word(find(self._said.ticket.read.version, document))

    def _of(self, ticket_id: str) -> dict[str, Any]:
        return {**self._context, "ticket": {"id": ticket_id}}

    def _author(self, paths: MessagePaths, found: Any, me: str | None) -> Person:
        """Who we are is known best by our own id. An author whom the table calls unknown is a system."""
        id_ = words.identifier(find(paths.author.id, found)) or ""
        if me is not None and id_ == me:
            return _person(paths.author, found, Role.INTEGRATION)
        said = words.needed(self._said.words.role, find(paths.author.role, found), "role")
        return _person(paths.author, found, Role.SYSTEM if said == "unknown" else Role(said))

    def _ticket(self, found: Any, messages: Sequence[Message], me: str | None) -> Ticket:
        paths, tables = self._said.ticket.read, self._said.words
        priority, queue = find(paths.priority, found), find(paths.queue, found)
        created_at = self._moment(find(paths.created_at, found), "ticket.created_at")
        changed_at = words.moment(find(paths.updated_at, found), self._said.timezone)
        return Ticket(
            id=needed(words.identifier(find(paths.id, found)), "ticket.id"),
            subject=text(find(paths.subject, found)) or "",
            status=words.needed(tables.status, find(paths.status, found), "status"),
            version=self.version(found) or self._hash(found, messages),
            requester=_person(paths.requester, found, Role.REQUESTER, what="requester.id"),
            messages=messages,
            created_at=created_at,
            updated_at=changed_at or max([created_at, *(message.created_at for message in messages)]),
            channel=text(find(paths.channel, found)) or "unknown",
            priority=Priority.NORMAL if priority is None else words.needed(tables.priority, priority, "priority"),
            queue=words.ours(tables.team, queue) or words.word(queue),
            assignee=self._assignee(found, me),
            tags=self.tags(found),
            language=text(find(paths.language, found)),
            brand=text(find(paths.brand, found)),
            fields=_fields(paths.fields, found),
            url=text(find(paths.url, found)),
        )

    def _hash(self, found: Any, messages: Sequence[Message]) -> str:
        """For a help desk without versions: of what matters. Raises where it promised one and told none."""
        paths = self._said.ticket.read
        if paths.version is not None:
            raise lacks("ticket.version")
        told = [find(path, found) for path in (paths.subject, paths.status, paths.priority, paths.queue)]
        thread = [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in messages]
        who = find(paths.assignee.id, found) if paths.assignee else None
        matters = json.dumps([*told, who, sorted(self.tags(found)), thread], sort_keys=True, default=str)
        return hashlib.sha256(matters.encode(errors="replace")).hexdigest()[:32]

    def _assignee(self, found: Any, me: str | None) -> Person | None:
        paths = self._said.ticket.read.assignee
        id_ = words.identifier(find(paths.id, found)) if paths else None
        if paths is None or id_ is None:
            return None
        return _person(paths, found, Role.INTEGRATION if id_ == me else Role.AGENT)

    def _moment(self, value: Any, what: str) -> datetime:
        found = words.moment(value, self._said.timezone)
        if found is None and isinstance(value, str) and self._said.timezone is None:
            raise lacks(f"{what} with a zone; where the help desk never tells one, set `timezone`")
        return needed(found, what)


def _person(paths: PersonPaths, found: Any, role: Role, *, what: str = "author.id") -> Person:
    """A system may write without an id; anybody else has one."""
    id_ = words.identifier(find(paths.id, found))
    return Person(
        id=id_ or "" if role is Role.SYSTEM else needed(id_, what),
        role=role,
        name=text(find(paths.name, found)),
        email=text(find(paths.email, found)),
        phone=text(find(paths.phone, found)),
        organisation=text(find(paths.organisation, found)),
    )


def _attachments(paths: AttachmentPaths | None, found: Any) -> list[Attachment]:
    files = find(paths.each, found) if paths else None
    if paths is None or not isinstance(files, list):
        return []
    return [
        Attachment(
            id=needed(words.identifier(find(paths.id, file)), "attachment.id"),
            name=text(find(paths.name, file)) or "file",
            media_type=text(find(paths.media_type, file)),
            size=_size(find(paths.size, file)),
            url=text(find(paths.url, file)),
        )
        for file in files
    ]


def _size(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _texts(value: Any) -> list[str]:
    found = [words.word(one) for one in value] if isinstance(value, list) else []
    return [one for one in found if one]


def _fields(paths: Mapping[str, Any], found: Any) -> dict[str, Any]:
    told = {name: find(path, found) for name, path in paths.items()}
    return {
        name: storable(value) if isinstance(value, str) else value for name, value in told.items() if value is not None
    }
