"""What every help desk looks like from inside: the verbs. The words that they speak are in `vocabulary.py`.

A connector is a translator and nothing more. It knows one vendor's API and turns it into these words; it decides
nothing, keeps nothing and retries no write. `tests/connectors/contract.py` holds the promises that each one keeps.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from connectors.limits import Limits
from connectors.sidebar import Agent, Sidebar
from connectors.vocabulary import (
    Account,
    Action,
    Article,
    Attachment,
    BodyFormat,
    Capability,
    Change,
    DraftReply,
    EventKind,
    Finding,
    InternalNote,
    Mark,
    Message,
    Person,
    Priority,
    PublicReply,
    Received,
    Reply,
    Request,
    Role,
    Status,
    Ticket,
    TicketEvent,
    Visibility,
    WriteReceipt,
    text_hash,
)

__all__ = [
    "Account",
    "Action",
    "Agent",
    "Article",
    "Attachment",
    "BodyFormat",
    "Capability",
    "Change",
    "Connector",
    "DraftReply",
    "EventKind",
    "Finding",
    "HasArticles",
    "HasHistory",
    "HasSidebar",
    "Identifies",
    "InternalNote",
    "Mark",
    "Message",
    "Person",
    "Polls",
    "Priority",
    "PublicReply",
    "ReadsFiles",
    "Received",
    "Reply",
    "Request",
    "Role",
    "Sidebar",
    "Status",
    "TellsSecrets",
    "Ticket",
    "TicketEvent",
    "Visibility",
    "WriteReceipt",
    "text_hash",
]


class Connector(Protocol):
    """One account of one help desk. Every verb raises only errors of `connectors.errors`."""

    name: ClassVar[str]
    capabilities: frozenset[Capability]  # on the class: the most that options can switch on
    body_format: ClassVar[BodyFormat]  # how `Action.body` must be written
    secret_roles: ClassVar[Mapping[str, str]]  # role -> what it is and where an admin finds it
    search_lag: ClassVar[timedelta]  # how long a stored write may stay invisible to `find_mark`

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        """Build without calling anybody. `limits`: those that all workers share; without them it keeps its own. Raises
        `Misconfigured` with what to do."""

    def receive(self, request: Request) -> Received:
        """Authenticate, THEN translate. Pure. Raises SignatureInvalid or Malformed."""

    async def fetch(self, ticket_id: str) -> Ticket:
        """The ticket with its whole thread, every page of it."""

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        """Write once, without retries; conditional on `ticket.version` where the vendor can."""

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        """Did an earlier try get through? Counts only entries of the integration user."""

    async def check(self) -> list[Finding]:
        """Prove credentials and rights; change nothing."""

    async def close(self) -> None:
        """Let go of connections."""


class Polls(Protocol):
    """For a help desk without webhooks (`Capability.POLLING`)."""

    async def poll(self, cursor: str | None) -> tuple[Sequence[TicketEvent], str]: ...


class HasArticles(Protocol):
    """`Capability.ARTICLES`."""

    def articles(self, since: datetime | None) -> AsyncIterator[Sequence[Article]]: ...


class HasHistory(Protocol):
    """`Capability.HISTORY`: solved tickets with their replies."""

    def history(self, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]: ...


class ReadsFiles(Protocol):
    """`Capability.FILES`: what is in an attached file."""

    async def read_file(self, attachment: Attachment, limit: int) -> bytes:
        """Its first `limit` bytes, from the account's own server; credentials go nowhere else."""


class HasSidebar(Protocol):
    """`Capability.SIDEBAR`: a page of ours can stand beside a ticket."""

    sidebar: ClassVar[Sidebar]


class Identifies(Protocol):
    """`Capability.SIGNED_SIDEBAR`: who looks, by the help desk's signed word. Raises SignatureInvalid or Malformed."""

    async def identify(self, request: Request) -> Agent: ...


@runtime_checkable
class TellsSecrets(Protocol):
    """A class whose `secret_roles` depend on an account's options."""

    def secret_roles_of(self, options: Mapping[str, Any]) -> Mapping[str, str]: ...
