"""What a delivery becomes, wherever the description says that things are."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import EventKind, Role, Visibility
from connectors.errors import Malformed
from tests.connectors.described.describing import GONE, connect, delivery

SIGNED = {"hmac": {"header": "X-Signature"}}


def events(connector: Any, payload: object, *headers: tuple[str, str], at: datetime | None = None) -> Any:
    return connector.receive(delivery(json.dumps(payload).encode(), *headers, at=at)).events


def test_event_and_id_may_be_in_headers(tmp_path: Path) -> None:
    connector = connect(
        tmp_path,
        deliveries__event={"header": "X-Event"},
        deliveries__id={"header": "X-Delivery"},
        words__event={"note.added": "message_added"},
    )

    (event,) = events(connector, {"case": 7}, ("x-event", "note.added"), ("x-delivery", "d-1"))

    assert (event.kind, event.event_id, event.ticket_id) == (EventKind.MESSAGE_ADDED, "d-1", "7")
    assert events(connector, {"case": 7}, ("X-Event", "user.created"), ("X-Delivery", "d-2")) == ()
    for missing in (("X-Event", "note.added"), ("X-Delivery", "d-1")):
        with pytest.raises(Malformed):
            events(connector, {"case": 7}, missing)


def test_without_a_name_every_delivery_is_looked_into(tmp_path: Path) -> None:
    connector = connect(tmp_path, deliveries__event=GONE)

    assert [event.kind for event in events(connector, {"case": 7})] == [EventKind.MESSAGE_ADDED]


def test_an_equal_body_is_the_same_event_unless_time_has_passed(tmp_path: Path) -> None:
    for_ever = connect(tmp_path, deliveries__event=GONE)
    within = connect(tmp_path, deliveries__event=GONE, deliveries__repeats_within="10m")
    noon = datetime(2026, 11, 26, 12, 0, 1, tzinfo=UTC)

    def id_of(connector: Any, payload: object, after: timedelta) -> str:
        return str(events(connector, payload, at=noon + after)[0].event_id)

    now, soon, later = timedelta(0), timedelta(minutes=5), timedelta(minutes=30)
    assert id_of(for_ever, {"case": 7}, now) == id_of(for_ever, {"case": 7}, later) != id_of(for_ever, {"case": 8}, now)
    assert id_of(within, {"case": 7}, now) == id_of(within, {"case": 7}, soon) != id_of(within, {"case": 7}, later)


def test_one_delivery_may_bring_several_events(tmp_path: Path) -> None:
    connector = connect(tmp_path, deliveries__each="events", deliveries__event=GONE)

    found = events(connector, {"events": [{"case": 7}, {"case": 8}, {"case": 7}]})

    assert [event.ticket_id for event in found] == ["7", "8", "7"]
    assert len({event.event_id for event in found}) == 3
    for odd in ({}, {"events": {}}, {"events": [{"case": 7}, "x"]}, {"events": [{"case": 7}] * 201}):
        with pytest.raises(Malformed):
            events(connector, odd)


@pytest.mark.parametrize(
    "ticket", [None, True, 1.5, "", ".", "..", "a/b", "a b", "x" * 201, "ä", [7], {"id": 7}, 10**300]
)
def test_an_id_that_cannot_be_kept_is_malformed(tmp_path: Path, ticket: object) -> None:
    with pytest.raises(Malformed):
        events(connect(tmp_path), {"case": ticket, "entry": {"no": 1}})


def test_a_payload_that_makes_a_path_look_for_ever_is_malformed(tmp_path: Path) -> None:
    connector = connect(tmp_path, deliveries__ticket_id=" | ".join(["[@, @][]"] * 40) + " | [0]")

    with pytest.raises(Malformed, match="too large"):
        events(connector, {"case": 7})


def test_an_agent_is_only_told_where_it_cannot_be_ourselves(tmp_path: Path) -> None:
    author = {"deliveries__author": "entry.by.type", "deliveries__author_id": "entry.by.no"}
    unknown = connect_signed(tmp_path, **author)
    known = connect_signed(tmp_path, options={"integration_user_id": 99}, **author)

    def who(connector: Any, number: int, kind: str) -> Role | None:
        event: Role | None = signed(
            connector, {"case": 7, "entry": {"no": 1, "by": {"no": number, "type": kind}}}
        ).author
        return event

    assert [who(unknown, 99, "staff"), who(unknown, 12, "staff"), who(unknown, 7, "customer")] == [
        None,
        None,
        Role.REQUESTER,
    ]
    assert [who(known, 99, "staff"), who(known, 12, "staff")] == [Role.INTEGRATION, Role.AGENT]


def test_a_word_without_an_entry_is_not_guessed(tmp_path: Path) -> None:
    connector = connect_signed(tmp_path, deliveries__visibility="entry.kind")

    assert signed(connector, {"case": 7, "entry": {"kind": "memo"}}).visibility is Visibility.INTERNAL
    for kind in ("hint", None, ["memo"], 7):
        assert signed(connector, {"case": 7, "entry": {"kind": kind}}).visibility is None


def connect_signed(tmp_path: Path, **changes: Any) -> Any:
    return connect(tmp_path, secret="s", deliveries__authentic=SIGNED, **changes)


def signed(connector: Any, payload: object) -> Any:
    body = json.dumps(payload).encode()
    told = hmac.new(b"s", body, hashlib.sha256).hexdigest()
    return connector.receive(delivery(body, ("X-Signature", told))).events[0]
