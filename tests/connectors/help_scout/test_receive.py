"""Only what Help Scout signed comes in, and it says no more than Help Scout told."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.help_scout.connector import HelpScoutConnector
from connectors.help_scout.receive import sign
from tests.connectors.help_scout.deliveries import delivery, event
from tests.connectors.help_scout.desk import ACCOUNT, TICKET


def connected(**options: Any) -> HelpScoutConnector:
    return HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


def received(body: bytes, named: str | None = None, **options: Any) -> Received:
    return connected(**options).receive(delivery(body, named=named))


def with_newest(name: str, **changed: Any) -> bytes:
    """A recording with another newest thread."""
    document = json.loads(event(name))
    document["_embedded"]["threads"][0] |= changed
    return json.dumps(document).encode()


def test_signature_is_that_of_the_known_vector() -> None:
    assert sign("helpscout-secret", b'{"event":"ping","n":1}') == b"R/juvuwgneTpJ4+O9po8p6xymoo="


def test_reply_of_the_customer_says_who_and_which_thread() -> None:
    (found,) = received(event("requester_replied__email")).events

    assert (found.ticket_id, found.message_id, found.event_id) == (TICKET, "90105", "thread:90105")
    assert (found.author, found.visibility) == (Role.REQUESTER, Visibility.PUBLIC)


def test_other_customer_in_a_conversation_is_a_participant() -> None:
    carl = {"id": 238611, "type": "customer", "email": "carl@customer.example"}

    assert received(with_newest("requester_replied__email", createdBy=carl)).events[0].author is Role.PARTICIPANT


@pytest.mark.parametrize(
    ("author", "role"),
    [
        ({"id": 4, "type": "user"}, Role.INTEGRATION),
        ({"id": 4, "type": "customer"}, Role.PARTICIPANT),
        ({"id": 5, "type": "system_user"}, Role.SYSTEM),
        ({"id": 5}, None),
        (None, None),
    ],
)
def test_customers_and_users_with_one_number_are_two_people(author: Any, role: Role | None) -> None:
    body = with_newest("agent_replied__email", createdBy=author)

    assert received(body, "convo.agent.reply.created").events[0].author is role


def test_user_may_be_this_gateway_until_it_is_known_who_that_is() -> None:
    for name in ("own_note__reasons", "agent_replied__email"):
        assert received(event(name), integration_user_id=None).events[0].author is None


def test_event_is_about_the_newest_thread_of_its_kind() -> None:
    """A note may have come between the customer's reply and the delivery that tells of it."""
    body = event("agent_noted__internal")

    assert received(body, "convo.customer.reply.created").events[0].message_id == "90105"
    assert received(body, "convo.note.created").events[0].message_id == "90112"


def test_draft_that_waits_is_no_reply_of_an_agent() -> None:
    body = with_newest("agent_replied__email", state="draft")

    (found,) = received(body, "convo.agent.reply.created").events

    assert (found.message_id, found.author) == (None, None)


@pytest.mark.parametrize("embedded", [None, {}, {"threads": []}, {"threads": [7]}])
def test_delivery_without_threads_is_named_by_its_body(embedded: Any) -> None:
    first, other = (
        event("requester_replied__email", _embedded=embedded, preview=preview) for preview in ("Hello", "Hello?")
    )

    ids = [received(body, "convo.customer.reply.created").events[0].event_id for body in (first, other, first)]

    assert ids[0] == ids[2] != ids[1]


def test_thin_delivery_is_told_to_be_made_whole() -> None:
    with pytest.raises(Malformed, match="version V2"):
        received(b'{"id": 8123}', "convo.customer.reply.created")


def test_two_changes_are_two_events() -> None:
    ids = {
        received(event("ticket_changed__status", status=status), "convo.status").events[0].event_id
        for status in ("active", "closed")
    }

    assert len(ids) == 2


def test_number_of_a_deleted_customer_is_no_deleted_conversation() -> None:
    assert not received(b'{"id": 8123}', "customer.deleted").events
    assert received(b'{"id": 8123}', "convo.deleted").events[0].kind is EventKind.TICKET_DELETED


def test_delivery_that_lost_its_events_name_is_kept_for_a_person() -> None:
    request = delivery(event("requester_replied__email"))
    nameless = [(name, value) for name, value in request.headers if name != "X-HelpScout-Event"]

    with pytest.raises(Malformed, match="X-HelpScout-Event"):
        connected().receive(dataclasses.replace(request, headers=nameless))


@pytest.mark.parametrize(("age", "accepted"), [(49, True), (51, False), (-51, False)])
def test_message_must_be_of_this_hour(age: int, accepted: bool) -> None:
    request = delivery(event("requester_replied__email"), at=datetime.now(UTC) - timedelta(minutes=age))

    if accepted:
        assert connected().receive(request).events
    else:
        with pytest.raises(SignatureInvalid):
            connected().receive(request)


@pytest.mark.parametrize("name", ["requester_replied__email", "ticket_changed__status"])
def test_inbox_that_is_not_ours_is_of_no_interest(name: str) -> None:
    assert received(event(name), inbox_ids=[85]).events
    assert not received(event(name), inbox_ids=[86]).events


def test_deletion_tells_no_inbox_and_is_still_heard() -> None:
    assert received(event("ticket_deleted__by_an_agent"), inbox_ids=[86]).events


def test_account_without_a_secret_believes_nothing() -> None:
    secrets = {"app_id": "a", "app_secret": "b"}
    connector = HelpScoutConnector.connect(dataclasses.replace(ACCOUNT, secrets=secrets))

    with pytest.raises(SignatureInvalid, match="webhook_secret"):
        connector.receive(delivery(event("requester_replied__email")))
