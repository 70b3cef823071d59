"""What a description makes of one delivery, step by step, for whoever writes it. Nobody is called."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.contract import (
    InternalNote,
    Mark,
    Person,
    Priority,
    PublicReply,
    Request,
    Role,
    Status,
    Ticket,
    TicketEvent,
)
from connectors.described.authentic import authenticate, check_secret
from connectors.described.calls import Callable, Rendered, options_of, rendered
from connectors.described.connector import signed_in
from connectors.described.description import Description
from connectors.described.fields import Source
from connectors.described.receive import Translation
from connectors.described.template import Openings
from connectors.described.templates import Context
from connectors.described.write_context import write_context
from connectors.errors import ConnectorError
from connectors.vocabulary import text_hash

HIDDEN = "********"
LONGEST = 60  # characters of a value that are shown
SAMPLE = "Your parcel left on Monday.\n\ncs-0000000000000000"


@dataclass(frozen=True, slots=True)
class Step:
    """One heading with its lines. `ok`: False where the delivery would end here."""

    title: str
    lines: Sequence[str]
    ok: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """`secrets`: of the webhook, or none where it is not at hand; `values` are the account's `options.values`."""

    description: Description
    request: Request
    secrets: Sequence[str]
    values: Mapping[str, str]

    def steps(self) -> Iterator[Step]:
        """In the order in which a delivery goes; after the one that ends it nothing follows."""
        scheme_id, step = self._authenticated()
        yield step
        if not step.ok:
            return
        translation = Translation(self.request, self.description, None, scheme_id)
        try:
            payloads = translation.payloads()
            yield Step("What it says", [line for payload in payloads for line in self._said(translation, payload)])
            events = list(translation.events())
        except ConnectorError as error:
            yield Step("What it becomes", [f"kept for a person: {error}"], ok=False)
            return
        yield Step("What it becomes", [_event(event) for event in events] or ["nothing: an event of no interest"])
        if events and (missing := sorted(options_of(self.description) - set(self.values))):
            yield Step("What would be sent", [f"--value {name}=... is needed to tell" for name in missing], ok=False)
        elif events:
            yield from self._requests(events[0].ticket_id)

    def _authenticated(self) -> tuple[str | None, Step]:
        how = self.description.deliveries.authentic
        title = "Who sent it"
        if not self.secrets:
            unchecked = "not checked: no secret is at hand (--secret-env)"
            return self.request.header("webhook-id") if how.standard_webhooks else None, Step(
                title, [str(how), unchecked]
            )
        try:
            for secret in self.secrets:
                check_secret(how, secret)
            scheme_id = authenticate(self.request, how, self.secrets)
        except (ConnectorError, ValueError) as error:
            return None, Step(title, [str(how), f"refused: {error}"], ok=False)
        return scheme_id, Step(title, [str(how), "authentic"])

    def _said(self, translation: Translation, payload: Any) -> Iterator[str]:
        said = self.description.deliveries
        if said.id is None and translation.scheme_id is None:
            within = f" within {said.repeats_within}" if said.repeats_within else ""
            yield f"{'id':<12} none: an equal body{within} is the same event"
        for name in ("event", "ticket_id", "id", "occurred_at", "author", "author_id", "visibility", "message_id"):
            where = getattr(said, name)
            if where is None:
                continue
            if isinstance(where, Source) and where.header:
                yield f"{name:<12} header {where.header}  ->  {_shown(translation.told(where, payload))}"
            elif path := where.path if isinstance(where, Source) else where:
                yield f"{name:<12} {path.text}  ->  {_shown(translation.find(path, payload))}"

    def _requests(self, ticket_id: str) -> Iterator[Step]:
        said = self.description
        context: Context = {"option": self.values, "ticket": {"id": ticket_id}, "page": _first_page(said)}
        reading: list[Callable] = [said.ticket, *([said.messages] if said.messages.request else [])]
        yield self._step("Reading the ticket", [(call, context) for call in reading])
        mark = Mark("cs-0000000000000000", text_hash(SAMPLE), datetime.now(UTC))
        openings = Openings(said.templates, said.body_format)
        note = write_context(
            {"option": self.values}, said, openings, _ticket(ticket_id), InternalNote(SAMPLE, mark), None
        )
        yield self._step("An internal note", [(said.write.note, note)])
        if said.write.reply is not None:
            reply = PublicReply(SAMPLE.partition("\n")[0], mark)
            told = write_context({"option": self.values}, said, openings, _ticket(ticket_id), reply, None)
            yield self._step("A public reply, which the requester sees", [(said.write.reply, told)])

    def _step(self, title: str, calls: Sequence[tuple[Callable, Context]]) -> Step:
        lines: list[str] = []
        try:
            hidden = dict.fromkeys(self.description.secrets, HIDDEN)
            headers, basic = signed_in(self.description.sign_in, hidden, self.values)
            for call, context in calls:
                lines += _request(rendered(call, context), headers, basic)
        except ConnectorError as error:
            return Step(title, [*lines, f"cannot be sent: {error}"], ok=False)
        return Step(title, lines)


def _request(request: Rendered, headers: Mapping[str, str], basic: tuple[str, str] | None) -> Iterator[str]:
    query = "&".join(f"{key}={value}" for key, value in request.query.items())
    yield f"{request.method} {request.path}{'?' + query if query else ''}"
    signing = {**headers, **({"Authorization": f"Basic {basic[0]}:{HIDDEN}"} if basic else {})}
    for name, value in {**signing, **request.headers}.items():
        yield f"  {name}: {value}"
    if request.body is not None:
        yield from (f"  {line}" for line in json.dumps(request.body, indent=2, ensure_ascii=False).splitlines())


def _event(event: TicketEvent) -> str:
    who = f"by {event.author or 'somebody, which it does not tell'}, {event.visibility or 'visibility not told'}"
    return f"{event.kind} on ticket {event.ticket_id}, {who}; event id {event.event_id}"


def _shown(value: Any) -> str:
    """A stranger's value, on one line and without what could steer a terminal."""
    text = "".join(one if one.isprintable() else "?" for one in json.dumps(value, ensure_ascii=False))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _first_page(said: Description) -> dict[str, Any]:
    return {"number": said.messages.next.first if said.messages.next else 1, "offset": 0, "cursor": None}


def _ticket(ticket_id: str) -> Ticket:
    """Just enough of a ticket to write into: what a write needs besides is read before it."""
    now = datetime.now(UTC)
    somebody = Person("1", Role.REQUESTER)
    return Ticket(ticket_id, "", Status.OPEN, "1", somebody, (), now, now, priority=Priority.NORMAL)
