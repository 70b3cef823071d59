"""What people did with a draft, and what came after it."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Capability, Visibility
from gateway.workflow.review import Act, Said, Via, say
from tests.fakes import AGENT, EVERYTHING, OURSELVES
from tests.workflow.floor import PEOPLE, SEND, Floor


async def outcomes(floor: Floor) -> list[tuple[str, str]]:
    rows = await floor.database.all("select kind, message_id from outcome order by run_id")
    return [(row["kind"], row["message_id"]) for row in rows]


async def test_the_agents_first_public_word_after_the_question_closes_the_draft(floor: Floor) -> None:
    await floor.walk(await floor.question())
    floor.desk.say("7", "I look into it.", AGENT, Visibility.INTERNAL)
    reply = floor.desk.say("7", "It comes tomorrow.", AGENT)
    floor.desk.say("7", "Anything else?", AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    assert await outcomes(floor) == [("not_used", reply)]
    assert (await floor.only("select state from draft"))["state"] == "closed"


async def test_what_we_wrote_ourselves_is_no_outcome(floor: Floor) -> None:
    await floor.walk(await floor.question())
    floor.desk.say("7", "An automatic answer.", OURSELVES)

    await floor.walk(await floor.arrive(name="e2"))

    assert await outcomes(floor) == []


async def test_a_draft_that_was_copied_into_the_reply_was_sent_as_it_is(floor: Floor) -> None:
    event = await floor.question()
    await floor.walk(event)
    row = await floor.only("select c.body from draft d join content c on c.id = d.content_id")
    floor.desk.say("7", row["body"]["text"], AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    assert [kind for kind, _ in await outcomes(floor)] == ["sent_as_is"]


async def test_a_draft_in_the_composer_that_an_agent_sends_under_its_id_is_compared(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING | {Capability.NATIVE_DRAFT}
    run = await floor.shown()
    ticket = floor.desk.tickets["7"]
    sent = [
        replace(message, author=AGENT, visibility=Visibility.PUBLIC)
        if message.visibility is Visibility.DRAFT
        else message
        for message in ticket.messages
    ]
    floor.desk.tickets["7"] = replace(ticket, messages=tuple(sent), version="99")

    await floor.walk(await floor.arrive(name="e2"))

    assert [kind for kind, _ in await outcomes(floor)] == ["sent_as_is"]
    assert await floor.draft_state(run) == "closed"


async def test_what_was_changed_is_kept_without_a_value_of_the_ticket_or_of_the_agent(floor: Floor) -> None:
    await floor.walk(await floor.question("I am Marta Kowalska, marta@example.com. When does my parcel arrive?"))
    row = await floor.only("select c.body from draft d join content c on c.id = d.content_id")
    floor.desk.say("7", f"Dear Marta Kowalska! {row['body']['text']} Call +49 30 901820. Emma", AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    kept = await floor.only(
        "select c.body, o.kept, o.sent_by, o.groups from outcome o join content c on c.id = o.content_id"
    )
    told = str(kept["body"])
    assert "Dear <PERSON_1>" in told
    assert not [value for value in ("Marta", "Kowalska", "901820", "Emma") if value in told]
    assert (kept["kept"], kept["sent_by"], kept["groups"]) == (1.0, "agent", [])


async def test_the_reading_of_a_draft_that_was_used_without_a_page_is_estimated(floor: Floor) -> None:
    await floor.walk(await floor.question())
    row = await floor.only("select c.body from draft d join content c on c.id = d.content_id")
    floor.desk.say("7", row["body"]["text"], AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    words = len(row["body"]["text"].split())
    assert (await floor.only("select estimated_ms from outcome"))["estimated_ms"] == round(words / 240 * 60_000)


@pytest.mark.parametrize(("measured", "estimated"), [(4_200, False), (None, True)])
async def test_a_measured_time_needs_no_estimate(floor: Floor, measured: int | None, estimated: bool) -> None:
    run = await floor.shown()
    ann = PEOPLE.by_id("ann")
    assert ann is not None
    await say(floor.database, run, Said(Act.APPROVE, ann, Via.PAGE, reading_ms=measured))

    await floor.carried_out()

    found = await floor.only("select estimated_ms, sent_by, groups from outcome")
    assert (found["estimated_ms"] is not None) == estimated
    assert (found["sent_by"], found["groups"]) == ("approval", ["care"])


async def test_an_edit_before_the_approval_is_kept_as_it_was_changed(floor: Floor) -> None:
    run = await floor.shown()
    row = await floor.only("select c.body from draft d join content c on c.id = d.content_id")
    ann = PEOPLE.by_id("ann")
    assert ann is not None
    text = row["body"]["text"] + " Sorry, Marta Kowalska."
    await say(floor.database, run, Said(Act.APPROVE, ann, Via.PAGE, text=text))

    await floor.carried_out()

    kept = await floor.only("select o.kind, c.body from outcome o join content c on c.id = o.content_id")
    assert kept["kind"] == "light_edit"
    (change,) = kept["body"]["changes"]
    assert change["removed"] == ""
    assert re.fullmatch(r"Sorry, <PERSON_\d>\.", change["added"])


async def test_why_a_draft_was_rejected_is_kept_in_words_that_may_be_learnt_from(floor: Floor) -> None:
    run = await floor.shown()

    await floor.says("/reject Marta Kowalska asked for a refund")

    row = await floor.only("select c.body from review v join content c on c.id = v.content_id")
    assert row["body"] == {
        "words": "Marta Kowalska asked for a refund",
        "masked": "<PERSON_1> asked for a refund",
    }
    assert await floor.draft_state(run) == "rejected"


async def test_what_an_agent_wrote_in_place_of_a_rejected_draft_is_compared_with_it(floor: Floor) -> None:
    run = await floor.shown()
    await floor.says("/reject no")
    reply = floor.desk.say("7", "It comes tomorrow.", AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    assert await outcomes(floor) == [("not_used", reply)]
    assert await floor.draft_state(run) == "rejected"


async def after_a_reply(floor: Floor) -> None:
    """Ann's approved reply stands in the ticket."""
    await floor.shown()
    await floor.says("/approve")
    await floor.carried_out()


