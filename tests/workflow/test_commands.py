"""What agents write into notes of a ticket to say what becomes of a draft."""

from datetime import UTC, datetime

import pytest

from connectors.contract import BodyFormat, Capability, Message, Person, Role, Visibility
from gateway.workflow.commands import command_in
from tests.fakes import AGENT, EVERYTHING, REQUESTER
from tests.workflow.floor import Floor

NOW = datetime.now(UTC)
LEAD = Person("lead-1", Role.AGENT, "Lea Lead")
OTHER_LEAD = Person("lead-2", Role.AGENT, "Leo Lead")
TWO_LEADS = "{reply: review, approvers: {group: leads, count: 2}, because: Two leads look.}"
ONE_LEAD = "{reply: review, approvers: {group: leads}, because: A lead looks.}"


def note(body: str, format: BodyFormat = BodyFormat.TEXT, author: Person = AGENT) -> Message:
    return Message("n", author, Visibility.INTERNAL, body, format, NOW)


async def test_an_approval_in_a_note_sends_the_draft_and_nothing_else(floor: Floor) -> None:
    run = await floor.shown()

    await floor.says("/approve")
    assert await floor.draft_state(run) == "approved"
    assert Visibility.PUBLIC not in [seen for seen, _ in floor.desk.ours("7")]
    sent = await floor.carried_out()

    draft = await floor.only("select c.body->>'text' as text from draft d join content c on c.id = d.content_id")
    assert [text for seen, text in floor.desk.ours("7") if seen is Visibility.PUBLIC] == [draft["text"]]
    assert await floor.draft_state(run) == "sent"
    assert len(floor.desk.ours("7")) == 2  # the note with the draft, and the reply: an approval needs no answer
    assert (await floor.only("select kind from outcome where run_id = %(r)s", r=run))["kind"] == "sent_as_is"
    assert "approved by acme:a1" in (await floor.run(sent))["reason"]


async def test_the_same_note_acts_once_however_often_its_ticket_is_walked(floor: Floor) -> None:
    await floor.shown()
    event = await floor.says("/reject not what she asked")

    await floor.walk(await floor.arrive(name="something else"))

    assert len(await floor.database.all("select 1 from review")) == 1
    answers = [text for _, text in floor.desk.ours("7") if "Rejected" in text]
    assert len(answers) == 1
    assert await floor.writes(event) == {"answer": "written"}


async def test_send_sends_the_text_below_it_word_for_word(floor: Floor) -> None:
    run = await floor.shown()

    await floor.says("/send\nDear Marta,\n\nit comes on Friday.\n-- \nEmma")
    await floor.carried_out()

    assert (Visibility.PUBLIC, "Dear Marta,\n\nit comes on Friday.\n--\nEmma") in floor.desk.ours("7")
    outcome = await floor.only("select kind, similarity from outcome where run_id = %(r)s", r=run)
    assert outcome["kind"] == "not_used"
    assert outcome["similarity"] < 0.5


async def test_a_redraft_makes_another_draft_that_takes_the_place_of_the_first(floor: Floor) -> None:
    first = await floor.shown()

    await floor.says("/redraft shorter, please")
    second = await floor.carried_out()

    assert (await floor.draft_state(first), await floor.draft_state(second)) == ("superseded", "shown")
    assert "what was asked to be different was not heeded" in floor.desk.ours("7")[-1][1]
    await floor.says("/approve")
    await floor.carried_out()
    assert await floor.draft_state(second) == "sent"


async def test_a_command_speaks_of_the_draft_above_it(floor: Floor) -> None:
    first = await floor.shown()
    floor.desk.say("7", "/reject old", AGENT, Visibility.INTERNAL)
    floor.desk.say("7", "And one more thing: what does it cost?")
    second = await floor.arrive(name="again")

    await floor.walk(second)  # the note's own webhook was lost

    assert await floor.draft_state(first) == "rejected"
    assert await floor.draft_state(second) == "shown"


async def test_one_who_is_not_in_the_group_is_told_so_and_nothing_is_sent(floor: Floor) -> None:
    floor.decide_by(ONE_LEAD)
    run = await floor.shown()

    await floor.says("/approve")

    assert await floor.draft_state(run) == "shown"
    assert "waits for leads, and you are not in there" in floor.desk.ours("7")[-1][1]
    await floor.says("/approve", LEAD)
    assert await floor.draft_state(run) == "approved"


