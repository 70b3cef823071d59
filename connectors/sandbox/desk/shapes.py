"""The JSON of the desk's API: what it takes, checked and bounded, and what it gives."""

import hashlib
import uuid
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from connectors.contract import (
    Article,
    Attachment,
    BodyFormat,
    Change,
    Message,
    Person,
    Priority,
    Role,
    Status,
    Visibility,
)
from connectors.sandbox.desk.tickets import Ticket

Body = Annotated[str, StringConstraints(min_length=1, max_length=256_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewAttachment(Shape):
    """What is known of a file. The desk keeps the content where a text is given, and tells its size then."""

    name: Line
    media_type: Line | None = None
    size: int | None = Field(None, ge=0)
    text: Annotated[str, StringConstraints(max_length=256_000)] | None = None


class NewMessage(Shape):
    """`author` is for the agents' token: `requester`, or an agent's id. `client_ref` is given back as it came."""

    body: Body
    visibility: Visibility = Visibility.PUBLIC
    format: BodyFormat = BodyFormat.TEXT
    author: Line | None = None
    client_ref: Line | None = None
    attachments: list[NewAttachment] = Field(default_factory=list, max_length=20)


class Requester(Shape):
    name: Line
    email: Line | None = None
    phone: Line | None = None
    organisation: Line | None = None


class EarlierMessage(Shape):
    """A message of a thread that stood there before. `author`: `requester`, or an agent's id."""

    author: Line
    body: Body
    visibility: Visibility = Visibility.PUBLIC
    hours_ago: float = Field(gt=0, le=100_000)


class NewTicket(Shape):
    subject: Line
    requester: Requester
    body: Body
    format: BodyFormat = BodyFormat.TEXT
    attachments: list[NewAttachment] = Field(default_factory=list, max_length=20)
    channel: Line = "web"
    language: Line | None = None
    priority: Priority | None = None
    team: Line | None = None
    tags: list[Line] = Field(default_factory=list, max_length=50)
    earlier: list[EarlierMessage] = Field(default_factory=list, max_length=100)


class TicketUpdate(Shape):
    """All of it happens or none; with `if_version`, only if that is still the ticket's version."""

    message: NewMessage | None = None
    tags_added: list[Line] = Field(default_factory=list, max_length=50)
    priority: Priority | None = None
    team: Line | None = None
    assignee: Line | None = None
    status: Status | None = None
    if_version: int | None = None

    def change(self) -> Change:
        return Change(tuple(self.tags_added), self.priority, self.team, self.assignee, self.status)


class NewArticle(Shape):
    title: Line
    body: Body
    format: BodyFormat = BodyFormat.MARKDOWN
    url: Line | None = None
    language: Line | None = None
    public: bool = True


def attachments_of(found: list[NewAttachment], owner: str) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            f"{owner}-{number}",
            file.name,
            file.media_type,
            file.size if file.text is None else len(file.text.encode(errors="replace")),
        )
        for number, file in enumerate(found, start=1)
    )


def contents_of(found: list[NewAttachment], files: tuple[Attachment, ...]) -> dict[str, bytes]:
    """What is in the files of which a text was given, by their ids."""
    return {
        stored.id: new.text.encode(errors="replace")
        for new, stored in zip(found, files, strict=True)
        if new.text is not None
    }


def person_json(person: Person | None) -> dict[str, Any] | None:
    if person is None:
        return None
    told = {"name": person.name, "email": person.email, "phone": person.phone, "organisation": person.organisation}
    return {"type": person.role.value, "id": person.id, **told}


def message_json(message: Message, ticket: Ticket) -> dict[str, Any]:
    files = [
        {"id": file.id, "name": file.name, "media_type": file.media_type, "size": file.size}
        for file in message.attachments
    ]
    return {
        "id": message.id,
        "ticket_id": ticket.id,
        "author": person_json(message.author),
        "visibility": message.visibility.value,
        "format": message.format.value,
        "body": message.body,
        "client_ref": message.mark,
        "attachments": files,
        "created_at": stamp(message.created_at),
    }


def ticket_json(ticket: Ticket, base_url: str) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "version": ticket.version,
        "brand": ticket.brand,
        "subject": ticket.subject,
        "status": ticket.status.value,
        "priority": ticket.priority.value,
        "team": ticket.team,
        "assignee": person_json(ticket.assignee),
        "requester": person_json(ticket.requester),
        "tags": list(ticket.tags),
        "channel": ticket.channel,
        "language": ticket.language,
        "messages_count": len(ticket.messages),
        "created_at": stamp(ticket.created_at),
        "updated_at": stamp(ticket.updated_at),
        "url": f"{base_url.rstrip('/')}/tickets/{ticket.id}",
    }


def article_json(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "body": article.body,
        "format": article.format.value,
        "url": article.url,
        "language": article.language,
        "public": article.public,
        "updated_at": stamp(article.updated_at) if article.updated_at else None,
    }


def requester_of(given: Requester) -> Person:
    """Two tickets with the same address are from the same person. The id does not tell the address."""
    known_by = (given.email or uuid.uuid4().hex).lower()
    return Person(
        id=f"requester-{hashlib.sha256(known_by.encode()).hexdigest()[:12]}",
        role=Role.REQUESTER,
        name=given.name,
        email=given.email,
        phone=given.phone,
        organisation=given.organisation,
    )


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