async def followed(floor: Floor) -> tuple[bool, bool]:
    """(reopened, answered again)"""
    row = await floor.only("select reopened_at, answered_again_at from outcome where sent_by = 'approval'")
    return row["reopened_at"] is not None, row["answered_again_at"] is not None


async def test_a_requester_who_writes_again_reopens_and_an_agent_answers_again(floor: Floor) -> None:
    await after_a_reply(floor)
    await floor.walk(await floor.arrive(name="nothing new"))
    assert await followed(floor) == (False, False)

    floor.desk.say("7", "I still wait for it.")
    await floor.walk(await floor.arrive(name="again"))
    assert await followed(floor) == (True, False)

    floor.desk.say("7", "An internal word.", AGENT, Visibility.INTERNAL)
    floor.desk.say("7", "It comes tomorrow.", AGENT)
    await floor.walk(await floor.arrive(name="and again"))

    assert await followed(floor) == (True, True)


async def test_what_comes_after_the_declared_time_does_not_count(floor: Floor) -> None:
    await after_a_reply(floor)
    await floor.database.run("update outcome set watched_until = now() - interval '1 hour'")
    floor.desk.say("7", "Something else, months later.")

    await floor.walk(await floor.arrive(name="much later"))

    assert await followed(floor) == (False, False)


async def test_how_long_a_reply_is_watched_is_the_accounts_own_setting(floor: Floor) -> None:
    floor.set(reopened_within=timedelta(hours=2))
    await after_a_reply(floor)

    until = (await floor.only("select watched_until from outcome"))["watched_until"]
    assert timedelta(minutes=110) < until - datetime.now(UTC) <= timedelta(hours=2)


async def test_a_reply_that_a_policy_sent_has_an_outcome_and_can_be_reopened(floor: Floor) -> None:
    floor.decide_by(SEND)
    run = await floor.shown()
    assert (await floor.only("select kind, sent_by, estimated_ms from outcome")) == {
        "kind": "sent_as_is", "sent_by": "policy", "estimated_ms": None,
    }  # fmt: skip
    assert await floor.draft_state(run) == "sent"

    floor.desk.say("7", "That does not help.")
    await floor.walk(await floor.arrive(name="again"))

    row = await floor.only("select reopened_at from outcome where run_id = %(run)s", run=run)
    assert row["reopened_at"] is not None


async def test_a_reply_of_a_policy_whose_answer_was_lost_has_its_outcome_from_the_next_try(floor: Floor) -> None:
    floor.decide_by(SEND)
    floor.desk.lost_answers = 1
    event = await floor.question()

    await floor.walk(event)
    assert await floor.database.all("select 1 from outcome") == []
    await floor.walk(event)

    assert (await floor.only("select sent_by from outcome"))["sent_by"] == "policy"


async def test_once_erased_nobody_knows_how_much_was_kept(floor: Floor) -> None:
    await floor.walk(await floor.question())
    await floor.database.run("update content set body = null where id = (select content_id from draft)")
    floor.desk.say("7", "It comes tomorrow.", AGENT)

    await floor.walk(await floor.arrive(name="e2"))

    assert await floor.only("select similarity, kept, content_id from outcome") == {
        "similarity": None, "kept": None, "content_id": None,
    }  # fmt: skip
