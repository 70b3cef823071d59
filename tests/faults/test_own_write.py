"""What we write comes back as a webhook before the answer to the write: no second draft, and no loop."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, until

QUESTION = "When does my parcel arrive?"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    try:
        yield built.start()
    finally:
        built.stop()


def own_events(house: House, ticket: str) -> list[dict[str, str]]:
    """What webhooks told of our own entries."""
    return house.rows(
        "select state, author from event where ticket_id = %s and author = 'integration' and message_id is not null",
        ticket,
    )


def test_our_own_note_comes_back_before_the_answer_and_starts_nothing(house: House) -> None:
    house.fault("late", on="write", path="/api/tickets/*", seconds=4, calls=1)
    ticket = house.open_ticket(QUESTION)

    (event,) = until(lambda: own_events(house, ticket), "our own note has come back")
    writes = house.rows("select state from write_back where ticket_id = %s", ticket)

    assert writes == [{"state": "intent"}], "the answer to the write has not come yet"
    assert event["state"] == "waiting", "it waits for its ticket"
    runs = house.settled(ticket, within=60)
    assert [run["verdict"] for run in runs if run["verdict"]] == ["review"]
    assert len(house.written(ticket)) == 1
    assert len(house.rows("select 1 from draft where ticket_id = %s", ticket)) == 1
    assert house.rows("select state from write_back where ticket_id = %s", ticket) == [{"state": "written"}]


def test_a_note_whose_answer_never_comes_and_whose_webhook_did_makes_no_second_one(house: House) -> None:
    house.fault("lost", on="write", path="/api/tickets/*", calls=1)
    ticket = house.open_ticket(f"{QUESTION} Please.")
    until(lambda: own_events(house, ticket), "our own note has come back")

    runs = house.settled(ticket, within=60)

    assert [run["verdict"] for run in runs if run["verdict"]] == ["review"]
    assert len(house.written(ticket)) == 1
    assert len(house.rows("select 1 from draft where ticket_id = %s", ticket)) == 1


def test_nothing_goes_on_for_ever(house: House) -> None:
    ticket = house.open_ticket(f"{QUESTION} Thank you.")
    house.settled(ticket)
    before = len(house.runs(ticket))

    time.sleep(2)

    assert len(house.runs(ticket)) == before
    assert all(run["event"] == "done" for run in house.runs(ticket))
