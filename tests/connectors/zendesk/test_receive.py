"""Only what Zendesk signed comes in, and it says no more than Zendesk told."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Request, Role, Visibility
from connectors.errors import Malformed, Misconfigured, SignatureInvalid
from connectors.zendesk.connector import ZendeskConnector
from connectors.zendesk.receive import sign
from tests.connectors.zendesk.deliveries import delivery, event
from tests.connectors.zendesk.desk import ACCOUNT, SECRET


def received(body: bytes, **options: Any) -> Received:
    return connected(**options).receive(delivery(body))


def connected(**options: Any) -> ZendeskConnector:
    return ZendeskConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b'{"id":"evt-1"}', b"Ffdjow28+jBZaS4VOZiqeWwX2hOGh6owgR5v42KZJi4="),
        (b"", b"nxvK98LGqsvmAgKySlLTj4CtkqUvBOsiZpGLaNnRmcY="),
    ],
)
def test_signature_is_that_of_the_known_vectors(body: bytes, signature: bytes) -> None:
    assert sign("zd-test-secret", "2026-09-01T10:00:00Z", body) == signature


def test_event_becomes_what_happened_with_every_digit_of_its_ids() -> None:
    (found,) = received(event("ticket_changed__large_ids")).events

    assert found.ticket_id == "9007199254740995"
    assert found.event_id == "2b24ef10-19ba-4ff2-8f86-0e8c0f5a7a12"
    assert found.kind is EventKind.TICKET_CHANGED


def test_reply_of_the_requester_says_who_and_when_and_which_message() -> None:
    (found,) = received(event("requester_replied__email")).events

    assert (found.author, found.visibility, found.message_id) == (Role.REQUESTER, Visibility.PUBLIC, "9100")
    assert found.occurred_at == datetime(2026, 9, 1, 10, 0, 0, 123456, tzinfo=UTC)


def test_staff_may_be_this_gateway_until_it_is_known_who_that_is() -> None:
    for name in ("own_note__draft_written", "agent_replied__public"):
        (found,) = received(event(name), integration_user_id=None).events

        assert found.author is None


async def test_own_note_is_recognised_once_we_know_who_we_are(calls: object) -> None:
    connector = connected(integration_user_id=None)
    await connector.fetch("5158")

    (found,) = connector.receive(delivery(event("own_note__draft_written"))).events

    assert found.author is Role.INTEGRATION
    await connector.close()


def test_change_by_zendesk_itself_is_no_agents() -> None:
    (found,) = received(event("ticket_changed__assigned")).events

    assert found.author is Role.SYSTEM


@pytest.mark.parametrize("event_id", ["", "a b", "a\x00b", "\ud800", "x" * 201, 7, None])
def test_event_id_that_cannot_be_kept_is_malformed(event_id: object) -> None:
    with pytest.raises(Malformed):
        received(event("requester_replied__email", id=event_id))


class TestAccounts:
    def test_delivery_of_another_account_is_refused(self) -> None:
        body = event("requester_replied__email")
        others = [("X-Zendesk-Account-Id", "7"), *delivery(body).headers[1:]]

        with pytest.raises(SignatureInvalid, match="another Zendesk account"):
            connected().receive(dataclasses.replace(delivery(body), headers=others))

    def test_delivery_of_an_account_that_the_file_does_not_name_is_refused(self) -> None:
        with pytest.raises(SignatureInvalid, match="another Zendesk account"):
            received(event("requester_replied__email"), account_id=12514404)

    def test_neighbouring_large_account_ids_are_told_apart(self) -> None:
        with pytest.raises(SignatureInvalid, match="another Zendesk account"):
            received(event("ticket_changed__large_ids"), account_id=9007199254740992)

        assert received(event("ticket_changed__large_ids"), account_id=9007199254740993).events

    def test_event_without_an_account_is_malformed(self) -> None:
        with pytest.raises(Malformed):
            received(event("requester_replied__email", account_id=None))


class TestSecrets:
    def test_account_without_a_secret_believes_nothing(self) -> None:
        connector = ZendeskConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        with pytest.raises(SignatureInvalid, match="webhook_secret"):
            connector.receive(delivery(event("requester_replied__email")))

    def test_public_test_secret_is_refused_in_the_configuration(self) -> None:
        known = {"api_token": "t", "webhook_secret": "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="}

        with pytest.raises(Misconfigured, match="public test value"):
            ZendeskConnector.connect(dataclasses.replace(ACCOUNT, secrets=known))

    @pytest.mark.parametrize("minutes", [-14, 0, 14])
    def test_late_retry_is_accepted_within_a_quarter_of_an_hour(self, minutes: int) -> None:
        at = datetime.now(UTC) - timedelta(minutes=minutes)

        assert connected().receive(delivery(event("requester_replied__email"), at=at)).events

    @pytest.mark.parametrize("stamp", ["1788256800", "yesterday", "2026-09-01T10:00:00", "9" * 500])
    def test_signed_time_that_is_none_is_refused(self, stamp: str) -> None:
        body = event("requester_replied__email")
        headers = [
            ("X-Zendesk-Webhook-Signature", sign(SECRET, stamp, body).decode()),
            ("X-Zendesk-Webhook-Signature-Timestamp", stamp),
        ]

        with pytest.raises(SignatureInvalid, match="is not a time"):
            connected().receive(Request(headers, body, datetime.now(UTC)))


class TestTrigger:
    def test_repeat_has_the_same_event_id_and_a_later_change_another(self) -> None:
        first, again = received(trigger()), received(trigger())
        later = received(trigger(updated_at="2026-09-01T10:00:01Z"))

        assert first.events[0].event_id == again.events[0].event_id != later.events[0].event_id

    def test_ids_may_be_numbers(self) -> None:
        assert received(trigger(ticket_id=5158)).events[0].ticket_id == "5158"

    def test_author_is_told_only_where_it_is_this_gateway(self) -> None:
        assert received(trigger(actor="8447388090001")).events[0].author is Role.INTEGRATION
        assert received(trigger(actor="8447388090494")).events[0].author is None

    @pytest.mark.parametrize("changed", [{"event": "refund"}, {"event": ["reply"]}, {"ticket_id": "{{ticket.id}}"}])
    def test_template_that_is_not_ours_is_malformed(self, changed: dict[str, Any]) -> None:
        with pytest.raises(Malformed):
            received(trigger(**changed))


def trigger(**changed: Any) -> bytes:
    body = {"event": "reply", "ticket_id": "5158", "updated_at": "2026-09-01T10:00:00Z", "actor": "8447388099999"}
    return json.dumps({**body, **changed}).encode()
