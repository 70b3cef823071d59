"""The stop: within a second nothing is written any more, nothing is lost, and whoever resumes gets exactly one note."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.house import ROOT, House, until

QUESTION = "When does my parcel arrive?"
FROM_OUR_PAGE = {"sec-fetch-site": "same-origin"}


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
    """Each test leaves nothing paused, a desk without faults, and a worker that works."""
    yield
    house.no_faults()
    for row in house.rows("select account from pause where resumed_at is null"):
        house.web.post("/api/resume", json={"account": row["account"]})
    if house.processes["worker"].poll() is not None:
        house.start_worker()


def pause(house: House, account: str = "acme") -> None:
    house.web.post("/api/pause", json={"account": account, "because": "a test"}).raise_for_status()


def resume(house: House, account: str = "acme") -> int:
    return int(house.web.post("/api/resume", json={"account": account}).raise_for_status().json()["walking"])


def parked(house: House, ticket: str) -> bool:
    return bool(house.rows("select 1 from parked k join event e on e.id = k.event_id where e.ticket_id = %s", ticket))


def attempts(house: House, ticket: str) -> list[dict[str, Any]]:
    return house.rows(
        "select a.outcome from attempt a join run r on r.id = a.run_id where r.ticket_id = %s order by a.id", ticket
    )


def exactly_one_note(house: House, ticket: str) -> None:
    runs = house.settled(ticket, within=60)
    assert [run["state"] for run in runs if run["verdict"]] == ["done"]
    assert len(house.written(ticket)) == 1


@pytest.mark.parametrize("account", ["acme", "*"])
def test_an_event_that_comes_while_paused_is_kept_and_walked_after(house: House, account: str) -> None:
    pause(house, account)
    ticket = house.open_ticket(QUESTION)
    until(lambda: parked(house, ticket), "the event waits")

    (event,) = house.rows("select state, tries, error from event where ticket_id = %s", ticket)
    assert event == {"state": "waiting", "tries": 0, "error": None}
    assert attempts(house, ticket) == []
    assert house.written(ticket) == []

    assert resume(house, account) == 1
    exactly_one_note(house, ticket)


def test_a_pause_while_the_model_thinks_writes_nothing_and_asks_it_no_second_time(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    until(lambda: attempts(house, ticket), "the model is asked")

    pause(house)
    until(lambda: parked(house, ticket), "the run waits")

    assert house.written(ticket) == []
    assert house.rows("select 1 from write_back where ticket_id = %s", ticket) == []

    resume(house)
    exactly_one_note(house, ticket)
    assert [attempt["outcome"] for attempt in attempts(house, ticket)] == ["ok"]


def test_a_pause_right_before_the_write_holds_it_back(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    until(lambda: attempts(house, ticket), "the model is asked")
    with house.locked("decision"):  # what is decided cannot be kept, so the run stands right before its write
        until(lambda: house.waits_for_lock("decision"), "the worker wants to keep its decision")
        pause(house)
    until(lambda: parked(house, ticket), "the run waits")

    (write,) = house.rows("select state from write_back where ticket_id = %s", ticket)
    assert write["state"] == "intent"
    assert house.written(ticket) == []

    resume(house)
    exactly_one_note(house, ticket)


def test_a_try_that_was_to_be_repeated_waits_too(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    house.fault("503", on="write", path=f"/api/tickets/{ticket}")
    until(lambda: house.rows("select 1 from event where ticket_id = %s and tries > 0", ticket), "a write failed")

    pause(house)
    house.no_faults()
    until(lambda: parked(house, ticket), "the run waits")
    assert house.written(ticket) == []

    resume(house)
    exactly_one_note(house, ticket)


def test_what_is_paused_stays_so_when_everything_is_killed(house: House) -> None:
    pause(house)
    ticket = house.open_ticket(QUESTION)
    until(lambda: parked(house, ticket), "the event waits")
    house.kill("worker")
    house.kill("web")
    house.start_web()
    house.start_worker()
    time.sleep(1.5)
    assert house.written(ticket) == []

    resume(house)

    exactly_one_note(house, ticket)


def test_killed_while_paused_in_the_middle_of_a_run_it_goes_on_with_one_note(house: House) -> None:
    ticket = house.open_ticket(QUESTION)
    until(lambda: attempts(house, ticket), "the model is asked")
    house.kill("worker")
    pause(house)
    house.start_worker()
    until(lambda: parked(house, ticket), "the run waits")

    resume(house)

    exactly_one_note(house, ticket)


def test_waiting_events_walk_again_in_the_order_in_which_they_came(house: House) -> None:
    pause(house)
    tickets = [house.open_ticket(f"{QUESTION} {number}") for number in range(4)]
    until(lambda: all(parked(house, ticket) for ticket in tickets), "all wait")

    assert resume(house) == 4

    jobs = house.rows(
        """select e.ticket_id from procrastinate_jobs j join event e on e.id = (j.args->>'event_id')::bigint
           where j.task_name = 'walk' order by j.id desc limit 4"""
    )
    assert [job["ticket_id"] for job in reversed(jobs)] == tickets
    for ticket in tickets:
        exactly_one_note(house, ticket)


def test_another_account_goes_on(house: House) -> None:
    house.rows("insert into pause (account, by, because) values ('elsewhere', 'a test', 'a test') returning 1")

    ticket = house.open_ticket(QUESTION)

    exactly_one_note(house, ticket)


def test_every_page_says_who_paused_why_and_since_when_and_has_a_button_that_resumes(house: House) -> None:
    pause(house)
    html = {"accept": "text/html"}

    for path in ("/", "/dead", "/pause"):
        page = house.web.get(path, headers=html).text
        assert "is paused" in page
        assert "admin" in page
        assert "a test" in page
        assert 'action="/resume"' in page
    answer = house.web.post("/resume", data={"account": "acme"}, headers=FROM_OUR_PAGE)

    assert answer.status_code == 303
    assert "is paused" not in house.web.get("/", headers=html).text


def test_operations_are_told_and_the_process_stays_ready(house: House) -> None:
    assert "[i] paused: nothing" in house.web.get("/readyz?verbose").text

    pause(house)

    answer = house.web.get("/readyz", params={"verbose": ""})
    assert answer.status_code == 200
    assert "[i] paused: account acme since 20" in answer.text
    assert "a test" not in answer.text  # /readyz is open to everybody


def test_the_commands_pause_and_resume_in_the_name_of_the_user(house: House) -> None:
    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, **house._environment}
        return subprocess.run(
            [sys.executable, "-m", "gateway", *words], env=environment, cwd=ROOT, capture_output=True, text=True
        )

    stopped = command("pause", "acme", "--because", "the desk moves")
    (row,) = house.rows("select account, by, because from pause where resumed_at is null")
    again = command("pause", "acme", "--because", "another reason")
    gone = command("resume", "acme")
    nothing = command("resume", "acme")
    unknown = command("pause", "amce", "--because", "a slip")

    assert stopped.returncode == 0
    assert "Nothing is written or sent" in stopped.stdout
    assert row["because"] == "the desk moves"
    assert row["by"] not in ("", "admin")
    assert "paused already" in again.stdout
    assert (gone.returncode, nothing.returncode, unknown.returncode) == (0, 1, 1)
    assert "The accounts are: acme" in unknown.stderr
