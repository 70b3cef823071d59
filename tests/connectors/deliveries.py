"""What comes in: nothing that is not authentic, nothing twice under two names, nothing misread."""

import dataclasses
import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Capability, Connector, EventKind, Request, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from tests.connectors.questions import Questions

CREATED, ADDED, CHANGED = EventKind.TICKET_CREATED, EventKind.MESSAGE_ADDED, EventKind.TICKET_CHANGED
PUBLIC, INTERNAL, DRAFT = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.DRAFT
Meaning = tuple[EventKind, Role | None, Visibility | None]

# What the first part of a recording's name promises. None: not promised.
MEANINGS: dict[str, Meaning | None] = {
    "ticket_created": (CREATED, None, None),
    "requester_replied": (ADDED, Role.REQUESTER, PUBLIC),
    "agent_replied": (ADDED, Role.AGENT, PUBLIC),
    "agent_noted": (ADDED, Role.AGENT, INTERNAL),
    "own_note": (ADDED, Role.INTEGRATION, INTERNAL),
    "own_reply": (ADDED, Role.INTEGRATION, PUBLIC),
    "own_draft": (ADDED, Role.INTEGRATION, DRAFT),
    "ticket_changed": (CHANGED, None, None),
    "own_change": (CHANGED, Role.INTEGRATION, None),
    "ticket_deleted": (EventKind.TICKET_DELETED, None, None),
    "ignored": None,
}
USUAL = {"ticket_created", "requester_replied", "agent_replied", "own_note", "ticket_changed"}
# What a shared secret in a header cannot promise.
ONLY_SIGNED = {
    "test_tampered_body_is_refused",
    "test_every_byte_of_the_body_matters",
    "test_a_stale_delivery_is_refused",
    "test_a_delivery_from_the_future_is_refused",
}
NOT_DELIVERIES = [b"", b"{", b"[]", b"null", b"7", b'"text"', b"{}", b"\xff\xfe\x00", b"[" * 100_000, b'{"type":[]}']


