"""An approval goes out once, word for word, and only if the ticket is still what it was."""

import asyncio
from dataclasses import replace

import pytest

from connectors.contract import BodyFormat, Change, Priority, Status, Visibility
from connectors.errors import Unavailable
from gateway.errors import NotAllowed, NotNow
from gateway.workflow.review import Act, Said, Via, say
from tests.fakes import AGENT
from tests.workflow.floor import PEOPLE, Floor


def by(name: str, act: Act = Act.APPROVE, **more: object) -> Said:
    person = PEOPLE.by_id(name)
    assert person is not None
    return Said(act, person, Via.PAGE, **more)  # type: ignore[arg-type]


def public(floor: Floor) -> list[str]:
    return [text for seen, text in floor.desk.ours("7") if seen is Visibility.PUBLIC]


async def test_a_lost_answer_of_an_approved_reply_is_found_and_not_sent_twice(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann"))
    floor.desk.lost_answers = 1

    event = await floor.carried_out()
    await floor.walk(event)

    assert len(public(floor)) == 1
    assert await floor.draft_state(run) == "sent"
    assert (await floor.run(event))["state"] == "done"


async def test_a_reply_that_was_never_stored_is_written_by_the_next_try(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann"))
    floor.desk.refusals = [Unavailable("gone for a moment")]

    event = await floor.carried_out()
    await floor.walk(event)

    assert len(public(floor)) == 1
    assert await floor.draft_state(run) == "sent"


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("requester", "the requester has written again"),
        ("agent", "somebody has answered the requester"),
        ("solved", "the ticket is solved"),
    ],
)
async def test_a_ticket_that_went_on_gets_nothing_and_the_draft_waits_with_what_changed(
    floor: Floor, what: str, told: str
) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann"))
    if what == "requester":
        floor.desk.say("7", "Forget it, it arrived.")
    elif what == "agent":
        floor.desk.say("7", "It arrives on Friday.", AGENT)
    else:
        floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], status=Status.SOLVED, version="99")

    event = await floor.carried_out()

    assert public(floor) == []
    assert await floor.draft_state(run) == "shown"
    assert told in (await floor.run(event))["reason"]
    last = await floor.only("select act, detail from review order by id desc limit 1")
    assert (last["act"], last["detail"]["changed"]) == ("reopen", [told])


async def test_what_changes_between_reading_and_writing_stops_the_reply_too(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann"))
    floor.desk.before_write = lambda: floor.desk.say("7", "Wait!") and None

    await floor.carried_out()

    assert public(floor) == []
    assert await floor.draft_state(run) == "shown"
    assert await floor.writes(await floor.last_event()) == {"reply": "dropped"}


async def test_a_note_or_a_tag_in_between_does_not_stop_it(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann"))
    floor.desk.say("7", "I think this is fine.", AGENT, Visibility.INTERNAL)
    floor.desk.before_write = lambda: floor.desk.touch("7")

    await floor.carried_out()

    assert len(public(floor)) == 1
    assert await floor.draft_state(run) == "sent"


async def test_one_who_approved_in_the_ticket_is_told_there_that_it_was_not_sent(floor: Floor) -> None:
    run = await floor.shown()
    await floor.says("/approve")
    floor.desk.say("7", "And another question.")

    await floor.carried_out()

    assert "Not sent, because the requester has written again" in floor.desk.ours("7")[-1][1]
    assert await floor.draft_state(run) == "shown"


async def test_a_reopened_draft_needs_its_approval_again(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann"))
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], status=Status.SOLVED, version="99")
    await floor.carried_out()
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], status=Status.OPEN, version="100")

    await say(floor.database, run, by("ann"))
    await floor.carried_out()

    assert len(public(floor)) == 1


async def test_an_old_approval_that_is_walked_again_sends_nothing_after_a_newer_one(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann", text="The old text."))
    old = await floor.last_event()
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], status=Status.SOLVED, version="99")
    await floor.walk(old)
    floor.desk.tickets["7"] = replace(floor.desk.tickets["7"], status=Status.OPEN, version="100")
    await say(floor.database, run, by("lea", text="The new text."))
    await floor.database.run("update event set state = 'waiting' where id = %(e)s", {"e": old})
    await floor.database.run("update run set state = 'walking' where id = %(e)s", {"e": old})
    await floor.database.run("delete from step where run_id = %(e)s", {"e": old})
    await floor.database.run("delete from write_back where run_id = %(e)s", {"e": old})
    again = {"e": old}
    await floor.database.run(
        "update procrastinate_jobs set status = 'todo' where (args->>'event_id')::bigint = %(e)s", again
    )

    await floor.walk(old)
    assert public(floor) == []
    await floor.carried_out()

    assert public(floor) == ["The new text."]


async def test_of_two_who_click_at_once_one_wins_and_the_other_is_told_who(floor: Floor) -> None:
    run = await floor.shown()

    done = await asyncio.gather(
        say(floor.database, run, by("ann")), say(floor.database, run, by("lea")), return_exceptions=True
    )

    (refused,) = [one for one in done if isinstance(one, BaseException)]
    assert isinstance(refused, NotNow)
    assert "has approved this draft already" in str(refused)
    assert len(await floor.database.all("select 1 from event where kind = 'review'")) == 1


