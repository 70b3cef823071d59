"""Only what Front signed comes in, and it says no more than Front told."""

import dataclasses
import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Request, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.front.connector import FrontConnector
from connectors.front.receive import sign, sign_rule
from tests.connectors.front.deliveries import delivery, delivery_of_a_rule, event
from tests.connectors.front.desk import ACCOUNT, SECRET, TICKET

RULE_SECRET = "front-api-secret"


def connected(secrets: dict[str, str] | None = None, **options: Any) -> FrontConnector:
    kept = {**ACCOUNT.secrets, **(secrets or {})}
    return FrontConnector.connect(dataclasses.replace(ACCOUNT, secrets=kept, options={**ACCOUNT.options, **options}))


def received(document: dict[str, Any], **options: Any) -> Received:
    return connected(**options).receive(delivery(document))


def test_signatures_are_those_of_the_known_vectors() -> None:
    body = b'{"event":"ping","n":1}'

    assert sign("front-signing-key", "1767225600000", body) == b"8qFKLaMvDvyGcqN1n55eT7UtnQXFiaLz6TYHzmoIXPw="
    assert sign_rule("front-api-secret", body) == b"QQTCiWMSzEFbPtpN5xccAzib650="


class TestChallenge:
    def test_authentic_one_is_answered(self) -> None:
        reply = connected().receive(delivery(event("ignored__sync"), challenge="c-4711")).reply

        assert reply is not None
        assert (reply.status, reply.content_type) == (200, "application/json")
        assert json.loads(reply.body) == {"challenge": "c-4711"}

    def test_one_that_nobody_signed_is_not(self) -> None:
        with pytest.raises(SignatureInvalid):
            connected().receive(delivery(event("ignored__sync"), secret="guessed", challenge="c-4711"))

    @pytest.mark.parametrize("challenge", ["", "a b", "x" * 501, "a\r\nSet-Cookie: x", "ü"])
    def test_odd_one_is_not_repeated(self, challenge: str) -> None:
        assert connected().receive(delivery(event("ignored__sync"), challenge=challenge)).reply is None

    def test_event_is_no_challenge(self) -> None:
        assert received(event("agent_noted__comment")).reply is None


def test_message_says_who_and_when_and_which_message() -> None:
    (found,) = received(event("requester_replied__attachment")).events

    assert (found.event_id, found.ticket_id, found.author) == ("evt_a01", TICKET, Role.REQUESTER)
    assert found.message_id == "1eab543f84a0785f7b6b8967cck00003"
    assert found.occurred_at == datetime.fromtimestamp(1761991500.123, UTC)


def test_preview_without_people_and_secondary_id_is_a_pointer_all_the_same() -> None:
    target = {"_meta": {"type": "message"}, "data": {"id": "msg_1q15003", "_links": {}}}

    (found,) = received(event("requester_replied__attachment", target=target)).events

    assert (found.author, found.visibility, found.message_id) == (None, Visibility.PUBLIC, "msg_1q15003")


def test_somebody_copied_in_is_a_participant() -> None:
    whole = event("requester_replied__attachment")
    whole["payload"]["target"]["data"]["recipients"][0]["handle"] = "carl@customer.example"

    assert received(whole).events[0].author is Role.PARTICIPANT


@pytest.mark.parametrize(
    ("links", "emitted_at", "kind"),
    [
        ({}, 1761991130.0, EventKind.TICKET_CREATED),
        ({}, 1761991170.0, EventKind.MESSAGE_ADDED),
        ({"message_replied_to": "https://acme.api.frontapp.com/messages/msg_1"}, 1761991130.0, EventKind.MESSAGE_ADDED),
    ],
)
def test_only_the_first_message_of_a_conversation_begins_a_ticket(
    links: dict[str, str], emitted_at: float, kind: EventKind
) -> None:
    whole = event("ticket_created__email", emitted_at=emitted_at)
    whole["payload"]["target"]["data"]["_links"]["related"] = links

    assert received(whole).events[0].kind is kind


class TestWhoSent:
    def test_teammate_who_sent_our_draft_is_the_agent(self) -> None:
        assert received(event("agent_replied__our_draft_sent")).events[0].author is Role.AGENT

    @pytest.mark.parametrize("kind", ["rule", "application", "api", "ai", "macro", "csat", "visitor"])
    def test_bot_is_no_agent(self, kind: str) -> None:
        bot = {"_meta": {"type": "teammate"}, "data": {"id": "tea_b07", "type": kind}}

        assert received(event("agent_replied__from_the_app", source=bot)).events[0].author is Role.SYSTEM

    def test_nobody_named_is_nobody(self) -> None:
        whole = event("agent_replied__from_the_app", source={"_meta": {"type": "api"}, "data": None})
        whole["payload"]["target"]["data"]["author"] = None

        assert received(whole).events[0].author is None