class DeliveryPromises(Questions):
    @pytest.fixture(autouse=True)
    def skip_without_webhooks(self, request: pytest.FixtureRequest, connector: Connector) -> None:
        if not request.function.__qualname__.startswith("DeliveryPromises."):
            return
        if Capability.GUARDED_WEBHOOK not in connector.capabilities or request.function.__name__ in ONLY_SIGNED:
            self.needs(connector, Capability.SIGNED_WEBHOOK)

    @pytest.fixture
    def delivery(self) -> Request:
        """One that is in order, to be spoiled."""
        return self.sign(recordings(self)[0].read_bytes())

    def test_the_usual_deliveries_are_recorded(self) -> None:
        recorded = {file.stem.partition("__")[0] for file in recordings(self)}

        assert recorded >= USUAL
        assert recorded <= set(MEANINGS)

    def test_a_recording_becomes_the_event_that_it_is_named_after(self, connector: Connector, recording: Path) -> None:
        meaning = MEANINGS[recording.stem.partition("__")[0]]

        events = connector.receive(self.sign(recording.read_bytes())).events

        if meaning is None:
            assert not events
            return
        kind, author, visibility = meaning
        assert [event.kind for event in events] == [kind]
        assert author is None or events[0].author in (None, author)
        assert visibility is None or events[0].visibility in (None, visibility)
        assert events[0].event_id
        assert events[0].ticket_id

    def test_same_delivery_sent_again_has_the_same_event_id(self, connector: Connector, recording: Path) -> None:
        first, again = self.sign(recording.read_bytes()), self.sign(recording.read_bytes(), at=ago(seconds=60))

        ids = [[event.event_id for event in connector.receive(request).events] for request in (first, again)]

        assert ids[0] == ids[1]

    def test_different_deliveries_have_different_event_ids(self, connector: Connector) -> None:
        deliveries = [self.sign(file.read_bytes()) for file in recordings(self)]

        ids = [event.event_id for delivery in deliveries for event in connector.receive(delivery).events]

        assert len(ids) == len(set(ids))

    def test_header_names_may_come_in_any_case(self, connector: Connector, delivery: Request) -> None:
        shouted = [(name.upper(), value) for name, value in delivery.headers]

        assert connector.receive(dataclasses.replace(delivery, headers=shouted)) == connector.receive(delivery)

    def test_tampered_body_is_refused(self, connector: Connector, delivery: Request) -> None:
        refused(connector, dataclasses.replace(delivery, body=delivery.body + b" "))

    def test_every_byte_of_the_body_matters(self, connector: Connector, delivery: Request) -> None:
        for position in range(len(delivery.body)):
            spoiled = bytearray(delivery.body)
            spoiled[position] ^= 1
            refused(connector, dataclasses.replace(delivery, body=bytes(spoiled)))

    def test_every_byte_of_the_signed_headers_matters(self, connector: Connector, delivery: Request) -> None:
        for name in self.signed_headers:
            value = str(delivery.header(name))
            for position, character in enumerate(value):
                spoiled = value[:position] + chr(ord(character) ^ 1) + value[position + 1 :]
                refused(connector, with_header(delivery, name, spoiled))

    def test_a_missing_header_is_refused(self, connector: Connector, delivery: Request) -> None:
        for name in self.signed_headers:
            refused(connector, with_header(delivery, name, None))

    def test_an_empty_header_is_refused(self, connector: Connector, delivery: Request) -> None:
        for name in self.signed_headers:
            refused(connector, with_header(delivery, name, ""))

    def test_a_header_given_twice_is_refused(self, connector: Connector, delivery: Request) -> None:
        for name in self.signed_headers:
            twice = [*delivery.headers, (name, str(delivery.header(name)))]
            refused(connector, dataclasses.replace(delivery, headers=twice))

    def test_another_secret_is_refused(self, connector: Connector, delivery: Request) -> None:
        refused(connector, self.sign(delivery.body, secret=self.another_secret))

    def test_both_secrets_are_accepted_during_a_rotation(self, delivery: Request) -> None:
        connector = self.connect(webhook_secret=f"{self.account.secrets['webhook_secret']},{self.another_secret}")

        with_old = connector.receive(delivery)
        with_new = connector.receive(self.sign(delivery.body, secret=self.another_secret))

        assert with_old.events == with_new.events

    def test_a_stale_delivery_is_refused(self, connector: Connector, delivery: Request) -> None:
        refused(connector, self.sign(delivery.body, at=ago(hours=1)))

    def test_a_delivery_from_the_future_is_refused(self, connector: Connector, delivery: Request) -> None:
        refused(connector, self.sign(delivery.body, at=ago(hours=-1)))

    @pytest.mark.parametrize("body", NOT_DELIVERIES, ids=lambda body: repr(body[:12]))
    def test_an_authentic_delivery_that_cannot_be_read_is_malformed(self, connector: Connector, body: bytes) -> None:
        with pytest.raises(Malformed):
            connector.receive(self.sign(body))

    @pytest.mark.parametrize("body", NOT_DELIVERIES, ids=lambda body: repr(body[:12]))
    def test_what_is_not_authentic_is_refused_before_it_is_read(self, connector: Connector, body: bytes) -> None:
        refused(connector, self.sign(body, secret=self.another_secret))

    def test_a_missing_or_odd_part_is_malformed_or_harmless(self, connector: Connector, recording: Path) -> None:
        for spoiled in spoiled_parts(json.loads(recording.read_bytes())):
            try:
                events = connector.receive(self.sign(json.dumps(spoiled).encode())).events
            except Malformed:
                continue
            assert all(isinstance(event.ticket_id, str) and event.ticket_id and event.event_id for event in events)


def refused(connector: Connector, request: Request) -> None:
    with pytest.raises(SignatureInvalid):
        connector.receive(request)


def recordings(suite: Questions) -> list[Path]:
    return sorted((Path(inspect.getfile(type(suite))).parent / "webhooks").glob("*.json"))


def with_header(request: Request, name: str, value: str | None) -> Request:
    others = [(key, kept) for key, kept in request.headers if key.lower() != name.lower()]
    return dataclasses.replace(request, headers=others if value is None else [*others, (name, value)])


def ago(*, hours: float = 0, seconds: float = 0) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours, seconds=seconds)


def spoiled_parts(part: Any) -> Iterator[Any]:
    """The same document again and again, each time with one part missing or of another kind."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield {other: kept for other, kept in part.items() if other != key}
            for odd in (None, [], {}, 7, "odd", True, *spoiled_parts(value)):
                yield {**part, key: odd}
    elif isinstance(part, list):
        for position, value in enumerate(part):
            for odd in (None, 7, *spoiled_parts(value)):
                yield [*part[:position], odd, *part[position + 1 :]]