async def test_an_approval_of_a_text_that_was_edited_meanwhile_is_refused(floor: Floor) -> None:
    floor.decide_by("{reply: review, approvers: {group: leads, count: 2}, because: Two look.}")
    run = await floor.shown()
    seen = (await floor.only("select text_hash from draft"))["text_hash"]
    await say(floor.database, run, by("lea", text="Another text."))

    with pytest.raises(NotNow, match="edited this draft meanwhile"):
        await say(floor.database, run, by("leo", seen=seen))


@pytest.mark.parametrize("act", [Act.APPROVE, Act.HOLD, Act.REJECT, Act.ESCALATE])
async def test_an_ended_draft_takes_no_more_acts(floor: Floor, act: Act) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann", Act.REJECT, words="no"))

    with pytest.raises(NotNow, match="was rejected by ann"):
        await say(floor.database, run, by("lea", act))


SOURCES = "{reply: review, approvers: {group: leads, open_sources: true}, because: Read them.}"


@pytest.mark.parametrize("opened", [0, None])
async def test_a_rule_may_want_the_sources_opened_before_an_approval_on_the_page(
    floor: Floor, opened: int | None
) -> None:
    floor.decide_by(SOURCES)
    run = await floor.shown()

    with pytest.raises(NotNow, match="look at the sources first"):
        await say(floor.database, run, by("lea", sources_opened=opened))
    assert await floor.draft_state(run) == "shown"

    await say(floor.database, run, by("lea", sources_opened=1))
    assert await floor.draft_state(run) == "approved"


async def test_a_draft_without_sources_has_none_to_open(floor: Floor) -> None:
    floor.decide_by(SOURCES)
    run = await floor.shown()
    await floor.database.run("""update step set data = data || '{"cited": []}' where name = 'draft'""")

    await say(floor.database, run, by("lea", sources_opened=0))

    assert await floor.draft_state(run) == "approved"


async def test_what_was_read_in_the_help_desk_nobody_can_tell(floor: Floor) -> None:
    floor.decide_by(SOURCES)
    run = await floor.shown()

    await say(floor.database, run, replace(by("lea"), via=Via.NOTE))

    assert await floor.draft_state(run) == "approved"


async def test_times_and_counts_of_a_page_are_bounded(floor: Floor) -> None:
    run = await floor.shown()

    await say(floor.database, run, by("ann", reading_ms=10**15, sources_opened=-3))

    kept = await floor.only("select reading_ms, sources_opened, detail from review")
    assert (kept["reading_ms"], kept["sources_opened"]) == (30 * 60_000, 0)
    assert kept["detail"]["words"] > 10


async def test_somebody_without_the_right_may_not_act(floor: Floor) -> None:
    run = await floor.shown()
    watcher = replace(by("ann").who, rights=frozenset())
    elsewhere = replace(by("ann").who, accounts=frozenset({"other"}))

    for who in (watcher, elsewhere):
        with pytest.raises(NotAllowed):
            await say(floor.database, run, replace(by("ann"), who=who))


async def test_markup_and_template_syntax_in_an_edit_stay_words(floor: Floor) -> None:
    floor.desk.body_format = BodyFormat.HTML  # type: ignore[misc]
    run = await floor.shown()

    await say(floor.database, run, by("ann", text="<script>alert(1)</script> {{ticket.id}} & more"))
    await floor.carried_out()

    assert public(floor) == ["<p>&lt;script&gt;alert(1)&lt;/script&gt; {{ticket.id}} &amp; more</p>"]


async def test_an_escalation_moves_the_ticket_and_says_why_in_a_note(floor: Floor) -> None:
    run = await floor.shown()
    said = replace(by("ann", Act.ESCALATE, words="She is upset."), team="billing", priority="high")
    await say(floor.database, run, said)

    await floor.carried_out()

    assert floor.desk.changes[-1] == Change(team="billing", priority=Priority.HIGH)
    assert "She is upset." in floor.desk.ours("7")[-1][1]
    assert await floor.draft_state(run) == "shown"


async def test_other_words_in_the_ticket_than_those_that_were_sent_are_noticed(floor: Floor) -> None:
    run = await floor.shown()
    await say(floor.database, run, by("ann", text="Exactly this."))
    store = floor.desk._store
    floor.desk._store = lambda *given: replace_words(floor, store(*given))  # type: ignore[method-assign]

    event = await floor.carried_out()

    row = await floor.only("select detail from write_back where run_id = %(e)s", e=event)
    assert row["detail"] == "the help desk shows other words than those that were sent"


def replace_words(floor: Floor, message):  # type: ignore[no-untyped-def]
    """A desk that changes what it is given."""
    ticket = floor.desk.tickets["7"]
    changed = replace(message, body=message.body + " Buy now!")
    floor.desk.tickets["7"] = replace(ticket, messages=(*ticket.messages[:-1], changed))
    return changed
