"""`kill -9` in the middle of an approval: the reply goes out exactly once, or the draft still waits."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.house import House, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    try:
        yield built.start()
    finally:
        built.stop()


@pytest.fixture(autouse=True)
def everything_runs(house: House) -> Iterator[None]:
    yield
    house.no_faults()
    for name, start in (("web", house.start_web), ("worker", house.start_worker)):
        if house.processes[name].poll() is not None:
            start()


def approve(house: House, run: int, patience: float = 10.0) -> httpx.Response:
    with contextlib.closing(house.signed_in("ann")) as ann:
        return ann.post(f"/review/{run}/approve", data={"text": "It arrives on Friday."}, timeout=patience)


def exactly_one_reply(house: House, ticket: str, run: int) -> None:
    until(lambda: house.draft_of(ticket)["state"] == "sent", f"the reply is out: {house.log('worker')[-2000:]}", 60)
    house.settled(ticket, within=60)
    assert [text for text in house.written(ticket, "public") if "Friday" in text] == house.written(ticket, "public")
    assert len(house.written(ticket, "public")) == 1
    outcomes = house.rows("select 1 from outcome where run_id = %s", run)
    assert len(outcomes) == 1
    events = house.rows("select event_id from event where ticket_id = %s and kind = 'review'", ticket)
    assert len(events) == 1


def restart_worker(house: House) -> None:
    house.kill("worker")
    house.no_faults()
    house.start_worker()


def test_web_killed_before_the_word_was_kept_keeps_nothing_and_the_draft_still_waits(house: House) -> None:
    ticket, run = house.reviewed()
    with house.locked("review"):
        with pytest.raises(httpx.HTTPError):
            approve(house, run, patience=1.0)
        until(lambda: house.waits_for_lock("review"), "the web process wants to keep the word")
        house.kill("web")
    house.start_web()

    assert house.draft_of(ticket)["state"] == "shown"
    assert approve(house, run).status_code == 303
    exactly_one_reply(house, ticket, run)


def test_worker_killed_before_the_intent(house: House) -> None:
    ticket, run = house.reviewed()
    with house.locked("write_back"):
        assert approve(house, run).status_code == 303
        until(lambda: house.waits_for_lock("write_back"), "the worker wants to keep its intent")
        house.kill("worker")
    house.start_worker()

    exactly_one_reply(house, ticket, run)


def test_worker_killed_between_the_intent_and_the_write(house: House) -> None:
    ticket, run = house.reviewed()
    house.fault("hang", on="write", path="/api/tickets/*")
    assert approve(house, run).status_code == 303
    intents = "select 1 from write_back where ticket_id = %s and purpose = 'reply' and state = 'intent'"
    until(lambda: house.rows(intents, ticket), "the intent is kept")

    restart_worker(house)

    exactly_one_reply(house, ticket, run)


def test_worker_killed_after_the_write_before_its_answer(house: House) -> None:
    ticket, run = house.reviewed()
    house.fault("lost", on="write", path="/api/tickets/*")
    assert approve(house, run).status_code == 303
    until(lambda: house.written(ticket, "public"), "the reply is stored")

    restart_worker(house)

    exactly_one_reply(house, ticket, run)


def test_worker_killed_after_the_receipt_before_the_outcome(house: House) -> None:
    ticket, run = house.reviewed()
    with house.locked("outcome"):
        assert approve(house, run).status_code == 303
        until(lambda: house.waits_for_lock("outcome"), "the worker wants to keep the outcome")
        house.kill("worker")
    house.start_worker()

    exactly_one_reply(house, ticket, run)


def test_worker_killed_after_a_command_acted_before_it_was_answered(house: House) -> None:
    ticket, _ = house.reviewed()
    with house.locked("step"):
        house.say(ticket, "/reject wrong parcel", author="agent-emma", visibility="internal")
        until(lambda: house.draft_of(ticket)["state"] == "rejected", "the command has acted")
        until(lambda: house.waits_for_lock("step"), "the worker wants to keep its answer")
        house.kill("worker")
    house.start_worker()

    until(lambda: [text for text in house.written(ticket) if "Rejected" in text], "the answer is given", 60)
    house.settled(ticket, within=60)
    assert len([text for text in house.written(ticket) if "Rejected" in text]) == 1
    assert len(house.rows("select 1 from review where ticket_id = %s", ticket)) == 1
