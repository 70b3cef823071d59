"""An escalation keeps its promise: when nobody acts in time the next step happens, once, whatever is killed meanwhile.

Nobody waits for hours here: the tests move the time of the draft and of its timer, and nothing else.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.house import House, until

QUESTION = "When does my parcel arrive?"
PASSED = "The deadline has passed"
ESCALATES = """
version: 1
policy: everything
title: A person looks at every draft, and soon
owner: {team: Tests, contact: tests@example.com}
rules:
  - rule: a-person-looks
    when: always
    then:
      reply: review
      escalate:
        team: care
        priority: high
        within: 60m
        next:
          - {team: leads, priority: urgent, tags: [late], notify: [care-leads], within: 30m}
          - {notify: [head-of-support]}
      because: A person looks at every draft.
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url, approval=ESCALATES)
    try:
        yield built.start()
    finally:
        built.stop()


@pytest.fixture(autouse=True)
def everything_runs(house: House) -> Iterator[None]:
    """Each test leaves a desk without faults, and processes that work."""
    yield
    house.no_faults()
    for name, start in (("web", house.start_web), ("worker", house.start_worker)):
        if house.processes[name].poll() is not None:
            start()


def drafted(house: House, body: str = QUESTION) -> str:
    ticket = house.open_ticket(body)
    house.settled(ticket)
    return ticket


def draft(house: House, ticket: str) -> dict[str, Any]:
    """The ticket's newest draft."""
    return house.rows("select * from draft where ticket_id = %s order by run_id desc limit 1", ticket)[0]


def timers(house: House, ticket: str) -> list[dict[str, Any]]:
    return house.rows(
        """select j.* from procrastinate_jobs j join draft d on d.run_id = (j.args->>'run_id')::bigint
           where j.task_name = 'deadline' and j.status = 'todo' and d.ticket_id = %s""",
        ticket,
    )


def time_passes(house: House, ticket: str) -> None:
    """It is the hour of every deadline of a ticket."""
    house.rows(
        """with moved as (update draft set deadline = now() where ticket_id = %s returning run_id)
           update procrastinate_jobs j set scheduled_at = now() from moved
           where j.task_name = 'deadline' and j.status = 'todo' and moved.run_id = (j.args->>'run_id')::bigint
           returning j.id""",
        ticket,
    )


def deadline_runs(house: House, ticket: str) -> list[dict[str, Any]]:
    return house.rows(
        """select e.event_id, e.state as event, r.state, r.reason from event e left join run r on r.id = e.id
           where e.ticket_id = %s and e.kind = 'deadline' order by e.id""",
        ticket,
    )


def ended(house: House, ticket: str, count: int = 1) -> list[dict[str, Any]]:
    """Wait until so many deadlines of a ticket have come to their end."""

    def all_done() -> list[dict[str, Any]]:
        found = deadline_runs(house, ticket)
        return found if len(found) == count and all(run["event"] != "waiting" for run in found) else []

    until(all_done, f"{count} deadlines are done: {deadline_runs(house, ticket)}\n{house.log('worker')[-3000:]}", 40)
    house.settled(ticket)
    return deadline_runs(house, ticket)


def reminders(house: House, ticket: str) -> list[str]:
    return [note for note in house.written(ticket) if PASSED in note]


def exactly_one_reminder(house: House, ticket: str) -> None:
    (run,) = ended(house, ticket)
    assert (run["state"], len(reminders(house, ticket))) == ("done", 1)
    (write,) = house.rows(
        """select w.state from write_back w join event e on e.id = w.run_id
           where e.ticket_id = %s and e.kind = 'deadline'""",
        ticket,
    )
    assert write["state"] == "written"


def test_the_timer_is_kept_with_the_decision_and_holds_no_lock(house: House) -> None:
    ticket = drafted(house)

    (timer,) = timers(house, ticket)
    made = draft(house, ticket)
    assert timer["scheduled_at"] == made["deadline"]
    assert timedelta(minutes=59) < made["deadline"] - made["created_at"] <= timedelta(minutes=60)
    assert timer["lock"] is None


