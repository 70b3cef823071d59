"""Only who knows the secret gets in, and what comes in is a pointer."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import EventKind, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.deliveries import delivery, event
from tests.connectors.freshdesk.desk import ACCOUNT, TICKET

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)


def received(body: bytes, at: datetime = NOON) -> TicketEvent:
    (found,) = FreshdeskConnector.connect(ACCOUNT).receive(delivery(body, at=at)).events
    return found


def test_delivery_says_what_happened_to_which_ticket_and_not_who_did_it() -> None:
    found = received(event("requester_replied__email"))

    assert (found.kind, found.ticket_id) == (EventKind.MESSAGE_ADDED, TICKET)
    assert (found.author, found.visibility, found.message_id) == (None, None, None)


def test_words_that_somebody_put_into_a_delivery_are_not_believed() -> None:
    found = received(event("requester_replied__email", author="agent", visibility="internal", message_id="7"))

    assert (found.author, found.visibility, found.message_id) == (None, None, None)


def test_rule_for_private_notes_tells_that_no_customer_waits() -> None:
    assert received(event("own_note__draft_written")).visibility is Visibility.INTERNAL


def test_time_is_read_where_it_has_a_zone_of_its_own() -> None:
    assert received(event("ticket_created__iso_time")).occurred_at == datetime(2026, 9, 1, 9, 30, tzinfo=UTC)
    assert received(event("requester_replied__in_words")).occurred_at is None


class TestRepeats:
    @pytest.mark.parametrize("stamp", ["2026-09-01T10:00:00Z", "Tue, 1 Sep 2026 10:00:02", "01/09/2026 9:05:07 AM"])
    def test_repeat_half_an_hour_later_is_the_same_event(self, stamp: str) -> None:
        body = event("requester_replied__email", updated_at=stamp)

        assert received(body) == received(body, at=NOON + timedelta(minutes=30))

    @pytest.mark.parametrize("stamp", [None, "", "{{ticket.updated_at}}", "Tue, 1 Sep 2026 10:00 AM", 7])
    def test_without_a_time_to_the_second_no_delivery_passes_for_a_repeat(self, stamp: Any) -> None:
        body = event("requester_replied__email", updated_at=stamp)

        assert received(body).event_id != received(body, at=NOON + timedelta(seconds=1)).event_id

    def test_two_rules_about_one_moment_are_two_events(self) -> None:
        both = [event("requester_replied__email"), event("requester_replied__email", event="changed")]

        assert len({received(body).event_id for body in both}) == 2


@pytest.mark.parametrize(
    "changed", [{"event": "reply"}, {"event": None}, {"ticket_id": "{{ticket.id}}"}, {"ticket_id": "#452"}]
)
def test_content_that_is_not_that_of_the_readme_is_kept_for_a_person(changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        received(event("requester_replied__email", **changed))


def test_content_of_freshdesks_own_making_is_told_what_to_put_instead() -> None:
    with pytest.raises(Malformed, match="copy the content from the README"):
        received(b'{"freshdesk_webhook": {"ticket_id": "452", "triggered_event": "{ticket_action:created}"}}')


def test_account_without_a_secret_believes_nothing() -> None:
    connector = FreshdeskConnector.connect(dataclasses.replace(ACCOUNT, secrets={"api_key": "k"}))

    with pytest.raises(SignatureInvalid, match="has no webhook_secret"):
        connector.receive(delivery(event("requester_replied__email")))


def test_refusal_tells_neither_secret() -> None:
    with pytest.raises(SignatureInvalid) as caught:
        FreshdeskConnector.connect(ACCOUNT).receive(delivery(b"{}", secret="guessed-by-somebody"))

    assert not [word for word in ("guessed", ACCOUNT.secrets["webhook_secret"]) if word in str(caught.value)]
