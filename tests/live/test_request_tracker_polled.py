"""A real Request Tracker without any webhook: workers ask what happened, and the line cannot tell the difference."""

from collections.abc import Callable

import pytest

from tests.house import until
from tests.live.rt_house import PATIENCE, RequestTrackerHouse

Housed = Callable[..., RequestTrackerHouse]


@pytest.fixture(scope="module")
def house(housed: Housed) -> RequestTrackerHouse:
    """Two workers, and nobody where the scrip delivers to."""
    built = housed(webhook=False, poll_every="1s")
    built.start_worker("second")
    return built


@pytest.fixture(scope="module")
def ticket(house: RequestTrackerHouse) -> str:
    """For the tests that only look."""
    return house.drafted("Parcel late, and no webhook")


def test_what_was_there_before_the_first_poll_is_left_alone(house: RequestTrackerHouse, ticket: str) -> None:
    tickets = {row["ticket_id"] for row in house.rows("select ticket_id from event")}

    assert ticket in tickets
    assert house.rt.long_ticket not in tickets


def test_a_mail_becomes_one_comment_with_a_draft_and_no_mail_to_the_requester(
    house: RequestTrackerHouse, ticket: str
) -> None:
    (subject,) = house.comments(ticket)
    assert subject.startswith("Countersign cs-")
    (mail,) = house.mails(ticket)  # RT's own word that the mail has come, and nothing else
    assert "three working days" not in mail
    assert house.rows("select 1 from delivery") == []


def test_our_own_comment_comes_back_and_starts_nothing(house: RequestTrackerHouse, ticket: str) -> None:
    (own,) = house.rows("select author, kind from event where ticket_id = %s and visibility = 'internal'", ticket)

    assert own == {"author": "integration", "kind": "message_added"}
    assert len(house.rows("select 1 from draft where ticket_id = %s", ticket)) == 1


def test_an_agents_reply_in_rt_becomes_the_outcome_of_the_draft(house: RequestTrackerHouse) -> None:
    ticket = house.drafted("To be answered, and no webhook")

    house.answered(ticket, "A parcel within the country arrives within three working days.")

    assert house.outcome(ticket)["kind"] in ("sent_as_is", "light_edit", "rewritten", "not_used")
    assert len(house.comments(ticket)) == 1


def test_a_worker_that_dies_leaves_polling_to_the_other(house: RequestTrackerHouse) -> None:
    house.kill("second")

    ticket = house.drafted("After a death")

    assert len(house.comments(ticket)) == 1
    house.start_worker("second")


def test_what_happens_while_no_worker_runs_is_found_afterwards(house: RequestTrackerHouse) -> None:
    for worker in ("worker", "second"):
        house.kill(worker)
    ticket = house.asked("While nobody was there")
    house.start_worker()

    until(lambda: house.comments(ticket), f"a draft in RT: {house.log('worker')[-3000:]}", PATIENCE)
    house.settled(ticket, PATIENCE)

    assert len(house.comments(ticket)) == 1
