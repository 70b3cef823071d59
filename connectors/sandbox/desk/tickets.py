"""The tickets, and the only functions that change them; each change has a version and is told to whoever listens."""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

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
from connectors.sandbox.desk.settings import Brand

REOPENED_BY_REQUESTER = {Status.PENDING, Status.HOLD, Status.SOLVED}
NOTHING = Change()


class Refusal(Exception):
    """The desk will not do this. `code` is for machines, the text for people."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail


@dataclass(slots=True)
class Ticket:
    """`version` grows by one with every change, whoever made it."""

    id: str
    brand: str
    subject: str
    requester: Person
    created_at: datetime
    updated_at: datetime
    version: int = 1
    status: Status = Status.NEW
    priority: Priority = Priority.NORMAL
    team: str | None = None
    assignee: Person | None = None
    channel: str = "web"
    language: str | None = None
    tags: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Entry:
    """A message before it is stored."""

    author: Person
    body: str
    visibility: Visibility = Visibility.PUBLIC
    format: BodyFormat = BodyFormat.TEXT
    client_ref: str | None = None
    attachments: Sequence[Attachment] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """What a webhook tells: `type` as in the README, who did it, and the message if there is one."""

    type: str
    ticket_id: str
    version: int
    actor: Person
    at: datetime
    message: Message | None = None


class Desk:
    """All tickets of all brands. Not for threads: every call is made on one event loop."""

    def __init__(self, brands: Sequence[Brand], tell: Callable[[Brand, Happening], None]) -> None:
        self.brands = {brand.name: brand for brand in brands}
        self.articles: dict[str, list[Article]] = {brand.name: [] for brand in brands}
        self.contents: dict[str, dict[str, bytes]] = {brand.name: {} for brand in brands}  # of files, by their ids
        self.dedupes = False
        self._tell = tell
        self._tickets: dict[str, Ticket] = {}
        self._hidden: dict[str, float] = {}  # until when, by the ids of messages
        self._ticket_ids, self._message_ids = itertools.count(1001), itertools.count(1)

    def tickets(self, brand: str | None = None) -> list[Ticket]:
        """Oldest first."""
        return [ticket for ticket in self._tickets.values() if brand in (None, ticket.brand)]

    def ticket(self, ticket_id: str, brand: str | None = None) -> Ticket:
        found = self._tickets.get(ticket_id)
        if found is None or brand not in (None, found.brand):
            raise Refusal(404, "no_such_ticket", f"There is no ticket {ticket_id}.")
        return found

    def open(
        self,
        brand: str,
        subject: str,
        entry: Entry,
        requester: Person,
        change: Change = NOTHING,
        *,
        channel: str = "web",
        language: str | None = None,
        earlier: Sequence[tuple[datetime, Entry]] = (),
    ) -> Ticket:
        """A new ticket with its first message and first fields. `earlier`: a thread that stood there before, oldest
        first, of which nobody is told."""
        now = datetime.now(UTC)
        began = earlier[0][0] if earlier else now
        ticket_id = str(next(self._ticket_ids))
        ticket = Ticket(ticket_id, brand, subject, requester, began, now, channel=channel, language=language)
        self._change(ticket, change, self._assignee(ticket, change))
        self._tickets[ticket.id] = ticket
        for moment, past in earlier:
            self._store(ticket, past, moment)
        self._happened(ticket, "ticket.created", entry.author, self._store(ticket, entry, now))
        return ticket

    def update(
        self, ticket: Ticket, actor: Person, entry: Entry | None, change: Change, if_version: int | None = None
    ) -> Message | None:
        """Add a message and change fields, both or neither; one new version for all of it."""
        if if_version is not None and if_version != ticket.version:
            raise Refusal(409, "version_conflict", f"The ticket is at version {ticket.version}.")
        if ticket.status is Status.CLOSED:
            raise Refusal(422, "ticket_closed", "A closed ticket cannot be changed.")
        assignee = self._assignee(ticket, change)
        if entry and (known := self._already_there(ticket, entry)):
            return known
        now = datetime.now(UTC)
        changed = self._change(ticket, change, assignee)
        if entry and entry.author.role is Role.REQUESTER and ticket.status in REOPENED_BY_REQUESTER:
            ticket.status, changed = Status.OPEN, True
        if not (entry or changed):
            return None
        ticket.version, ticket.updated_at = ticket.version + 1, now
        message = self._store(ticket, entry, now) if entry else None
        if message:
            self._happened(ticket, "message.created", actor, message)
        if changed:
            self._happened(ticket, "ticket.updated", actor)
        return message

    def send_draft(self, ticket: Ticket, message_id: str, agent: Person) -> None:
        """An agent sends what waits in the composer: their public reply takes the place of the draft."""
        draft = self._draft(ticket, message_id)
        self.update(ticket, agent, Entry(agent, draft.body, Visibility.PUBLIC, draft.format, draft.mark), NOTHING)
        ticket.messages.remove(draft)

    def discard_draft(self, ticket: Ticket, message_id: str, agent: Person) -> None:
        ticket.messages.remove(self._draft(ticket, message_id))
        ticket.version, ticket.updated_at = ticket.version + 1, datetime.now(UTC)
        self._happened(ticket, "ticket.updated", agent)

    def _draft(self, ticket: Ticket, message_id: str) -> Message:
        for message in ticket.messages:
            if message.id == message_id and message.visibility is Visibility.DRAFT:
                return message
        raise Refusal(404, "no_such_draft", "The draft is gone.")

    def visible(self, ticket: Ticket) -> list[Message]:
        """The thread as lists and searches tell it."""
        now = time.monotonic()
        return [message for message in ticket.messages if self._hidden.get(message.id, now) <= now]

    def hide(self, message_id: str, seconds: float) -> None:
        """As an index that lags would: the message is there, and nobody who asks is told for a while."""
        self._hidden[message_id] = time.monotonic() + seconds

    def forget(self, message_id: str) -> None:
        """As a desk would whose disk was restored."""
        for ticket in self._tickets.values():
            ticket.messages = [message for message in ticket.messages if message.id != message_id]

    def delete(self, ticket: Ticket, actor: Person) -> None:
        del self._tickets[ticket.id]
        ticket.version += 1
        self._happened(ticket, "ticket.deleted", actor)

    def _store(self, ticket: Ticket, entry: Entry, now: datetime) -> Message:
        message = Message(
            id=str(next(self._message_ids)),
            author=entry.author,
            visibility=entry.visibility,
            body=entry.body,
            format=entry.format,
            created_at=now,
            attachments=entry.attachments,
            mark=entry.client_ref,
        )
        ticket.messages.append(message)
        return message

    def _already_there(self, ticket: Ticket, entry: Entry) -> Message | None:
        if not (self.dedupes and entry.client_ref):
            return None
        same = (entry.client_ref, entry.author.id)
        return next((message for message in ticket.messages if (message.mark, message.author.id) == same), None)

    def _assignee(self, ticket: Ticket, change: Change) -> Person | None:
        if change.assignee is None:
            return ticket.assignee
        for agent in self.brands[ticket.brand].agents:
            if agent.id == change.assignee:
                return agent
        raise Refusal(422, "no_such_agent", f"There is no agent {change.assignee}.")

    def _change(self, ticket: Ticket, change: Change, assignee: Person | None) -> bool:
        before = (ticket.priority, ticket.team, ticket.assignee, ticket.status, len(ticket.tags))
        ticket.priority = change.priority or ticket.priority
        ticket.team = change.team or ticket.team
        ticket.assignee = assignee
        ticket.status = change.status or ticket.status
        ticket.tags += [tag for tag in dict.fromkeys(change.tags_added) if tag not in ticket.tags]
        return before != (ticket.priority, ticket.team, ticket.assignee, ticket.status, len(ticket.tags))

    def _happened(self, ticket: Ticket, what: str, actor: Person, message: Message | None = None) -> None:
        told = Happening(what, ticket.id, ticket.version, actor, datetime.now(UTC), message)
        self._tell(self.brands[ticket.brand], told)
