"""Only what Zammad signed comes in, and it says no more than Zammad told."""

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EventKind, Received, Request, Role, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.zammad.connector import ZammadConnector
from connectors.zammad.receive import sign
from tests.connectors.zammad.deliveries import delivery, event
from tests.connectors.zammad.desk import ACCOUNT, TICKET


def connected(**options: Any) -> ZammadConnector:
    return ZammadConnector.connect(dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options}))


def received(body: bytes, **options: Any) -> Received:
    return connected(**options).receive(delivery(body))


def with_header(request: Request, name: str, value: str | None) -> Request:
    others = [(key, kept) for key, kept in request.headers if key != name]
    return dataclasses.replace(request, headers=others if value is None else [*others, (name, value)])


def test_signature_is_that_of_the_known_vector() -> None:
    assert sign("zammad-token", b'{"event":"ping","n":1}') == b"sha1=eaab269f5dcea58ce3e786804461e4e3a15dbc0f"


def test_reply_of_the_requester_says_who_and_when_and_which_message() -> None:
    (found,) = received(event("requester_replied__email")).events

    assert (found.kind, found.ticket_id, found.message_id) == (EventKind.MESSAGE_ADDED, TICKET, "105")
    assert (found.author, found.visibility) == (Role.REQUESTER, Visibility.PUBLIC)
    assert found.occurred_at == datetime(2026, 9, 1, 10, 0, 0, 100000, tzinfo=UTC)


def test_first_article_is_the_ticket_that_began() -> None:
    (found,) = received(event("ticket_created__email")).events

    assert (found.kind, found.author) == (EventKind.TICKET_CREATED, Role.REQUESTER)


def test_article_that_several_triggers_tell_of_is_one_event() -> None:
    first = delivery(event("requester_replied__email"))
    other = delivery(event("requester_replied__email", ticket={"state": "closed", "state_id": 4}))
    other = with_header(other, "X-Zammad-Delivery", "another-job")

    ids = [connected().receive(one).events[0].event_id for one in (first, other)]

    assert ids[0] == ids[1]


class TestChanges:
    def test_retry_whose_payload_is_newer_is_the_same_event(self) -> None:
        first = delivery(event("ticket_changed__state"))
        again = delivery(event("ticket_changed__state", ticket={"priority_id": 3}))
        again = with_header(again, "X-Zammad-Delivery", str(first.header("X-Zammad-Delivery")))

        ids = [connected().receive(one).events[0].event_id for one in (first, again)]

        assert ids[0] == ids[1]

    @pytest.mark.parametrize("value", [None, "", "a b", "x" * 101, "../1"])
    def test_delivery_without_a_usable_id_is_known_by_its_time(self, value: str | None) -> None:
        request = delivery(event("ticket_changed__state"))
        changed_at = json.loads(request.body)["ticket"]["updated_at"]

        (found,) = connected().receive(with_header(request, "X-Zammad-Delivery", value)).events

        assert found.event_id == f"changed:81:{changed_at}"

    def test_own_change_is_recognised_and_another_is_nobodys(self) -> None:
        assert received(event("own_change__priority")).events[0].author is Role.INTEGRATION
        assert received(event("ticket_changed__state")).events[0].author is None


@pytest.mark.parametrize(
    ("changed", "author"),
    [
        ({"sender": "System", "created_by_id": 1}, Role.SYSTEM),
        ({"created_by_id": 1}, Role.SYSTEM),
        ({"sender": "Robot"}, None),
        ({"sender": "Customer", "created_by_id": 9}, Role.PARTICIPANT),
        ({"sender": "Customer", "created_by_id": 12}, Role.PARTICIPANT),
        ({"created_by_id": 12, "origin_by_id": 5}, Role.AGENT),
    ],
)
def test_author_is_whose_words_they_are(changed: dict[str, Any], author: Role | None) -> None:
    assert received(event("agent_replied__email", article=changed)).events[0].author is author


def test_agent_may_be_this_gateway_until_it_is_known_who_that_is() -> None:
    for name in ("own_note__draft_written", "agent_replied__email"):
        assert received(event(name), integration_user_id=None).events[0].author is None


async def test_own_note_is_recognised_once_we_know_who_we_are(calls: object) -> None:
    connector = connected(integration_user_id=None)
    await connector.fetch(TICKET)

    (found,) = connector.receive(delivery(event("own_note__draft_written"))).events

    assert found.author is Role.INTEGRATION
    await connector.close()


def test_payload_of_an_admins_own_is_malformed_with_what_to_do() -> None:
    with pytest.raises(Malformed, match="leave the webhook's custom payload off"):
        received(b'{"ticket_id": "81", "article_id": "105"}')


class TestTrust:
    @pytest.mark.parametrize("minutes", [-29, 0, 29])
    def test_delivery_that_waited_for_the_background_worker_is_accepted(self, minutes: int) -> None:
        at = datetime.now(UTC) - timedelta(minutes=minutes)

        assert connected().receive(delivery(event("requester_replied__email"), at=at)).events

    def test_delivery_of_an_old_change_is_refused_although_its_signature_is_right(self) -> None:
        at = datetime.now(UTC) - timedelta(minutes=31)

        with pytest.raises(SignatureInvalid, match="at most"):
            connected().receive(delivery(event("ticket_changed__state"), at=at))

    def test_webhook_without_a_token_is_refused_with_what_to_do(self) -> None:
        request = with_header(delivery(event("requester_replied__email")), "X-Hub-Signature", None)

        with pytest.raises(SignatureInvalid, match="give the webhook a signature token"):
            connected().receive(request)

    def test_account_without_a_secret_believes_nothing(self) -> None:
        connector = ZammadConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_token": "t"}))

        with pytest.raises(SignatureInvalid, match="webhook_secret"):
            connector.receive(delivery(event("requester_replied__email")))
