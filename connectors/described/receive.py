"""A delivery is authenticated, then translated: each part is where the description says it is."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import EventKind, Received, Request, Role, TicketEvent
from connectors.described import words
from connectors.described.authentic import authenticate
from connectors.described.description import Description
from connectors.described.expression import Expression, TooMuch
from connectors.described.fields import Source
from connectors.errors import Malformed
from connectors.values import moment

MOST_EVENTS = 200  # of one delivery


def receive(request: Request, description: Description, secrets: Sequence[str], me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    scheme_id = authenticate(request, description.deliveries.authentic, secrets)
    return Received(tuple(Translation(request, description, me, scheme_id).events()))


@dataclass(frozen=True, slots=True)
class Translation:
    """One delivery on its way into our words. `scheme_id`: what the way of signing calls it."""

    request: Request
    description: Description
    me: str | None = None
    scheme_id: str | None = None

    def events(self) -> Iterator[TicketEvent]:
        """Raises `Malformed`, which names a part and no value."""
        payloads = self.payloads()
        for number, payload in enumerate(payloads):
            if event := self._event(payload, number if len(payloads) > 1 else None):
                yield event

    def payloads(self) -> list[Any]:
        """The document, or the documents in it that are an event each."""
        try:
            payload = json.loads(self.request.body)
        except (ValueError, RecursionError):
            raise Malformed("the delivery is not JSON") from None
        each = self.description.deliveries.each
        if each is None:
            return [payload]
        found = self.find(each, payload)
        if not isinstance(found, list):
            raise Malformed(f"the delivery has no list at {each.text!r}")
        if len(found) > MOST_EVENTS:
            raise Malformed(f"the delivery holds more than {MOST_EVENTS} events")
        return found

    def find(self, expression: Expression | None, payload: Any) -> Any:
        if expression is None:
            return None
        try:
            return expression.find(payload)
        except TooMuch:
            raise Malformed(f"the delivery is too large for the path {expression.text!r}") from None

    def told(self, source: Source, payload: Any) -> Any:
        """What a path or a header tells."""
        return self.request.header(source.header) if source.header else self.find(source.path, payload)

    def kind(self, payload: Any) -> EventKind | None:
        """None for an event that the table does not know, and so of no interest. Without a name it is a message,
        because that one is looked into."""
        source = self.description.deliveries.event
        if source is None:
            return EventKind.MESSAGE_ADDED
        name = words.word(self.told(source, payload))
        if name is None:
            raise Malformed("the delivery does not name its event")
        return words.ours(self.description.words.event, name)

    def event_id(self, payload: Any, number: int | None) -> str:
        """The delivery's own, else a hash of its body, with a period where equal bodies are not one event for ever."""
        said = self.description.deliveries
        if said.id is not None or self.scheme_id is not None:
            found = words.identifier(self.told(said.id, payload) if said.id else self.scheme_id)
            if found is None:
                raise Malformed("the delivery has no id that can be kept")
        else:
            found = "body:" + hashlib.sha256(self.request.body).hexdigest()[:40]
            if said.repeats_within is not None:
                period = int(self.request.received_at.timestamp() // said.repeats_within.total_seconds())
                found = f"{found}:{period}"
        shared = said.each is not None and (said.id is None or said.id.header is not None)
        return found if number is None or not shared else f"{found}:{number}"

    def author(self, payload: Any) -> Role | None:
        """None where the delivery does not tell. An agent may be ourselves, unless the help desk tells us apart."""
        said, table = self.description.deliveries, self.description.words.role
        who = words.identifier(self.find(said.author_id, payload))
        if self.me is not None and who == self.me:
            return Role.INTEGRATION
        role = words.ours(table, self.find(said.author, payload)) if said.author else None
        if role is None or role == "unknown":
            return None
        tells_us_apart = "integration" in table.values() or (self.me is not None and who is not None)
        return Role(role) if tells_us_apart or role != "agent" else None

    def _event(self, payload: Any, number: int | None) -> TicketEvent | None:
        said = self.description.deliveries
        if (kind := self.kind(payload)) is None:
            return None
        ticket_id = words.identifier(self.find(said.ticket_id, payload))
        if ticket_id is None:
            raise Malformed("the delivery names no ticket with an id that can be kept")
        believed = said.authentic.signs_the_body  # a secret in a header says nothing of the body: it only points
        return TicketEvent(
            event_id=self.event_id(payload, number),
            kind=kind,
            ticket_id=ticket_id,
            occurred_at=moment(self.find(said.occurred_at, payload)),
            author=self.author(payload) if believed else None,
            visibility=words.ours(self.description.words.visibility, self.find(said.visibility, payload))
            if believed and said.visibility
            else None,
            message_id=words.identifier(self.find(said.message_id, payload)),
        )
