"""Only what HubSpot signed comes in, every event of a list, and no event takes another with it."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Request, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.hubspot.connector import HubspotConnector
from connectors.hubspot.receive import sign
from tests.connectors.hubspot.deliveries import ADDRESS, delivery, event
from tests.connectors.hubspot.desk import ACCOUNT, SECRET, TICKET


def connected(**options: Any) -> HubspotConnector:
    return HubspotConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


def received(*events: Any, **options: Any) -> Received:
    return connected(**options).receive(delivery(json.dumps(events).encode()))


def test_signature_is_that_of_the_known_vector() -> None:
    secret, body = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy", b"{'example_field':'example_value'}"

    signed = sign(secret, "POST", "https://www.example.com/webhook_uri", body, "1693657560000")

    assert signed == b"K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="


class TestLists:
    def test_each_event_of_a_list_is_an_event(self) -> None:
        events = [
            event("requester_replied__message"),
            event("agent_noted__comment", objectId=5544332299),
            event("ticket_changed__status"),
            event("ignored__welcome"),
            event("ignored__crm_ticket"),
        ]

        found = received(*events).events

        assert [(one.kind, one.ticket_id, one.visibility) for one in found] == [
            (EventKind.MESSAGE_ADDED, TICKET, Visibility.PUBLIC),
            (EventKind.MESSAGE_ADDED, "5544332299", Visibility.INTERNAL),
            (EventKind.TICKET_CHANGED, TICKET, None),
        ]

    def test_hundred_events_come_in_with_a_hundred_ids(self) -> None:
        events = [event("requester_replied__message", messageId=f"m{number}") for number in range(100)]

        assert len({one.event_id for one in received(*events).events}) == 100

    def test_same_event_twice_in_a_list_comes_in_once(self) -> None:
        once, again = event("requester_replied__message"), event("requester_replied__message", attemptNumber=1)

        assert len(received(once, again).events) == 1

    def test_message_is_the_same_event_in_whatever_list_and_try_it_comes(self) -> None:
        first = received(event("requester_replied__message")).events[0]
        second = received(
            event("ticket_changed__status"),
            event("requester_replied__message", eventId=7, attemptNumber=4, subscriptionId=9),
        ).events[1]

        assert first.event_id == second.event_id

    def test_two_changes_of_one_thread_are_two_events(self) -> None:
        changes = [event("ticket_changed__status"), event("ticket_changed__status", occurredAt=1788250010000)]

        assert len(received(*changes).events) == 2

    @pytest.mark.parametrize("broken", [None, 7, {}, {"subscriptionType": 7}, {"subscriptionType": []}])
    def test_event_that_cannot_be_read_takes_no_other_with_it(self, broken: Any) -> None:
        assert len(received(broken, event("requester_replied__message")).events) == 1

    def test_event_without_its_thread_takes_no_other_with_it(self) -> None:
        lost = event("requester_replied__message", objectId=None)

        assert len(received(lost, event("ticket_changed__status")).events) == 1

    def test_list_in_which_no_event_names_its_thread_is_kept_for_a_person(self) -> None:
        with pytest.raises(Malformed, match="usable id of its thread"):
            received(event("requester_replied__message", objectId=None), event("ignored__crm_ticket"))

    def test_message_without_an_id_is_still_news_of_its_thread(self) -> None:
        (found,) = received(event("requester_replied__message", messageId="../../x")).events

        assert (found.ticket_id, found.message_id, found.visibility) == (TICKET, None, None)


class TestPortals:
    def test_events_of_another_portal_are_left_to_it(self) -> None:
        found = received(event("requester_replied__message"), event("agent_noted__comment", portalId=7)).events

        assert [one.visibility for one in found] == [Visibility.PUBLIC]

    @pytest.mark.parametrize("changed", [{"portalId": 7}, {"appId": 7}])
    def test_delivery_that_is_all_of_another_portal_or_app_is_kept_for_a_person(self, changed: dict[str, int]) -> None:
        with pytest.raises(Malformed, match="another portal or app"):
            received(event("requester_replied__message", **changed))

    def test_account_that_names_no_portal_takes_them_all(self) -> None:
        assert received(event("requester_replied__message", portalId=7), portal_id=None).events


def test_when_it_happened_is_told_in_milliseconds() -> None:
    (found,) = received(event("requester_replied__message")).events

    assert found.occurred_at == datetime(2026, 9, 1, 8, 6, 40, 123000, tzinfo=UTC)


class TestSignature:
    @pytest.mark.parametrize(
        "address", ["https://gateway.example/webhooks/other", "http://gateway.example/webhooks/acme", f"{ADDRESS}?x=1"]
    )
    def test_request_that_was_signed_for_another_address_is_refused(self, address: str) -> None:
        body = json.dumps([event("requester_replied__message")]).encode()

        with pytest.raises(SignatureInvalid):
            connected().receive(delivery(body, address=address))

    def test_request_that_was_signed_for_another_method_is_refused(self) -> None:
        body = json.dumps([event("requester_replied__message")]).encode()

        with pytest.raises(SignatureInvalid):
            connected().receive(delivery(body, method="PUT"))

    @pytest.mark.parametrize("stamp", ["2026-09-01T10:00:00Z", "-1", "1788256800.5", "9" * 500, "١٧٨٨٢٥٦٨٠٠"])
    def test_signed_time_that_is_none_is_refused(self, stamp: str) -> None:
        body = b"[]"
        signature = sign(SECRET, "POST", ADDRESS, body, stamp).decode()
        headers = [("X-HubSpot-Signature-v3", signature), ("X-HubSpot-Request-Timestamp", stamp)]

        with pytest.raises(SignatureInvalid, match="is not a Unix time"):
            connected().receive(Request(headers, body, datetime.now(UTC)))

    def test_older_signature_alone_is_refused(self) -> None:
        whole = delivery(json.dumps([event("requester_replied__message")]).encode())
        headers = [(name, value) for name, value in whole.headers if not name.endswith("v3")]

        with pytest.raises(SignatureInvalid, match="X-HubSpot-Signature-v3"):
            connected().receive(dataclasses.replace(whole, headers=headers))

    def test_account_without_a_secret_believes_nothing(self) -> None:
        connector = HubspotConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        with pytest.raises(SignatureInvalid, match="webhook_secret"):
            connector.receive(delivery(json.dumps([event("requester_replied__message")]).encode()))