def test_each_deadline_that_nobody_meets_brings_the_next_step_and_the_last_one_expires_the_draft(house: House) -> None:
    ticket = drafted(house)

    time_passes(house, ticket)
    ended(house, ticket)

    (first,) = reminders(house, ticket)
    now = house.desk.get(f"/api/tickets/{ticket}").json()
    assert (now["team"], now["priority"], "late" in now["tags"]) == ("leads", "urgent", True)
    assert "team leads · priority urgent · tags late" in first
    assert "care" in first.split("For the attention of")[1].splitlines()[0]
    assert "if nobody answers until" in first
    assert "head" in first.split("What happens next")[1]
    assert draft(house, ticket)["state"] == "shown"
    assert timers(house, ticket)[0]["scheduled_at"] == draft(house, ticket)["deadline"]

    time_passes(house, ticket)
    ended(house, ticket, 2)

    second = reminders(house, ticket)[1]
    assert "this was the last step" in second
    assert draft(house, ticket)["state"] == "expired"
    assert timers(house, ticket) == []
    assert house.written(ticket, "public") == []


def test_the_page_of_the_run_tells_the_step(house: House) -> None:
    ticket = drafted(house)
    time_passes(house, ticket)
    ended(house, ticket)
    (run,) = house.rows("select id from event where ticket_id = %s and kind = 'deadline'", ticket)

    page = house.web.get(f"/runs/{run['id']}", headers={"accept": "text/html"})

    assert page.status_code == 200
    assert "Deadline" in page.text


def test_a_draft_on_hold_does_not_stop_the_clock(house: House) -> None:
    ticket = drafted(house)
    house.rows("update draft set state = 'held' where ticket_id = %s returning 1", ticket)

    time_passes(house, ticket)

    exactly_one_reminder(house, ticket)


def test_a_priority_that_an_agent_raised_is_not_lowered(house: House) -> None:
    ticket = drafted(house)
    house.desk.patch(f"/api/tickets/{ticket}", json={"priority": "urgent", "team": "leads"}).raise_for_status()
    house.settled(ticket)

    time_passes(house, ticket)
    ended(house, ticket)

    (note,) = reminders(house, ticket)
    assert "priority urgent" not in note
    assert house.desk.get(f"/api/tickets/{ticket}").json()["priority"] == "urgent"


def test_an_agent_who_answers_in_time_is_not_reminded(house: House) -> None:
    ticket = drafted(house)
    house.say(ticket, "It arrives tomorrow.", author="agent-emma")
    house.settled(ticket)

    time_passes(house, ticket)
    until(lambda: not timers(house, ticket), "the timer has gone off")

    assert draft(house, ticket)["state"] == "closed"
    assert deadline_runs(house, ticket) == []
    assert reminders(house, ticket) == []


def test_an_answer_whose_webhook_is_still_on_its_way_counts(house: House) -> None:
    ticket = drafted(house)
    house.kill("web")
    house.say(ticket, "It arrives tomorrow.", author="agent-emma")

    time_passes(house, ticket)
    until(lambda: [run for run in deadline_runs(house, ticket) if run["state"] == "nothing"], "the deadline was walked")

    assert reminders(house, ticket) == []
    assert draft(house, ticket)["state"] == "closed"
    assert house.rows("select 1 from outcome where run_id = %s", draft(house, ticket)["run_id"])


def test_a_ticket_that_was_solved_without_an_answer_is_left_alone(house: House) -> None:
    ticket = drafted(house)
    house.desk.patch(f"/api/tickets/{ticket}", json={"status": "solved"}).raise_for_status()
    house.settled(ticket)

    time_passes(house, ticket)

    assert [run["state"] for run in ended(house, ticket)] == ["nothing"]
    assert reminders(house, ticket) == []


def test_a_new_message_gets_a_new_draft_with_a_deadline_of_its_own(house: House) -> None:
    ticket = drafted(house)
    house.say(ticket, "And how can I return an item?")
    house.settled(ticket)

    time_passes(house, ticket)
    ended(house, ticket)

    assert len(reminders(house, ticket)) == 1
    assert deadline_runs(house, ticket)[0]["event_id"] == f"deadline:{draft(house, ticket)['run_id']}:1"


