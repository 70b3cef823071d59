"""A help desk in memory that keeps the connectors' contract, with or without what a real one may lack.

For the line's own tests, where a help desk without marks, without conditional writes or with a slow search is needed
and none of ours is one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Self

from connectors.contract import (
    Account,
    Action,
    Attachment,
    BodyFormat,
    Capability,
    Change,
    DraftReply,
    Finding,
    InternalNote,
    Mark,
    Message,
    Person,
    Received,
    Request,
    Role,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import ConnectorError, NotFound, Rejected, Unavailable, WriteConflict
from connectors.limits import Limits

EVERYTHING = frozenset(
    {
        Capability.INTERNAL_NOTE,
        Capability.PUBLIC_REPLY,
        Capability.ROUTING,
        Capability.CONDITIONAL_WRITE,
        Capability.MARKS,
        Capability.FILES,
    }
)
REQUESTER = Person("r1", Role.REQUESTER, "Marta Kowalska", "marta@example.com")
AGENT = Person("a1", Role.AGENT, "Emma")
OURSELVES = Person("i1", Role.INTEGRATION, "Countersign")
SEEN_BY: Mapping[type, Visibility] = {DraftReply: Visibility.DRAFT, InternalNote: Visibility.INTERNAL}


@dataclass
class MemoryDesk:
    """One account. `search_lag` is how long a stored write stays invisible to `find_mark`."""

    name: ClassVar[str] = "memory"
    secret_roles: ClassVar[Mapping[str, str]] = {}
    capabilities: frozenset[Capability] = EVERYTHING
    body_format: BodyFormat = BodyFormat.TEXT  # type: ignore[misc]  # an instance's, so that tests can choose
    search_lag: timedelta = timedelta(0)  # type: ignore[misc]
    tickets: dict[str, Ticket] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    lost_answers: int = 0  # so many writes are stored, and their answer is lost
    slow_writes: int = 0  # so many writes are not answered, and stored when `catch_up` says so
    refusals: list[ConnectorError] = field(default_factory=list)  # raised by the next writes, which store nothing
    files: dict[str, bytes] = field(default_factory=dict)  # the contents of attachments, by their ids
    misread: Visibility | None = None  # what the desk makes of our entries instead
    under_way: list[tuple[Ticket, Action]] = field(default_factory=list)
    before_write: Callable[[], None] | None = None  # something happens on the desk right before a write arrives

    @classmethod
    def connect(cls, account: Account, limits: Limits | None = None) -> Self:
        return cls()

    def receive(self, request: Request) -> Received:
        return Received()

    async def fetch(self, ticket_id: str) -> Ticket:
        self.calls.append("fetch")
        try:
            return self.tickets[ticket_id]
        except KeyError:
            raise NotFound(f"no ticket {ticket_id}", status=404) from None

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        self.calls.append("write")
        if self.before_write is not None:
            happens, self.before_write = self.before_write, None
            happens()
        current = await self.fetch(ticket.id)
        if self.refusals:
            raise self.refusals.pop(0)
        if Capability.CONDITIONAL_WRITE in self.capabilities and current.version != ticket.version:
            raise WriteConflict("the ticket changed", status=409)
        if self.slow_writes and action is not None:
            self.slow_writes -= 1
            self.under_way.append((ticket, action))
            raise Unavailable("no answer came back", may_be_stored=True)
        if change is not None:
            self.changes.append(change)
        stored = self._store(ticket.id, OURSELVES, action) if action is not None else None
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unavailable("no answer came back", may_be_stored=True)
        now = self.tickets[ticket.id]
        return WriteReceipt(
            stored.id if stored else None, stored.visibility if stored else None, now.version, now.updated_at
        )

    async def find_mark(self, ticket_id: str, mark: Mark) -> WriteReceipt | None:
        self.calls.append("find_mark")
        for message in (await self.fetch(ticket_id)).messages:
            old_enough = datetime.now(UTC) - message.created_at >= self.search_lag
            if message.mark == mark.value and message.author.role is Role.INTEGRATION and old_enough:
                return WriteReceipt(message.id, message.visibility, None, message.created_at)
        return None

    async def read_file(self, attachment: Attachment, limit: int) -> bytes:
        self.calls.append(f"read_file {attachment.name}")
        if attachment.id not in self.files:
            raise Rejected("no such file", status=404)
        return self.files[attachment.id][:limit]

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None: ...

    # -- what people do on the desk ---------------------------------------------------------------------------------

    def open(self, ticket_id: str, body: str, subject: str = "A question") -> str:
        """A new ticket with one message of the requester; returns the id of the message."""
        now = datetime.now(UTC)
        self.tickets[ticket_id] = Ticket(ticket_id, subject, Status.OPEN, "1", REQUESTER, (), now, now)
        return self.say(ticket_id, body)

    def say(
        self, ticket_id: str, body: str, author: Person = REQUESTER, visibility: Visibility = Visibility.PUBLIC
    ) -> str:
        """A message of somebody; returns its id."""
        return self._add(ticket_id, author, visibility, body, None).id

    def attach(self, ticket_id: str, name: str, media_type: str | None, content: bytes | None, size: int = 0) -> None:
        """A file on the newest message; None: the desk does not give its content away."""
        ticket = self.tickets[ticket_id]
        *before, last = ticket.messages
        file = Attachment(f"{last.id}-{len(last.attachments)}", name, media_type, size or len(content or b""))
        self.tickets[ticket_id] = replace(
            ticket, messages=(*before, replace(last, attachments=(*last.attachments, file)))
        )
        if content is not None:
            self.files[file.id] = content

    def touch(self, ticket_id: str) -> None:
        """A change that says nothing, such as a tag."""
        ticket = self.tickets[ticket_id]
        self.tickets[ticket_id] = replace(ticket, version=str(int(ticket.version) + 1))

    def catch_up(self) -> None:
        """What was under way is stored, where the ticket's version is still what the writer knew, if that matters."""
        for ticket, action in self.under_way:
            if (
                Capability.CONDITIONAL_WRITE not in self.capabilities
                or self.tickets[ticket.id].version == ticket.version
            ):
                self._store(ticket.id, OURSELVES, action)
        self.under_way.clear()

    def ours(self, ticket_id: str) -> list[tuple[Visibility, str]]:
        """What the gateway wrote into a ticket."""
        return [
            (message.visibility, message.body)
            for message in self.tickets[ticket_id].messages
            if message.author.role is Role.INTEGRATION
        ]

    def _store(self, ticket_id: str, author: Person, action: Action) -> Message:
        seen_by = self.misread or SEEN_BY.get(type(action), Visibility.PUBLIC)
        return self._add(ticket_id, author, seen_by, action.body, action.mark.value)

    def _add(self, ticket_id: str, author: Person, visibility: Visibility, body: str, mark: str | None) -> Message:
        ticket, now = self.tickets[ticket_id], datetime.now(UTC)
        number = str(len(ticket.messages) + 1)
        message = Message(f"{ticket_id}-{number}", author, visibility, body, BodyFormat.TEXT, now, mark=mark)
        self.tickets[ticket_id] = replace(
            ticket, messages=(*ticket.messages, message), version=str(int(ticket.version) + 1), updated_at=now
        )
        return message
