"""Only what Chatwoot signed comes in, and it says no more than Chatwoot told."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.chatwoot.connector import ChatwootConnector
from connectors.chatwoot.receive import sign
from connectors.contract import EventKind, Received, Request, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from tests.connectors.chatwoot.deliveries import delivery, event
from tests.connectors.chatwoot.desk import ACCOUNT, SECRET, TICKET


def connected(**options: Any) -> ChatwootConnector:
    return ChatwootConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


def received(body: bytes, **options: Any) -> Received:
    return connected(**options).receive(delivery(body))


def test_signature_is_that_of_the_known_vector() -> None:
    assert sign("chatwoot-secret", "1767225600", b'{"event":"ping","n":1}') == (
        b"sha256=5a719e1e4f44a88e522666d5d3783c67fb7c5312210b888c700bfc22e621b22f"
    )


def test_reply_of_the_requester_says_who_and_when_and_which_message() -> None:
    (found,) = received(event("requester_replied__email")).events

    assert (found.ticket_id, found.message_id) == (TICKET, "90211")
    assert (found.author, found.visibility) == (Role.REQUESTER, Visibility.PUBLIC)
    assert found.occurred_at == datetime(2026, 9, 1, 10, 0, 0, 123000, tzinfo=UTC)


def test_same_message_from_an_account_webhook_and_an_inbox_is_one_event() -> None:
    whole = json.loads(event("requester_replied__email"))
    by_inbox = json.dumps({**whole, "conversation": {**whole["conversation"], "unread_count": 2}}).encode()

    first, second = received(event("requester_replied__email")), received(by_inbox)

    assert first.events[0].event_id == second.events[0].event_id


def test_two_changes_of_one_conversation_are_two_events() -> None:
    first = received(event("ticket_changed__assigned")).events[0]
    second = received(event("ticket_changed__assigned", updated_at=1_788_256_999.5)).events[0]

    assert first.ticket_id == second.ticket_id == TICKET
    assert first.event_id != second.event_id


@pytest.mark.parametrize(
    ("changed", "author"),
    [
        ({"sender": {"id": 9, "name": "Helper", "type": "agent_bot"}}, Role.SYSTEM),
        ({"sender": None}, Role.SYSTEM),
        ({"content_attributes": {"automation_rule_id": 3}}, Role.SYSTEM),
        ({"additional_attributes": {"campaign_id": 3}}, Role.SYSTEM),
        ({"message_type": "template"}, Role.SYSTEM),
        ({"message_type": 1}, Role.AGENT),
        ({"sender": None, "sender_type": "User", "sender_id": 5}, Role.AGENT),
        ({"sender": None, "sender_type": "User", "sender_id": 12}, Role.INTEGRATION),
        ({"sender": None, "sender_type": "AgentBot", "sender_id": 12}, Role.SYSTEM),
        ({"message_type": "whispered"}, None),
    ],
)
def test_what_no_agent_wrote_is_not_taken_for_an_agents_reply(changed: dict[str, Any], author: Role | None) -> None:
    assert received(event("agent_replied__public", **changed)).events[0].author is author


def test_other_contact_in_a_mail_thread_is_a_participant() -> None:
    copied = {"id": 56, "name": "Carl Copied"}

    assert received(event("requester_replied__email", sender=copied)).events[0].author is Role.PARTICIPANT


def test_contact_with_the_integration_users_number_is_not_us() -> None:
    stranger = {"id": 12, "name": "Number Twelve"}

    assert received(event("requester_replied__email", sender=stranger)).events[0].author is Role.PARTICIPANT


def test_user_may_be_this_gateway_until_it_is_known_who_that_is() -> None:
    for name in ("own_note__draft_written", "agent_replied__public"):
        assert received(event(name), integration_user_id=None).events[0].author is None


async def test_own_note_is_recognised_once_we_know_who_we_are(calls: object) -> None:
    connector = connected(integration_user_id=None)
    await connector.fetch(TICKET)

    (found,) = connector.receive(delivery(event("own_note__draft_written"))).events

    assert found.author is Role.INTEGRATION
    await connector.close()


def test_activity_line_is_no_message() -> None:
    assert not received(event("agent_replied__public", message_type=2)).events


def test_deleted_message_is_a_change_of_the_ticket() -> None:
    (found,) = received(event("ticket_changed__message_deleted")).events

    assert (found.kind, found.message_id) == (EventKind.TICKET_CHANGED, None)


class TestAccountsAndInboxes:
    @pytest.mark.parametrize("name", ["requester_replied__email", "ticket_changed__status"])
    def test_delivery_of_another_account_is_kept_for_a_person(self, name: str) -> None:
        with pytest.raises(Malformed, match="another Chatwoot account"):
            received(event(name), account_id=2)

    def test_delivery_that_names_no_account_is_read(self) -> None:
        assert received(event("ticket_created__before_accounts_were_named"), account_id=2).events

    @pytest.mark.parametrize("name", ["requester_replied__email", "ticket_created__with_a_bot"])
    def test_inbox_that_is_not_ours_is_of_no_interest(self, name: str) -> None:
        assert received(event(name), inbox_ids=[7]).events
        assert not received(event(name), inbox_ids=[8]).events


class TestSecrets:
    def test_account_without_a_secret_believes_nothing(self) -> None:
        connector = ChatwootConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        with pytest.raises(SignatureInvalid, match="webhook_secret"):
            connector.receive(delivery(event("requester_replied__email")))

    def test_delivery_of_an_old_chatwoot_is_refused_with_what_to_do(self) -> None:
        body = event("requester_replied__email")

        with pytest.raises(SignatureInvalid, match=r"before 4\.12 signs nothing: upgrade it"):
            connected().receive(Request([("Content-Type", "application/json")], body, datetime.now(UTC)))

    @pytest.mark.parametrize("stamp", ["2026-09-01T10:00:00Z", "-1", "1788256800.5", "9" * 500, "١٧٨٨٢٥٦٨٠٠"])
    def test_signed_time_that_is_none_is_refused(self, stamp: str) -> None:
        body = event("requester_replied__email")
        headers = [("X-Chatwoot-Signature", sign(SECRET, stamp, body).decode()), ("X-Chatwoot-Timestamp", stamp)]

        with pytest.raises(SignatureInvalid, match="is not a Unix time"):
            connected().receive(Request(headers, body, datetime.now(UTC)))
