"""The words for a ticket: what comes in, what is read, what is written. Every connector translates to and from them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Capability(StrEnum):
    """What a help desk can do. The gateway asks for these, never for a vendor's name."""

    SIGNED_WEBHOOK = "signed_webhook"
    GUARDED_WEBHOOK = "guarded_webhook"  # a secret in a header, which says nothing of the body: it is a pointer only
    NATIVE_DRAFT = "native_draft"
    INTERNAL_NOTE = "internal_note"
    PUBLIC_REPLY = "public_reply"
    ROUTING = "routing"
    CONDITIONAL_WRITE = "conditional_write"
    MARKS = "marks"
    ARTICLES = "articles"
    HISTORY = "history"
    FILES = "files"  # what is in an attached file can be read
    POLLING = "polling"
    SIDEBAR = "sidebar"
    SIGNED_SIDEBAR = "signed_sidebar"  # and the help desk signs who looks at it


class Role(StrEnum):
    """Who wrote something, as far as the help desk says."""

    REQUESTER = "requester"
    PARTICIPANT = "participant"  # copied in, on the requester's side
    AGENT = "agent"
    INTEGRATION = "integration"  # the user that this gateway signs in as
    SYSTEM = "system"


class Visibility(StrEnum):
    """Who can see a message. Only `PUBLIC` reaches the requester."""

    PUBLIC = "public"
    INTERNAL = "internal"
    DRAFT = "draft"


class BodyFormat(StrEnum):
    """How the text of a message is written."""

    TEXT = "text"
    HTML = "html"
    MARKDOWN = "markdown"


class EventKind(StrEnum):
    """What a delivery says happened. It is a pointer: the truth is read with `fetch`."""

    TICKET_CREATED = "ticket_created"
    MESSAGE_ADDED = "message_added"
    TICKET_CHANGED = "ticket_changed"
    TICKET_DELETED = "ticket_deleted"


class Status(StrEnum):
    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


# -- what comes in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Request:
    """A delivery as it arrived, before anybody believed it. `received_at` is our clock, UTC."""

    headers: Sequence[tuple[str, str]]
    body: bytes
    received_at: datetime
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """The one value of a header; None where it is absent, or given twice and so ambiguous."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return values[0] if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """Something happened to a ticket. `event_id` is the same for every repeat of the same event."""

    event_id: str
    kind: EventKind
    ticket_id: str
    occurred_at: datetime | None = None
    author: Role | None = None  # None: the delivery does not tell
    visibility: Visibility | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What a vendor's challenge wants to hear back."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200


@dataclass(frozen=True, slots=True)
class Received:
    """The authentic content of a delivery. No events: known, and of no interest."""

    events: Sequence[TicketEvent] = ()
    reply: Reply | None = None


# -- what is read -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    role: Role
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of a file. Its content is read only by a step that needs it. `size` in bytes."""

    id: str
    name: str
    media_type: str | None = None
    size: int | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the thread. `mark`: what we attached to it as metadata, where the vendor gives that back."""

    id: str
    author: Person
    visibility: Visibility
    body: str
    format: BodyFormat
    created_at: datetime
    attachments: Sequence[Attachment] = ()
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the help desk has it now. `version` is opaque and changes whenever the ticket does."""

    id: str
    subject: str
    status: Status
    version: str
    requester: Person
    messages: Sequence[Message]  # oldest first
    created_at: datetime
    updated_at: datetime
    channel: str = "unknown"
    priority: Priority = Priority.NORMAL
    queue: str | None = None
    assignee: Person | None = None
    participants: Sequence[Person] = ()
    tags: Sequence[str] = ()
    language: str | None = None
    brand: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    url: str | None = None  # where an agent opens it


# -- what is written ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """How a write is recognised again. `value` is random and ours alone; `text_hash` and `since` find a public
    reply at a vendor that keeps no metadata, because a mark is never shown to a requester."""

    value: str
    text_hash: str
    since: datetime


@dataclass(frozen=True, slots=True)
class DraftReply:
    """A reply that waits in the composer: agents see it, the requester does not."""

    body: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class InternalNote:
    """A message for agents alone. `body` already shows the mark on its last line."""

    body: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class PublicReply:
    """A message that reaches the requester. The only action that does."""

    body: str
    mark: Mark


Action = DraftReply | InternalNote | PublicReply


@dataclass(frozen=True, slots=True)
class Change:
    """What else changes on the ticket, in the same call where the vendor can. Tags are added, never replaced."""

    tags_added: Sequence[str] = ()
    priority: Priority | None = None
    team: str | None = None
    assignee: str | None = None
    status: Status | None = None

    def __bool__(self) -> bool:
        return bool(self.tags_added) or any((self.priority, self.team, self.assignee, self.status))


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """Proof of a write: the vendor's id of the entry, who can see it, and the ticket's version after it."""

    entry_id: str | None
    visibility: Visibility | None
    version: str | None
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `check`: what was looked at, whether it is in order, and what an admin should do if it is not."""

    subject: str
    ok: bool
    detail: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A page of the help centre."""

    id: str
    title: str
    body: str
    format: BodyFormat
    url: str | None
    language: str | None
    public: bool
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """One installation of a help desk, as `countersign.yaml` describes it. Secrets are values here, by their role."""

    name: str
    base_url: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    allow_private_network: bool = False


def text_hash(text: str) -> str:
    """SHA-256 of a text as a person sees it: white space folded, so that a vendor's re-wrapping does not matter."""
    return hashlib.sha256(" ".join(text.split()).encode(errors="replace")).hexdigest()
