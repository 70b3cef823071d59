"""`kill -9` at every named point of the line: afterwards there is exactly one note, whatever the help desk forgets.

No hook in the code makes a process stand still: a locked table, a slow help desk or a slow model does, right at the
point that is meant. The desk has no idempotency, and in some cases loses the answer to what it has stored.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import House, until

QUESTION = "When does my parcel arrive?"


@pytest.fixture(scope="module")
def stub_url() -> Iterator[str]:
    """A model that takes two seconds to think."""
    arguments = [sys.executable, "-m", "gateway.demo.stub_model", "--port", "0", "--latency-ms", "2000"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    assert process.stdout is not None
    yield "http://" + process.stdout.readline().decode().split("http://", 1)[1].strip()
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, stub_url: str) -> Iterator[House]:
    slow = {"model": "openai/stub-good", "api_base": f"{stub_url}/v1", "api_key": {"env": "STUB_KEY"}, "timeout": 10}
    owner = {"team": "Tests", "contact": "tests@example.com"}
    built = House(
        Path(tmp_path_factory.mktemp("house")),
        module_database_url,
        models={"default": {"owner": owner, "candidates": [slow]}},
    )
    try:
        yield built.start()
    finally:
        built.stop()


@pytest.fixture(autouse=True)
def everything_runs(house: House) -> Iterator[None]:
    """Each test leaves a desk without faults and a worker that works."""
    yield
    house.no_faults()
    for name, start in (("web", house.start_web), ("worker", house.start_worker)):
        if house.processes[name].poll() is not None:
            start()


def exactly_one_note(house: House, ticket: str) -> None:
    runs = house.settled(ticket, within=60)
    assert [run["state"] for run in runs if run["verdict"]] == ["done"]
    assert len(house.written(ticket)) == 1
    writes = house.rows("select state from write_back where ticket_id = %s", ticket)
    assert [write["state"] for write in writes] == ["written"]


def restart_worker(house: House) -> None:
    house.kill("worker")
    house.no_faults()
    house.start_worker()


def step_kept(house: House, ticket: str, name: str) -> bool:
    return bool(
        house.rows(
            "select 1 from step s join run r on r.id = s.run_id where r.ticket_id = %s and s.name = %s", ticket, name
        )
    )


def test_killed_before_the_ticket_was_read(house: House) -> None:
    house.fault("hang", on="read")
    ticket = house.open_ticket(QUESTION)
    until(lambda: [run for run in house.runs(ticket) if run["state"] == "walking"], "the run began")

    restart_worker(house)

    exactly_one_note(house, ticket)


def test_killed_after_reading_before_anything_was_kept(house: House) -> None:
    with house.locked("step"):
        ticket = house.open_ticket(QUESTION)
        until(lambda: house.waits_for_lock("step"), "the worker wants to keep what it read")
        house.kill("worker")

    house.start_worker()

    exactly_one_note(house, ticket)


def test_killed_before_the_attempt_was_written_down(house: House) -> None:
    with house.locked("attempt"):
        ticket = house.open_ticket(QUESTION)
        until(lambda: house.waits_for_lock("attempt"), "the worker wants to call the model")
        house.kill("worker")

    house.start_worker()

    exactly_one_note(house, ticket)


def test_killed_while_the_model_thinks_leaves_an_attempt_that_is_called_abandoned(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    attempts = "select a.outcome from attempt a join run r on r.id = a.run_id where r.ticket_id = %s order by a.number"
    until(lambda: house.rows(attempts, ticket), "the model is asked")

    restart_worker(house)

    exactly_one_note(house, ticket)
    assert [attempt["outcome"] for attempt in house.rows(attempts, ticket)] == ["abandoned", "ok"]


def test_killed_after_the_answer_before_the_decision_was_kept(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    until(lambda: step_kept(house, ticket, "ground"), "the passages are found")
    with house.locked("decision"):
        until(lambda: house.waits_for_lock("decision"), "the worker wants to keep its decision")
        house.kill("worker")

    house.start_worker()

    exactly_one_note(house, ticket)


def test_killed_after_the_intent_before_the_write(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    house.fault("hang", on="write", path="/api/tickets/*")
    until(lambda: step_kept(house, ticket, "decide"), "the decision is kept")

    restart_worker(house)

    exactly_one_note(house, ticket)


def test_killed_after_the_desk_stored_the_note_and_lost_the_answer(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    house.fault("lost", on="write", path="/api/tickets/*", calls=1)
    until(lambda: house.written(ticket), "the desk has the note")

    restart_worker(house)

    exactly_one_note(house, ticket)


def test_a_lost_answer_alone_makes_no_second_note(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    house.fault("lost", on="write", path="/api/tickets/*", calls=1)

    exactly_one_note(house, ticket)


def test_killed_after_the_note_was_stored_before_its_receipt(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    house.fault("slow", on="write", path="/api/tickets/*", seconds=1.5, calls=1)
    until(lambda: step_kept(house, ticket, "decide"), "the decision is kept")
    with house.locked("write_back"):
        until(lambda: house.waits_for_lock("write_back"), "the worker wants to keep the receipt")
        assert len(house.written(ticket)) == 1
        house.kill("worker")

    house.start_worker()

    exactly_one_note(house, ticket)


def test_killed_after_the_receipt_before_the_run_ended(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    house.fault("slow", on="write", path="/api/tickets/*", seconds=1.5, calls=1)
    until(lambda: step_kept(house, ticket, "decide"), "the decision is kept")
    with house.locked("run"):
        until(lambda: house.waits_for_lock("run"), "the worker wants to end the run")
        house.kill("worker")

    house.start_worker()

    exactly_one_note(house, ticket)


def test_web_killed_before_its_commit_gets_the_delivery_again(house: House) -> None:
    with house.locked("event"):
        ticket = house.open_ticket(QUESTION)
        until(lambda: house.waits_for_lock("event"), "the web process wants to keep the delivery")
        house.kill("web")
    house.start_web()

    until(lambda: house.runs(ticket), "the desk sends it again", within=30)
    exactly_one_note(house, ticket)


def test_web_killed_right_after_its_commit_makes_one_draft_of_the_repeated_delivery(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    until(lambda: house.runs(ticket), "the delivery is kept")
    house.kill("web")
    house.start_web()
    (delivery,) = [
        sent for sent in house.desk.get("/control/deliveries").json()["data"]
        if sent["ticket_id"] == ticket and sent["type"] == "ticket.created"
    ]  # fmt: skip
    house.desk.post(f"/control/deliveries/{delivery['id']}/again").raise_for_status()

    exactly_one_note(house, ticket)


def test_a_worker_that_never_returns_is_taken_over_by_another(house: House) -> None:
    house.start_worker("second")
    ticket = house.open_ticket(QUESTION)
    until(lambda: step_kept(house, ticket, "ground"), "a worker has begun")
    holder = house.rows(
        """select j.worker_id from procrastinate_jobs j join event e on e.id = (j.args->>'event_id')::bigint
           where e.ticket_id = %s and j.status = 'doing'""",
        ticket,
    )
    house.kill("worker")  # if it was the other that held it, that one simply goes on

    exactly_one_note(house, ticket)
    assert holder
    house.kill("second")
    del house.processes["second"]


def test_a_draining_worker_finishes_what_runs_and_leaves_the_rest(house: House) -> None:
    tickets = [house.open_ticket(f"{QUESTION} {number}") for number in range(3)]
    until(lambda: all(step_kept(house, ticket, "ground") for ticket in tickets), "all three are being drafted")
    house.processes["worker"].terminate()

    assert house.processes["worker"].wait(timeout=20) == 0

    assert all(len(house.written(ticket)) == 1 for ticket in tickets)
    assert not house.rows("select 1 from procrastinate_jobs where status = 'doing'")