class TestInboxesAndCompanies:
    def test_inbox_that_is_not_served_is_of_no_interest(self) -> None:
        whole = event("requester_replied__attachment")

        assert received(whole, inbox_ids=["inb_3srbb", "inb_9"]).events
        assert not received(whole, inbox_ids=["inb_9"]).events

    def test_event_that_names_no_inbox_is_left_to_the_reading(self) -> None:
        assert received(event("agent_noted__comment"), inbox_ids=["inb_9"]).events

    def test_delivery_of_another_company_is_kept_for_a_person(self) -> None:
        with pytest.raises(Malformed, match="another Front company"):
            received(event("agent_noted__comment"), company_id="cmp_0ther")


class TestRules:
    """Webhooks that a rule sends: another secret, another signature, no envelope and no time but the event's own."""

    def test_event_of_a_rule_is_the_same_event(self) -> None:
        inner = {**event("requester_replied__attachment")["payload"], "emitted_at": time.time()}
        connector = connected({"rule_secret": RULE_SECRET})

        (by_rule,) = connector.receive(delivery_of_a_rule(inner, secret=RULE_SECRET)).events
        (by_app,) = connector.receive(delivery(event("requester_replied__attachment"))).events

        assert (by_rule.event_id, by_rule.kind, by_rule.author) == (by_app.event_id, by_app.kind, by_app.author)

    @pytest.mark.parametrize(
        ("inner", "kind"),
        [
            ("out_reply", EventKind.MESSAGE_ADDED),
            ("mention", EventKind.MESSAGE_ADDED),
            ("reopen", EventKind.TICKET_CHANGED),
            ("trash", EventKind.TICKET_DELETED),
        ],
    )
    def test_names_of_the_api_are_known(self, inner: str, kind: EventKind) -> None:
        document = {**event("agent_noted__comment")["payload"], "type": inner, "emitted_at": time.time()}

        found = connected({"rule_secret": RULE_SECRET}).receive(delivery_of_a_rule(document, secret=RULE_SECRET))

        assert [one.kind for one in found.events] == [kind]

    @pytest.mark.parametrize("age", [3600, -3600])
    def test_old_one_is_refused(self, age: int) -> None:
        document = {**event("agent_noted__comment")["payload"], "emitted_at": time.time() - age}

        with pytest.raises(SignatureInvalid):
            connected({"rule_secret": RULE_SECRET}).receive(delivery_of_a_rule(document, secret=RULE_SECRET))

    def test_one_without_a_time_is_kept_for_a_person(self) -> None:
        document = {**event("agent_noted__comment")["payload"], "emitted_at": None}

        with pytest.raises(Malformed, match="when it was emitted"):
            connected({"rule_secret": RULE_SECRET}).receive(delivery_of_a_rule(document, secret=RULE_SECRET))

    def test_account_without_the_secret_of_rules_believes_none(self) -> None:
        document = {**event("agent_noted__comment")["payload"], "emitted_at": time.time()}

        for secret in (RULE_SECRET, SECRET):
            with pytest.raises(SignatureInvalid):
                connected().receive(delivery_of_a_rule(document, secret=secret))

    def test_taking_the_time_off_an_applications_delivery_makes_none_of_a_rule(self) -> None:
        whole = delivery(event("agent_noted__comment"))
        bare = dataclasses.replace(
            whole, headers=[one for one in whole.headers if one[0] != "X-Front-Request-Timestamp"]
        )

        with pytest.raises(SignatureInvalid):
            connected({"rule_secret": RULE_SECRET}).receive(bare)


class TestSecrets:
    def test_account_without_a_secret_believes_nothing(self) -> None:
        connector = connected({"webhook_secret": ""})

        with pytest.raises(SignatureInvalid, match="webhook_secret"):
            connector.receive(delivery(event("agent_noted__comment")))

    @pytest.mark.parametrize("stamp", ["1788256800", "-1788256800000", "1788256800.5", "9" * 500, "١٧٨٨٢٥٦٨٠٠٠٠٠"])
    def test_signed_time_that_is_none_is_refused(self, stamp: str) -> None:
        body = json.dumps(event("agent_noted__comment")).encode()
        headers = [("X-Front-Signature", sign(SECRET, stamp, body).decode()), ("X-Front-Request-Timestamp", stamp)]

        with pytest.raises(SignatureInvalid, match="not a time in milliseconds"):
            connected().receive(Request(headers, body, datetime.now(UTC)))
