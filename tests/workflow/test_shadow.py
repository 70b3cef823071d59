"""An account in shadow mode: the whole line runs, and not one word of it reaches the help desk."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Capability, Role
from connectors.errors import Unavailable
from gateway.store import deadlines
from gateway.workflow.review import Act, Said, Via, say
from tests.fakes import AGENT, EVERYTHING
from tests.workflow.floor import PEOPLE, REVIEW, ROUTED, SEND, Floor

WITHHOLD = "{reply: withhold, because: Nobody needs this.}"
TIMED = (
    "{escalate: {team: billing, priority: urgent, within: 1h, tags: [refund], next: [{team: leads, notify: [head]}]}, "
    "because: Billing looks.}"
)


@pytest.fixture
def shadow(floor: Floor) -> Floor:
    floor.desk.capabilities = EVERYTHING | {Capability.NATIVE_DRAFT}
    floor.set(shadow=True)
    return floor


def untouched(floor: Floor) -> bool:
    """The help desk was asked to write nothing, and has nothing of ours."""
    messages = [one for ticket in floor.desk.tickets.values() for one in ticket.messages]
    return (
        "write" not in floor.desk.calls
        and floor.desk.changes == []
        and Role.INTEGRATION not in [one.author.role for one in messages]
    )


@pytest.mark.parametrize(
    ("then", "verdict", "state"),
    [
        (REVIEW, "review", "proposed"),
        (SEND, "send", "proposed"),
        (ROUTED, "review", "proposed"),
        (TIMED, "review", "proposed"),
        (WITHHOLD, "withhold", "withheld"),
    ],
)
async def test_whatever_is_decided_is_kept_and_not_written(shadow: Floor, then: str, verdict: str, state: str) -> None:
    shadow.decide_by(then)

    run = await shadow.shown()

    assert untouched(shadow)
    assert await shadow.writes(run) == {}
    assert (await shadow.run(run))["verdict"] == verdict
    assert await shadow.only("select state, shadow, deadline from draft") == {
        "state": state, "shadow": True, "deadline": None,
    }  # fmt: skip
    assert await shadow.database.all("select 1 from procrastinate_jobs where task_name = 'deadline'") == []


async def test_its_drafts_are_compared_with_what_agents_send(shadow: Floor) -> None:
    run = await shadow.shown()
    row = await shadow.only("select c.body from draft d join content c on c.id = d.content_id")
    shadow.desk.say("7", "Sure! " + row["body"]["text"], AGENT)

    await shadow.walk(await shadow.arrive(name="e2"))

    assert await shadow.only("select run_id, kind, sent_by, estimated_ms from outcome") == {
        "run_id": run, "kind": "light_edit", "sent_by": "agent", "estimated_ms": None,
    }  # fmt: skip
    assert untouched(shadow)


@pytest.mark.parametrize("command", ["/approve", "/send Another text.", "/reject no", "/redraft shorter", "/hold",
                                     "/status", "/aprove"])  # fmt: skip
async def test_commands_are_neither_obeyed_nor_answered(shadow: Floor, command: str) -> None:
    run = await shadow.shown()

    await shadow.says(command)

    assert untouched(shadow)
    assert await shadow.draft_state(run) == "proposed"
    assert await shadow.database.all("select 1 from review") == []


async def test_a_command_on_a_draft_of_the_time_before_is_not_obeyed_either(floor: Floor) -> None:
    run = await floor.shown()
    floor.set(shadow=True)
    written = floor.desk.calls.count("write")

    await floor.says("/approve")

    assert floor.desk.calls.count("write") == written
    assert await floor.draft_state(run) == "shown"


@pytest.mark.parametrize("act", [Act.APPROVE, Act.ESCALATE])
async def test_what_a_person_asked_for_before_the_switch_is_not_carried_out(floor: Floor, act: Act) -> None:
    run = await floor.shown()
    ann = PEOPLE.by_id("ann")
    assert ann is not None
    await say(floor.database, run, Said(act, ann, Via.PAGE, team="billing"))
    floor.set(shadow=True)
    written = floor.desk.calls.count("write")

    event = await floor.carried_out()

    assert floor.desk.calls.count("write") == written
    assert floor.desk.changes == []
    assert (await floor.run(event))["state"] == "nothing"
    assert await floor.draft_state(run) == "shown"


async def test_a_reply_that_stood_in_the_ticket_before_the_switch_is_known_to_be_sent(floor: Floor) -> None:
    run = await floor.shown()
    ann = PEOPLE.by_id("ann")
    assert ann is not None
    await say(floor.database, run, Said(Act.APPROVE, ann, Via.PAGE))
    floor.desk.lost_answers = 1
    event = await floor.carried_out()
    floor.set(shadow=True)
    written = floor.desk.calls.count("write")

    await floor.walk(event)

    assert floor.desk.calls.count("write") == written
    assert await floor.draft_state(run) == "sent"
    assert (await floor.only("select kind from outcome"))["kind"] == "sent_as_is"


async def test_a_deadline_of_the_time_before_takes_no_step(floor: Floor) -> None:
    floor.decide_by(TIMED)
    run = await floor.shown()
    floor.set(shadow=True)
    written, changed = floor.desk.calls.count("write"), len(floor.desk.changes)
    await floor.database.run("update draft set deadline = %(then)s", {"then": datetime.now(UTC) - timedelta(hours=1)})

    event = await deadlines.time_is_up(floor.database, run, 1)
    assert event is not None
    await floor.walk(event)

    assert (floor.desk.calls.count("write"), len(floor.desk.changes)) == (written, changed)
    assert await floor.draft_state(run) == "expired"


async def test_a_write_that_was_intended_before_the_switch_and_never_stored_does_not_come(floor: Floor) -> None:
    floor.desk.refusals = [Unavailable("gone for a moment")]
    event = await floor.question()
    await floor.walk(event)
    assert await floor.writes(event) == {"note": "intent"}
    floor.set(shadow=True)
    written = floor.desk.calls.count("write")

    await floor.walk(event)

    assert floor.desk.calls.count("write") == written
    assert await floor.writes(event) == {"note": "dropped"}
    assert (await floor.run(event))["state"] == "done"


async def test_one_setting_turns_it_live(shadow: Floor) -> None:
    await shadow.shown()
    shadow.set(shadow=False)
    shadow.desk.say("7", "And how can I return it?")

    run = await shadow.arrive(name="e2")
    await shadow.walk(run)

    assert await shadow.draft_state(run) == "shown"
    assert await shadow.only("select shadow from draft where run_id = %(run)s", run=run) == {"shadow": False}
