"""Only what our scrip signed comes in, and it says no more than the scrip told."""

from typing import Any

import pytest

from connectors.contract import EventKind, Role, TicketEvent
from connectors.errors import Malformed, SignatureInvalid
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.deliveries import delivery, recording
from tests.connectors.request_tracker.test_settings import account


def received(body: bytes, **options: Any) -> TicketEvent:
    (event,) = RequestTrackerConnector.connect(account(**options)).receive(delivery(body)).events
    return event


@pytest.mark.parametrize(
    ("name", "changed", "author"),
    [
        ("requester_replied__mail", {}, Role.REQUESTER),
        ("requester_replied__mail", {"requestor": False}, Role.PARTICIPANT),
        ("agent_replied__web", {}, Role.AGENT),
        ("agent_replied__web", {"requestor": True}, Role.REQUESTER),
        ("agent_noted__comment", {"requestor": True}, Role.AGENT),
        ("own_note__draft", {}, Role.INTEGRATION),
        ("own_note__draft", {"creator": "CounterSign"}, Role.INTEGRATION),
        ("own_note__draft", {"creator": "RT_System", "staff": False}, Role.SYSTEM),
        ("agent_replied__web", {"staff": "yes"}, None),
    ],
)
def test_who_wrote_is_told_as_far_as_the_scrip_tells(name: str, changed: dict[str, object], author: Role) -> None:
    assert received(recording(name, **changed)).author is author


def test_a_ticket_that_is_deleted_is_told_as_deleted() -> None:
    assert received(recording("ticket_deleted__by_agent")).kind is EventKind.TICKET_DELETED


def test_without_a_secret_no_delivery_is_authentic() -> None:
    connector = RequestTrackerConnector.connect(account({"api_token": "t"}))

    with pytest.raises(SignatureInvalid):
        connector.receive(delivery(recording("ticket_created__mail")))


@pytest.mark.parametrize("odd", [0, -3, "x", None, True, 10**30, 1.5])
def test_an_id_that_is_none_is_malformed(odd: object) -> None:
    with pytest.raises(Malformed):
        received(recording("ticket_created__mail", id=odd))