def before_anything_is_kept(house: House, ticket: str) -> None:
    with house.locked("step"):
        time_passes(house, ticket)
        until(lambda: house.waits_for_lock("step"), "the worker wants to keep the step")
        house.kill("worker")


def while_the_timer_goes_off(house: House, ticket: str) -> None:
    with house.locked("event"):
        time_passes(house, ticket)
        until(lambda: house.waits_for_lock("event"), "the timer wants to make its event")
        house.kill("worker")


def after_the_intent(house: House, ticket: str) -> None:
    house.fault("hang", on="write", path="/api/tickets/*")
    time_passes(house, ticket)
    until(lambda: kept(house, ticket), "the step is kept")
    house.kill("worker")


def after_the_desk_stored_it_and_lost_the_answer(house: House, ticket: str) -> None:
    house.fault("lost", on="write", path="/api/tickets/*", calls=1)
    time_passes(house, ticket)
    until(lambda: reminders(house, ticket), "the desk has the note")
    house.kill("worker")


def before_the_receipt(house: House, ticket: str) -> None:
    house.fault("slow", on="write", path="/api/tickets/*", seconds=1.5, calls=1)
    time_passes(house, ticket)
    until(lambda: kept(house, ticket), "the step is kept")
    with house.locked("write_back"):
        until(lambda: house.waits_for_lock("write_back"), "the worker wants to keep the receipt")
        house.kill("worker")


def before_the_run_ended(house: House, ticket: str) -> None:
    house.fault("slow", on="write", path="/api/tickets/*", seconds=1.5, calls=1)
    time_passes(house, ticket)
    until(lambda: kept(house, ticket), "the step is kept")
    with house.locked("run"):
        until(lambda: house.waits_for_lock("run"), "the worker wants to end the run")
        house.kill("worker")


def kept(house: House, ticket: str) -> bool:
    return bool(
        house.rows(
            """select 1 from step s join event e on e.id = s.run_id
               where e.ticket_id = %s and s.name = 'deadline'""",
            ticket,
        )
    )


@pytest.mark.parametrize(
    "killed",
    [
        while_the_timer_goes_off,
        before_anything_is_kept,
        after_the_intent,
        after_the_desk_stored_it_and_lost_the_answer,
        before_the_receipt,
        before_the_run_ended,
    ],
)
def test_killed_in_the_middle_of_a_step_it_happens_once(house: House, killed: Callable[[House, str], None]) -> None:
    ticket = drafted(house)

    killed(house, ticket)
    house.no_faults()
    house.start_worker()

    exactly_one_reminder(house, ticket)
    assert len(timers(house, ticket)) == 1


def test_a_deadline_that_passes_while_no_worker_runs_is_met_by_the_next_one(house: House) -> None:
    ticket = drafted(house)
    house.kill("worker")
    time_passes(house, ticket)

    house.start_worker()

    exactly_one_reminder(house, ticket)


def test_an_agent_who_answers_while_the_step_cannot_be_written_stops_it(house: House) -> None:
    ticket = drafted(house)
    house.fault("503", on="write", path=f"/api/tickets/{ticket}")
    time_passes(house, ticket)
    until(lambda: kept(house, ticket), "the step is kept")

    house.say(ticket, "It arrives tomorrow.", author="agent-emma")
    house.no_faults()

    assert [run["state"] for run in ended(house, ticket)] == ["nothing"]
    assert reminders(house, ticket) == []


def test_a_requester_who_writes_while_the_step_cannot_be_written_does_not_stop_it(house: House) -> None:
    ticket = drafted(house)
    house.fault("503", on="write", path=f"/api/tickets/{ticket}")
    time_passes(house, ticket)
    until(lambda: kept(house, ticket), "the step is kept")

    house.say(ticket, "Hello? Is anybody there?")
    house.no_faults()

    assert [run["state"] for run in ended(house, ticket)] == ["done"]
    assert len(reminders(house, ticket)) == 1