async def test_two_approvals_are_of_two_people_and_of_one_text(floor: Floor) -> None:
    floor.decide_by(TWO_LEADS)
    run = await floor.shown()

    await floor.says("/approve", LEAD)
    assert "It still needs 1 approval of leads" in floor.desk.ours("7")[-1][1]
    await floor.says("/approve", LEAD)
    assert "you have approved this draft already" in floor.desk.ours("7")[-1][1]
    await floor.says("/send Another text.", OTHER_LEAD)
    assert "It still needs 1 approval of leads" in floor.desk.ours("7")[-1][1]
    assert await floor.draft_state(run) == "shown"

    await floor.says("/approve", LEAD)
    await floor.carried_out()

    assert (Visibility.PUBLIC, "Another text.") in floor.desk.ours("7")


async def test_four_eyes_do_not_count_the_author_of_an_edit(floor: Floor) -> None:
    floor.decide_by("{reply: review, approvers: {group: leads, four_eyes: true}, because: Not your own.}")
    run = await floor.shown()

    await floor.says("/send My own text.", LEAD)
    assert await floor.draft_state(run) == "shown"
    await floor.says("/approve", OTHER_LEAD)

    assert await floor.draft_state(run) == "approved"


async def test_held_says_so_and_can_still_be_approved(floor: Floor) -> None:
    run = await floor.shown()

    await floor.says("/hold")
    assert await floor.draft_state(run) == "held"
    await floor.says("/status")
    assert "this draft is held; it needs 1 approval" in floor.desk.ours("7")[-1][1]
    await floor.says("/approve")
    await floor.carried_out()

    assert await floor.draft_state(run) == "sent"


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/aprove", "Did you mean /approve?"),
        ("/send", "needs the text that is to be sent"),
        ("/redraft", "needs what should be different"),
        ("/send Dear <PERSON_1>,", "<PERSON_1>"),
    ],
)
async def test_a_wrong_command_is_answered_once_and_does_nothing(floor: Floor, command: str, answer: str) -> None:
    run = await floor.shown()

    await floor.says(command)
    await floor.walk(await floor.arrive(name="later"))

    answers = [text for _, text in floor.desk.ours("7")[1:]]
    assert len(answers) == 1
    assert answer in answers[0]
    assert await floor.draft_state(run) == "shown"


async def test_an_answer_that_was_lost_is_found_again_and_not_given_twice(floor: Floor) -> None:
    await floor.shown()
    floor.desk.lost_answers = 1

    event = await floor.says("/reject no")
    assert await floor.writes(event) == {"answer": "intent"}
    await floor.walk(event)

    assert await floor.writes(event) == {"answer": "written"}
    assert len(floor.desk.ours("7")) == 2


async def test_nobody_but_an_agent_commands_and_only_in_an_internal_note(floor: Floor) -> None:
    run = await floor.shown()
    floor.desk.say("7", "/approve", REQUESTER, Visibility.INTERNAL)
    floor.desk.say("7", "/approve", AGENT, Visibility.PUBLIC)

    await floor.walk(await floor.arrive(name="both"))

    assert await floor.draft_state(run) not in ("approved", "sent")
    assert not await floor.database.all("select 1 from review")


async def test_a_desk_without_notes_is_left_alone(floor: Floor) -> None:
    await floor.shown()
    floor.desk.capabilities = EVERYTHING - {Capability.INTERNAL_NOTE}

    await floor.says("/approve")

    assert not await floor.database.all("select 1 from review")


@pytest.mark.parametrize(
    ("body", "format", "word", "text"),
    [
        ("/approve", BodyFormat.TEXT, "approve", ""),
        ("  /Reject wrong price ", BodyFormat.TEXT, "reject", "wrong price"),
        ("/send Hi\n\n> quoted\nBye", BodyFormat.TEXT, "send", "Hi\n\n> quoted\nBye"),
        ("<p>/redraft shorter</p><p>and <b>kinder</b></p>", BodyFormat.HTML, "redraft", "shorter\n\nand kinder"),
    ],
)
def test_a_command_is_read_as_it_was_typed(body: str, format: BodyFormat, word: str, text: str) -> None:
    found = command_in(note(body, format))

    assert found is not None
    assert (found.word, found.text.strip("\n")) == (word, text)


@pytest.mark.parametrize("body", ["approve", "please /approve", "/usr/bin/env is broken", "", "/"])
def test_a_note_that_only_looks_like_a_command_is_none(body: str) -> None:
    assert command_in(note(body)) is None
