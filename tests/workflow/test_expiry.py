"""A draft whose time is up goes out by no way; one that was approved in time does."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import Visibility
from gateway.errors import NotNow
from gateway.store import deadlines
from gateway.store.database import Row
from gateway.workflow.review import Act, Said, Via, say
from tests.fakes import AGENT
from tests.workflow.floor import PEOPLE, Floor

ONE_STEP = "{reply: review, escalate: {team: billing, within: 1h}, because: Billing looks.}"
TWO_STEPS = """{reply: review, escalate: {team: billing, within: 1h, next: [{team: leads}]}, because: Billing looks.}"""
TWO_LEADS = (
    """{reply: review, approvers: {group: leads, count: 2}, escalate: {team: billing, within: 1h}, because: No.}"""
)
TIMERS = "select args from procrastinate_jobs where task_name = 'deadline' and status = 'todo' order by id"


def by(name: str, act: Act = Act.APPROVE, **more: Any) -> Said:
    person = PEOPLE.by_id(name)
    assert person is not None
    return Said(act, person, Via.PAGE, **more)


async def waiting(floor: Floor, then: str = ONE_STEP) -> int:
    """A draft that waits for people until its deadline; returns its run."""
    floor.decide_by(then)
    return await floor.shown()


async def time_passes(floor: Floor, run: int, number: int = 1) -> int | None:
    """The deadline's timer goes off; returns the event that it makes."""
    then = datetime.now(UTC) - timedelta(seconds=1)
    await floor.database.run("update draft set deadline = %(then)s", {"then": then})
    await floor.database.run(
        "delete from procrastinate_jobs where task_name = 'deadline' and (args->>'number')::int = %(n)s", {"n": number}
    )
    return await deadlines.time_is_up(floor.database, run, number)


async def expired(floor: Floor, then: str = ONE_STEP) -> int:
    run = await waiting(floor, then)
    event = await time_passes(floor, run)
    assert event is not None
    await floor.walk(event)
    assert await floor.draft_state(run) == "expired"
    return run


def public(floor: Floor) -> list[str]:
    return [text for seen, text in floor.desk.ours("7") if seen is Visibility.PUBLIC]


async def timers(floor: Floor) -> list[Row]:
    return [row["args"] for row in await floor.database.all(TIMERS)]


@pytest.mark.parametrize(
    "said",
    [
        by("ann"),
        by("ann", text="My own words."),
        by("ann", Act.HOLD),
        by("ann", Act.REJECT, words="no"),
        by("ann", Act.ESCALATE, team="leads"),
    ],
    ids=["approve", "edit", "hold", "reject", "escalate"],
)
async def test_a_word_on_an_expired_draft_is_refused_and_leads_to_nothing(floor: Floor, said: Said) -> None:
    run = await expired(floor)

    with pytest.raises(NotNow, match="deadline of this draft has passed"):
        await say(floor.database, run, said)

    assert await floor.database.all("select 1 from event where kind = 'review'") == []
    assert await floor.draft_state(run) == "expired"


@pytest.mark.parametrize("command", ["/approve", "/send My own words."])
async def test_a_command_on_an_expired_draft_is_answered_and_nothing_is_sent(floor: Floor, command: str) -> None:
    run = await expired(floor)

    await floor.says(command)

    assert "deadline of this draft has passed" in floor.desk.ours("7")[-1][1]
    assert public(floor) == []
    assert await floor.draft_state(run) == "expired"


async def test_the_last_of_two_approvals_that_comes_too_late_sends_nothing(floor: Floor) -> None:
    run = await waiting(floor, TWO_LEADS)
    await say(floor.database, run, by("lea"))
    event = await time_passes(floor, run)
    assert event is not None
    await floor.walk(event)

    with pytest.raises(NotNow):
        await say(floor.database, run, by("leo"))

    assert public(floor) == []
    assert await floor.draft_state(run) == "expired"


async def test_another_draft_may_be_asked_for_and_the_expired_one_stays_unsent(floor: Floor) -> None:
    first = await expired(floor)

    await say(floor.database, first, by("ann", Act.REDRAFT, words="shorter"))
    second = await floor.carried_out()

    assert (await floor.draft_state(first), await floor.draft_state(second)) == ("expired", "shown")
    assert public(floor) == []


@pytest.mark.parametrize("number", range(8))
async def test_an_approval_and_the_expiry_at_the_same_moment_are_never_both_true(floor: Floor, number: int) -> None:
    run = await waiting(floor)
    both = [say(floor.database, run, by("ann")), deadlines.expire(floor.database, run)]

    done = await asyncio.gather(*(both if number % 2 else reversed(both)), return_exceptions=True)

    refused = [one for one in done if isinstance(one, BaseException)]
    events = await floor.database.all("select 1 from event where kind = 'review'")
    if await floor.draft_state(run) == "expired":
        assert [type(one) for one in refused] == [NotNow]
        assert events == []
    else:
        assert await floor.draft_state(run) == "approved"
        assert refused == []
        assert len(events) == 1


async def test_what_was_approved_in_time_is_sent_though_the_deadline_passes_before_it_is(floor: Floor) -> None:
    run = await waiting(floor)
    await say(floor.database, run, by("ann"))

    assert await time_passes(floor, run) is None
    await floor.carried_out()

    assert len(public(floor)) == 1
    assert await floor.draft_state(run) == "sent"


async def test_an_approval_while_the_deadline_is_on_its_way_stops_its_step(floor: Floor) -> None:
    run = await waiting(floor)
    event = await time_passes(floor, run)
    assert event is not None
    await say(floor.database, run, by("ann"))
    notes = len(floor.desk.ours("7"))

    await floor.walk(event)
    assert len(floor.desk.ours("7")) == notes
    assert await floor.draft_state(run) == "approved"
    await floor.carried_out()

    assert await floor.draft_state(run) == "sent"


async def test_an_approval_right_before_the_steps_note_is_written_stops_the_expiry(floor: Floor) -> None:
    run = await waiting(floor)
    event = await time_passes(floor, run)
    assert event is not None
    held = asyncio.get_running_loop()
    said: list[asyncio.Future[Any]] = []
    floor.desk.before_write = lambda: said.append(held.create_task(say(floor.database, run, by("ann"))))

    await floor.walk(event)
    done = (await asyncio.gather(*said, return_exceptions=True))[0]

    state = await floor.draft_state(run)
    assert state == ("expired" if isinstance(done, NotNow) else "approved")


async def test_an_approval_that_could_not_be_sent_does_not_stop_the_clock_for_ever(floor: Floor) -> None:
    """The timer went off while the draft was approved, and found nobody to remind."""
    run = await waiting(floor, TWO_STEPS)
    await say(floor.database, run, by("ann"))
    assert await time_passes(floor, run) is None
    floor.desk.say("7", "And another question.")

    await floor.carried_out()

    assert await floor.draft_state(run) == "shown"
    assert await timers(floor) == [{"run_id": run, "number": 1}]
    event = await deadlines.time_is_up(floor.database, run, 1)
    assert event is not None
    await floor.walk(event)
    assert "The deadline has passed" in floor.desk.ours("7")[-1][1]


async def test_a_draft_that_waits_again_before_its_deadline_keeps_its_one_timer(floor: Floor) -> None:
    run = await waiting(floor)
    await say(floor.database, run, by("ann"))
    floor.desk.say("7", "It arrives on Friday.", AGENT)

    await floor.carried_out()

    assert await floor.draft_state(run) == "shown"
    assert await timers(floor) == [{"run_id": run, "number": 1}]
