"""What a description may say. Each class is a map of the file; README.md tells the keys in an admin's words."""

from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema, model_validator

from connectors.described.authentic import Authentic
from connectors.described.fields import Body, Duration, HeaderName, Keys, Path, PathOrHeader, Request, Template
from connectors.vocabulary import BodyFormat, EventKind, Priority, Status, Visibility

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=400)]
Opening = Annotated[str, StringConstraints(min_length=1, max_length=20)]
RoleWord = Literal["requester", "participant", "agent", "integration", "system", "unknown"]
Part = Literal["tags", "priority", "team", "assignee", "status"]


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {str(value)[:60]!r}") from None


Zone = Annotated[ZoneInfo, PlainValidator(_zone), WithJsonSchema({"type": "string"})]


class Basic(Keys):
    user: Template
    password: Template


class SignIn(Keys):
    """How our calls are authenticated; the only place where a secret may stand."""

    headers: dict[HeaderName, Template] = Field(default_factory=dict)
    basic: Basic | None = None

    @model_validator(mode="after")
    def _some_way(self) -> Self:
        if not self.headers and self.basic is None:
            raise ValueError("give headers or basic")
        return self


class Deliveries(Keys):
    """What arrives. Without `event` each delivery counts as a message; without `id` its body is what it is known by."""

    authentic: Authentic
    each: Path | None = None  # where one delivery brings several events
    id: PathOrHeader | None = None
    repeats_within: Duration | None = None
    event: PathOrHeader | None = None
    ticket_id: Path
    occurred_at: Path | None = None
    author: Path | None = None
    author_id: Path | None = None
    visibility: Path | None = None
    message_id: Path | None = None


class Words(Keys):
    """The help desk's word: ours. `"*"` stands for every other word. The first of several is the one that we write."""

    event: dict[str, EventKind] = Field(default_factory=dict)
    role: dict[str, RoleWord]
    visibility: dict[str, Visibility]
    status: dict[str, Status]
    priority: dict[str, Priority] = Field(default_factory=dict)
    format: dict[str, BodyFormat] = Field(default_factory=dict)
    team: dict[str, str] = Field(default_factory=dict)


class PersonPaths(Keys):
    id: Path
    name: Path | None = None
    email: Path | None = None
    phone: Path | None = None
    organisation: Path | None = None


class AuthorPaths(PersonPaths):
    role: Path


class AttachmentPaths(Keys):
    each: Path
    id: Path
    name: Path
    media_type: Path | None = None
    size: Path | None = None
    url: Path | None = None


class TicketPaths(Keys):
    """Without `version`, it is a hash of the ticket and its thread."""

    id: Path
    subject: Path
    status: Path
    version: Path | None = None
    requester: PersonPaths
    created_at: Path
    updated_at: Path | None = None
    channel: Path | None = None
    priority: Path | None = None
    queue: Path | None = None
    assignee: PersonPaths | None = None
    tags: Path | None = None
    language: Path | None = None
    brand: Path | None = None
    url: Path | None = None
    fields: dict[Name, Path] = Field(default_factory=dict)


class MessagePaths(Keys):
    id: Path
    author: AuthorPaths
    visibility: Path
    body: Path
    format: Path | None = None
    created_at: Path
    mark: Path | None = None
    attachments: AttachmentPaths | None = None


class ACall(Keys):
    request: Request
    query: dict[str, Template] = Field(default_factory=dict)
    headers: dict[HeaderName, Template] = Field(default_factory=dict)
    body: Body | None = None


class Next(Keys):
    """Whether another page follows: its cursor, its link, a word for yes, or that this one is full."""

    cursor: Path | None = None
    link: Path | None = None
    more: Path | None = None
    full_page: int | None = Field(None, ge=1, le=1000)
    first: int = Field(1, ge=0, le=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if len(self.model_fields_set - {"first"}) != 1:
            raise ValueError("give exactly one of cursor, link, more, full_page")
        return self


class TicketCall(ACall):
    read: TicketPaths


class Messages(Keys):
    """Without `request`, the thread is in the ticket's own answer."""

    request: Request | None = None
    query: dict[str, Template] = Field(default_factory=dict)
    headers: dict[HeaderName, Template] = Field(default_factory=dict)
    body: Body | None = None
    each: Path
    next: Next | None = None
    read: MessagePaths


class FindCall(ACall):
    each: Path
    next: Next | None = None


class MeCall(ACall):
    id: Path


class Answer(Keys):
    """Where the answer to a write proves it. What it does not tell of a message is read back from the thread."""

    entry_id: Path | None = None
    visibility: Path | None = None
    version: Path | None = None
    written_at: Path | None = None
    ticket_id: Path | None = None


class WriteCall(ACall):
    carries: list[Part] = Field(default_factory=list)
    answer: Answer = Answer()


class ChangeCall(ACall):
    carries: list[Part] = Field(min_length=1)
    answer: Answer

    @model_validator(mode="after")
    def _proves(self) -> Self:
        if self.answer.version is None and self.answer.ticket_id is None:
            raise ValueError(
                "the answer to a change is known by its `version` or its `ticket_id`: name one in `answer`"
            )
        return self


class Writes(Keys):
    """`conditional`: the help desk refuses a write against an old `ticket.version` (409 or 412)."""

    conditional: bool = False
    longest: int = Field(100_000, ge=100, le=10_000_000)  # characters of a message
    note: WriteCall
    reply: WriteCall | None = None
    draft: WriteCall | None = None
    changes: list[ChangeCall] = Field(default_factory=list)


class CheckCall(ACall):
    """`expect` must be true of the answer; `addresses` are those of its webhooks, one of which must be ours."""

    subject: Line
    expect: Path | None = None
    addresses: Path | None = None
    remedy: Line


class Description(Keys):
    """The whole file."""

    version: Literal[1]
    system: Line
    body_format: BodyFormat = BodyFormat.TEXT
    templates: list[Opening] = Field(default_factory=list)
    search_lag: Duration = timedelta(0)
    timezone: Zone | None = None
    secrets: dict[Name, Line] = Field(default_factory=dict)
    sign_in: SignIn
    deliveries: Deliveries
    words: Words
    me: MeCall | None = None
    ticket: TicketCall
    messages: Messages
    find: FindCall | None = None
    write: Writes
    check: list[CheckCall] = Field(min_length=1)
