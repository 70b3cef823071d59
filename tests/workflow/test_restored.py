"""A copy that was put in place of a database: what stands in the ticket already is not written again."""

from datetime import UTC, datetime

from pydantic import SecretStr

from connectors.contract import Visibility
from gateway.models import Candidate, Route
from gateway.store.asked import ask_for
from gateway.store.deadlines import time_is_up
from gateway.store.intake import Arrival, accept
from gateway.store.pauses import ALL, resume
from gateway.store.restores import mark_restored
from gateway.workflow.review import Act, Said, Via, say
from tests.fakes import AGENT, OURSELVES
from tests.workflow.floor import OFFLINE, PEOPLE, QUESTION, Floor

OLD_NOTE = "Suggested reply: it arrives within three working days. cs-ofanotherlifeyx"


async def restored(floor: Floor) -> None:
    """From here on the database is a copy that knows nothing of what we wrote since its last entry."""
    await mark_restored(floor.database, by="tests")
    await resume(floor.database, ALL, by="tests")


async def changed(floor: Floor, name: str = "changed") -> int:
    """A webhook says that something about the ticket is different; returns the event, which was walked."""
    arrival = Arrival(name, "ticket_changed", "7", None, None, None, datetime.now(UTC), supersedes=False)
    assert await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC)) == 1
    event = await floor.last_event()
    await floor.walk(event)
    return event


def approval() -> Said:
    ann = PEOPLE.by_id("ann")
    assert ann is not None
    return Said(Act.APPROVE, ann, Via.PAGE)


async def test_a_question_that_was_answered_in_the_lost_time_is_left_alone_without_asking_a_model(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.say("7", OLD_NOTE, OURSELVES, Visibility.INTERNAL)
    await restored(floor)

    await floor.walk(event)

    run = await floor.run(event)
    assert run["state"] == "nothing"
    assert "written before the restored copy" in run["reason"]
    assert len(floor.desk.ours("7")) == 1
    assert await floor.database.all("select 1 from attempt") == []


async def test_without_a_restore_an_unknown_entry_of_ours_keeps_nothing_back(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.say("7", OLD_NOTE, OURSELVES, Visibility.INTERNAL)

    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 2


async def test_a_ticket_that_an_admin_asks_for_is_left_alone_too_and_a_new_question_in_it_is_answered(
    floor: Floor,
) -> None:
    floor.desk.open("7", QUESTION)
    floor.desk.say("7", OLD_NOTE, OURSELVES, Visibility.INTERNAL)
    await restored(floor)
    (asked,) = await ask_for(floor.database, "acme", ["7"])
    await floor.walk(asked)
    assert len(floor.desk.ours("7")) == 1

    floor.desk.say("7", f"{QUESTION} Please.")
    await floor.walk(await floor.arrive())

    assert len(floor.desk.ours("7")) == 2


async def test_a_run_that_was_begun_before_the_backup_looks_at_the_ticket_as_it_is_now(floor: Floor) -> None:
    """It has kept the ticket from before, in which nothing of ours stands."""
    nobody = Candidate("openai/stub-good", "http://127.0.0.1:9/v1", SecretStr("none"), timeout_s=1.0, retries=0)
    floor.ask(Route("default", (nobody,)))
    event = await floor.question()
    await floor.walk(event)
    assert await floor.only("select name from step where name = 'context'")
    floor.ask(OFFLINE)
    floor.desk.say("7", OLD_NOTE, OURSELVES, Visibility.INTERNAL)
    await restored(floor)

    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1


async def test_what_the_copy_knows_is_no_reason_to_stop(floor: Floor) -> None:
    run = await floor.shown()
    await restored(floor)
    await say(floor.database, run, approval())

    await floor.carried_out()

    assert await floor.draft_state(run) == "sent"


async def test_a_reply_that_was_approved_and_sent_in_the_lost_time_is_found_by_its_words(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, approval())
    content = await floor.only("select c.body from draft d join content c on c.id = d.content_id")
    floor.desk.say("7", content["body"]["text"], OURSELVES, Visibility.PUBLIC)
    await restored(floor)

    event = await floor.carried_out()

    assert [seen for seen, _ in floor.desk.ours("7")].count(Visibility.PUBLIC) == 1
    assert await floor.draft_state(run) == "sent"
    assert await floor.writes(event) == {"reply": "written"}


async def test_a_draft_whose_reply_went_out_in_the_lost_time_waits_no_longer(floor: Floor) -> None:
    run = await floor.shown()
    floor.desk.say("7", "It arrives on Friday.", OURSELVES, Visibility.PUBLIC)
    await restored(floor)

    await changed(floor)

    assert await floor.draft_state(run) == "closed"


async def test_a_command_that_was_obeyed_in_the_lost_time_is_not_obeyed_again(floor: Floor) -> None:
    await floor.shown()
    floor.desk.say("7", "/status", AGENT, Visibility.INTERNAL)
    floor.desk.say("7", "/status: this draft is shown.", OURSELVES, Visibility.INTERNAL)
    await restored(floor)

    await changed(floor)

    assert len(floor.desk.ours("7")) == 2


async def test_an_approval_below_a_note_that_nobody_knows_never_sends_an_older_draft(floor: Floor) -> None:
    run = await floor.shown()
    floor.desk.say("7", f"{QUESTION} Please.")
    floor.desk.say("7", OLD_NOTE, OURSELVES, Visibility.INTERNAL)
    await restored(floor)

    await floor.says("/approve")

    assert await floor.draft_state(run) == "shown"
    assert "there is no draft above this note" in floor.desk.ours("7")[-1][1]


async def test_a_deadline_that_may_have_been_told_in_the_lost_time_is_left_to_a_person(floor: Floor) -> None:
    floor.decide_by("{reply: review, escalate: {team: billing, within: 1h}, because: Billing looks.}")
    run = await floor.shown()
    floor.desk.say("7", "Nobody met the deadline.", OURSELVES, Visibility.INTERNAL)
    await restored(floor)
    event = await time_is_up(floor.database, run, 1)
    assert event is not None

    await floor.walk(event)

    assert (await floor.run(event))["state"] == "uncertain"
    assert len(floor.desk.ours("7")) == 2


async def test_numbers_that_were_given_in_the_lost_time_are_never_given_again(floor: Floor) -> None:
    before = await floor.shown()

    await restored(floor)

    assert await changed(floor) > before + 1_000_000
