"""Only what Intercom signed comes in, and it says no more than Intercom told."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Request, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.intercom.connector import IntercomConnector
from connectors.intercom.receive import sign
from tests.connectors.intercom.deliveries import delivery, event
from tests.connectors.intercom.desk import ACCOUNT, SECRET, TICKET

ANN = {"type": "admin", "id": "814860", "name": "Ann Agent"}


def connected(**options: Any) -> IntercomConnector:
    return IntercomConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


def received(body: bytes, **options: Any) -> Received:
    return connected(**options).receive(delivery(body))


def with_part(name: str, **changed: Any) -> bytes:
    """A recorded notification whose part says something else."""
    parts = json.loads(event(name))["data"]["item"]["conversation_parts"]
    parts["conversation_parts"][0] |= changed
    return event(name, item={"conversation_parts": parts})


def test_signature_is_that_of_the_known_vector() -> None:
    assert sign("ic-test-secret", b'{"type":"notification_event","topic":"ping"}') == (
        b"sha1=127087f7f2ca52618446b0df196eb36eeaf7bc0f"
    )


def test_reply_of_the_requester_says_who_and_when_and_which_message() -> None:
    (found,) = received(event("requester_replied__plain_text")).events

    assert (found.ticket_id, found.message_id) == (TICKET, "3001")
    assert (found.author, found.visibility) == (Role.REQUESTER, Visibility.PUBLIC)
    assert found.occurred_at == datetime(2026, 9, 1, 8, 6, 40, tzinfo=UTC)


def test_notification_with_two_messages_is_two_events() -> None:
    thread = json.loads(event("requester_replied__plain_text"))["data"]["item"]["conversation_parts"]
    (part,) = thread["conversation_parts"]
    thread["conversation_parts"] = [part, {**part, "id": "3099", "author": ANN}]

    first, second = received(event("requester_replied__plain_text", item={"conversation_parts": thread})).events

    assert (first.message_id, second.message_id) == ("3001", "3099")
    assert (first.author, second.author) == (Role.REQUESTER, Role.AGENT)
    assert first.event_id != second.event_id


@pytest.mark.parametrize("kind", ["assignment", "close", "open", "assign_and_reopen", "quick_reply"])
def test_words_to_the_requester_are_a_reply_whatever_else_the_part_does(kind: str) -> None:
    (found,) = received(with_part("agent_replied__comment", part_type=kind)).events

    assert (found.kind, found.visibility) == (EventKind.MESSAGE_ADDED, Visibility.PUBLIC)


def test_part_of_an_unknown_type_is_not_taken_for_a_reply() -> None:
    (found,) = received(with_part("agent_replied__comment", part_type="whisper")).events

    assert found.visibility is Visibility.INTERNAL


def test_part_without_words_is_a_change() -> None:
    (found,) = received(event("ticket_changed__reply_without_words")).events

    assert (found.kind, found.author, found.message_id) == (EventKind.TICKET_CHANGED, Role.AGENT, None)


@pytest.mark.parametrize(
    ("author", "role"),
    [
        ({"type": "bot", "id": "814001"}, Role.SYSTEM),
        ({"type": "team", "id": "5017691"}, Role.SYSTEM),
        ({**ANN, "from_ai_agent": True}, Role.SYSTEM),
        ({**ANN, "is_ai_answer": True}, Role.SYSTEM),
        (ANN, Role.AGENT),
        ({**ANN, "id": "814899"}, Role.INTEGRATION),
        ({"type": "lead", "id": "64aa0c1be5f1d2a3b4c5d6ff"}, Role.PARTICIPANT),
        ({"type": "user", "id": "814899"}, Role.PARTICIPANT),
        ({"type": "ghost", "id": "1"}, None),
        (None, None),
    ],
)
def test_what_no_agent_wrote_is_not_taken_for_an_agents_reply(author: Any, role: Role | None) -> None:
    assert received(with_part("agent_replied__comment", author=author)).events[0].author is role


def test_admin_may_be_this_gateway_until_it_is_known_who_that_is() -> None:
    for name in ("own_note__draft_written", "agent_replied__comment"):
        assert received(event(name), integration_user_id=None).events[0].author is None


async def test_own_note_is_recognised_once_we_know_who_we_are(calls: object) -> None:
    connector = connected(integration_user_id=None)
    await connector.fetch(TICKET)

    (found,) = connector.receive(delivery(event("own_note__draft_written"))).events

    assert found.author is Role.INTEGRATION
    await connector.close()


def test_delivery_of_another_workspace_is_kept_for_a_person() -> None:
    with pytest.raises(Malformed, match="another workspace"):
        received(event("requester_replied__plain_text", app_id="another"))

    assert received(event("requester_replied__plain_text", app_id="another"), workspace_id=None).events


class TestAge:
    def test_repeat_of_a_delivery_that_waited_is_taken(self) -> None:
        late = datetime.now(UTC) - timedelta(minutes=30)

        assert connected().receive(delivery(event("requester_replied__plain_text"), at=late)).events

    def test_delivery_that_names_no_first_attempt_is_as_old_as_its_event(self) -> None:
        body = event("requester_replied__plain_text", first_sent_at=None)
        headers = [("X-Hub-Signature", sign(SECRET, body).decode())]

        with pytest.raises(SignatureInvalid, match="signed"):
            connected().receive(Request(headers, body, datetime.now(UTC)))

    def test_delivery_without_any_time_is_kept_for_a_person(self) -> None:
        body = event("requester_replied__plain_text", first_sent_at=None, created_at=None)
        headers = [("X-Hub-Signature", sign(SECRET, body).decode())]

        with pytest.raises(Malformed, match="when it was sent"):
            connected().receive(Request(headers, body, datetime.now(UTC)))


def test_account_without_a_secret_believes_nothing() -> None:
    connector = IntercomConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

    with pytest.raises(SignatureInvalid, match="webhook_secret"):
        connector.receive(delivery(event("requester_replied__plain_text")))
