"""Into the ticket once and never twice, on help desks that lack what would make it easy."""

from datetime import timedelta

from connectors.contract import Capability, Visibility, text_hash
from connectors.errors import DraftInTheWay, Unavailable, WriteConflict
from tests.fakes import AGENT, EVERYTHING
from tests.workflow.floor import ROUTED, SEND, Floor


async def test_a_note_is_written_once_with_its_receipt(floor: Floor) -> None:
    event = await floor.question()

    assert await floor.walk(event) is None

    ((visibility, note),) = floor.desk.ours("7")
    assert visibility is Visibility.INTERNAL
    assert "three working days" in note
    row = await floor.only("select * from write_back")
    assert (row["state"], row["entry_id"], row["version_after"]) == ("written", "7-2", "3")
    assert (await floor.only("select state from draft"))["state"] == "shown"


async def test_a_lost_answer_is_found_by_its_mark_and_not_written_again(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.lost_answers = 1

    assert await floor.walk(event) is not None
    assert await floor.writes(event) == {"note": "intent"}
    assert await floor.walk(event) is None

    assert len(floor.desk.ours("7")) == 1
    assert await floor.writes(event) == {"note": "written"}
    assert (await floor.run(event))["state"] == "done"
    assert floor.desk.calls.count("write") == 1


async def test_a_write_that_was_never_stored_is_made_by_the_next_try(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.refusals = [Unavailable("gone for a moment")]

    assert await floor.walk(event) is not None
    assert await floor.walk(event) is None

    assert len(floor.desk.ours("7")) == 1
    assert floor.desk.calls.count("find_mark") == 1


async def test_a_desk_whose_search_lags_is_waited_for_before_anything_is_written_again(floor: Floor) -> None:
    floor.desk.search_lag = timedelta(seconds=3)
    event = await floor.question()
    floor.desk.lost_answers = 1
    await floor.walk(event)

    delay = await floor.walk(event)

    assert delay is not None
    assert 1 < delay <= 3
    assert floor.desk.calls.count("write") == 1
    floor.desk.search_lag = timedelta(0)
    await floor.walk(event)
    assert len(floor.desk.ours("7")) == 1


async def test_a_desk_that_cannot_tell_leaves_a_lost_answer_to_a_person_for_good(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.MARKS}
    event = await floor.question()
    floor.desk.lost_answers = 1
    await floor.walk(event)

    assert await floor.walk(event) is None

    run = await floor.run(event)
    assert (run["state"], run["verdict"]) == ("uncertain", "review")
    assert "look into the ticket" in run["reason"]
    assert await floor.writes(event) == {"note": "uncertain"}
    assert (await floor.only("select state from draft"))["state"] == "uncertain"
    assert floor.desk.calls.count("write") == 1
    assert (await floor.only("select state from event"))["state"] == "done"


async def test_a_desk_that_cannot_tell_and_answers_is_written_to_like_any_other(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.MARKS}
    event = await floor.question()

    await floor.walk(event)

    assert await floor.writes(event) == {"note": "written"}


async def test_a_note_that_came_back_visible_to_the_requester_is_said_and_nothing_else_is_written(
    floor: Floor,
) -> None:
    floor.desk.misread = Visibility.PUBLIC
    event = await floor.question()

    await floor.walk(event)

    run = await floor.run(event)
    assert run["state"] == "uncertain"
    assert "as public" in run["reason"]
    assert await floor.writes(event) == {"note": "uncertain"}


async def test_a_conflict_over_something_else_is_read_again_and_the_note_still_written(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.before_write = lambda: floor.desk.touch("7")

    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1
    assert floor.desk.calls.count("write") == 2


async def test_a_conflict_that_never_ends_is_tried_again_later(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.refusals = [WriteConflict("changed"), WriteConflict("changed")]

    assert await floor.walk(event) is not None
    assert await floor.walk(event) is None

    assert len(floor.desk.ours("7")) == 1


async def test_a_newer_question_makes_the_draft_worthless_and_is_walked_even_if_no_webhook_tells(
    floor: Floor,
) -> None:
    event = await floor.question()
    floor.desk.before_write = lambda: floor.desk.say("7", "And how do I return it?") and None

    await floor.walk(event)

    assert (await floor.run(event))["state"] == "superseded"
    assert floor.desk.ours("7") == []
    assert await floor.writes(event) == {"note": "dropped"}
    newest = await floor.only("select * from event where id > %(event)s", event=event)
    assert newest["state"] == "waiting"


async def test_a_ticket_that_is_deleted_before_the_write_ends_quietly(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.before_write = lambda: floor.desk.tickets.pop("7") and None

    await floor.walk(event)

    assert (await floor.run(event))["state"] == "nothing"
    assert await floor.writes(event) == {"note": "dropped"}


async def test_send_goes_out_as_a_public_reply_without_a_mark_in_it(floor: Floor) -> None:
    floor.decide_by(SEND)
    event = await floor.question()

    await floor.walk(event)

    ((visibility, reply),) = floor.desk.ours("7")
    assert visibility is Visibility.PUBLIC
    assert "cs-" not in reply
    assert "[1]" not in reply
    assert (await floor.only("select state from draft"))["state"] == "sent"


async def test_a_reply_is_never_sent_to_a_ticket_that_has_changed(floor: Floor) -> None:
    floor.decide_by(SEND)
    event = await floor.question()
    floor.desk.before_write = lambda: floor.desk.touch("7")

    await floor.walk(event)

    assert floor.desk.ours("7") == []
    assert (await floor.run(event))["state"] == "superseded"


async def test_send_is_lowered_to_review_where_the_desk_cannot_refuse_a_stale_write(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.CONDITIONAL_WRITE}
    floor.decide_by(SEND)
    event = await floor.question()

    await floor.walk(event)

    ((visibility, note),) = floor.desk.ours("7")
    assert visibility is Visibility.INTERNAL
    assert "cannot refuse a reply to a ticket that has changed" in note
    assert (await floor.run(event))["verdict"] == "review"


async def test_an_owner_may_opt_in_and_the_ticket_is_read_right_before_the_reply(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.CONDITIONAL_WRITE}
    floor.opt_in_to_sending()
    floor.decide_by(SEND)
    event = await floor.question()

    await floor.walk(event)

    assert [visibility for visibility, _ in floor.desk.ours("7")] == [Visibility.PUBLIC]
    assert floor.desk.calls[:3] == ["fetch", "fetch", "write"]


async def test_without_conditional_writes_a_note_survives_a_harmless_change(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.CONDITIONAL_WRITE}
    event = await floor.question()
    floor.desk.lost_answers = 0
    floor.desk.refusals = [Unavailable("gone for a moment")]
    await floor.walk(event)
    floor.desk.touch("7")

    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1


async def test_without_conditional_writes_an_answer_of_an_agent_meanwhile_makes_the_note_worthless(
    floor: Floor,
) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.CONDITIONAL_WRITE}
    event = await floor.question()
    floor.desk.refusals = [Unavailable("gone for a moment")]
    await floor.walk(event)
    floor.desk.say("7", "It comes tomorrow.", AGENT)

    await floor.walk(event)

    assert floor.desk.ours("7") == []
    assert (await floor.run(event))["state"] == "superseded"


async def test_send_is_lowered_to_review_where_the_desk_takes_no_reply(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.PUBLIC_REPLY}
    floor.decide_by(SEND)
    event = await floor.question()

    await floor.walk(event)

    assert [visibility for visibility, _ in floor.desk.ours("7")] == [Visibility.INTERNAL]


async def test_a_desk_with_drafts_of_its_own_gets_the_draft_in_the_composer_and_the_reasons_in_a_note(
    floor: Floor,
) -> None:
    floor.desk.capabilities = EVERYTHING | {Capability.NATIVE_DRAFT}
    event = await floor.question()

    await floor.walk(event)

    (draft_seen_by, draft), (note_seen_by, note) = floor.desk.ours("7")
    assert (draft_seen_by, note_seen_by) == (Visibility.DRAFT, Visibility.INTERNAL)
    assert "three working days" in draft
    assert "cs-" not in draft
    assert "three working days" not in note
    assert "A person looks at every draft" in note
    assert await floor.writes(event) == {"draft": "written", "note": "written"}


async def test_a_draft_that_a_colleagues_is_in_the_way_of_goes_into_the_note(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING | {Capability.NATIVE_DRAFT}
    floor.desk.refusals = [DraftInTheWay("a colleague's draft waits")]
    event = await floor.question()

    await floor.walk(event)

    ((visibility, note),) = floor.desk.ours("7")
    assert visibility is Visibility.INTERNAL
    assert "three working days" in note
    assert await floor.writes(event) == {"draft": "dropped", "note": "written"}
    assert (await floor.run(event))["state"] == "done"
    assert (await floor.only("select state from draft"))["state"] == "shown"
    assert (await floor.only("select detail from write_back where purpose = 'draft'"))["detail"] == (
        "a colleague's draft waits"
    )


async def test_a_draft_in_the_way_and_then_a_lost_answer_still_make_one_note_with_the_draft(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING | {Capability.NATIVE_DRAFT}
    floor.desk.refusals = [DraftInTheWay("a colleague's draft waits"), Unavailable("gone for a moment")]
    event = await floor.question()

    assert await floor.walk(event) is not None
    floor.desk.lost_answers = 1
    assert await floor.walk(event) is not None
    assert await floor.walk(event) is None

    ((visibility, note),) = floor.desk.ours("7")
    assert visibility is Visibility.INTERNAL
    assert "three working days" in note
    assert floor.desk.calls.count("write") == 3
    kept = await floor.only("select text_hash from write_back where purpose = 'note'")
    assert kept["text_hash"] == text_hash(note)


async def test_a_death_between_two_writes_makes_only_the_one_that_is_missing(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING | {Capability.NATIVE_DRAFT}
    event = await floor.question()
    floor.desk.lost_answers = 1  # of the first of the two

    await floor.walk(event)
    await floor.walk(event)

    assert [visibility for visibility, _ in floor.desk.ours("7")] == [Visibility.DRAFT, Visibility.INTERNAL]


async def test_an_escalation_changes_the_ticket_in_the_same_call_where_the_desk_can_route(floor: Floor) -> None:
    floor.decide_by(ROUTED)
    event = await floor.question()

    await floor.walk(event)

    (change,) = floor.desk.changes
    assert (change.team, list(change.tags_added)) == ("billing", ["refund"])
    assert floor.desk.calls.count("write") == 1


async def test_a_desk_that_cannot_route_is_not_asked_to(floor: Floor) -> None:
    floor.desk.capabilities = EVERYTHING - {Capability.ROUTING}
    floor.decide_by(ROUTED)
    event = await floor.question()

    await floor.walk(event)

    assert floor.desk.changes == []
    assert len(floor.desk.ours("7")) == 1


async def test_a_lease_that_is_lost_writes_nothing(floor: Floor) -> None:
    event = await floor.question()
    await floor.database.run("create function lose() returns trigger language plpgsql as $$ begin "
                             "update procrastinate_jobs set worker_id = null; return null; end $$")  # fmt: skip
    await floor.database.run("create trigger lose after insert on write_back execute function lose()")

    await floor.walk(event)

    assert floor.desk.ours("7") == []
    assert (await floor.run(event))["state"] == "walking"
