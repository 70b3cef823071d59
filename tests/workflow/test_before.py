"""On the day that a help desk is connected, what waits there already is left alone; what is new is answered."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from connectors.contract import Visibility
from gateway.store.asked import ASKED, ask_for
from gateway.store.intake import Arrival, accept
from tests.fakes import AGENT
from tests.workflow.floor import QUESTION, Floor


async def happens(
    floor: Floor, ticket: str, kind: str, author: str | None = None, visibility: str | None = None
) -> int:
    """Something happens to a ticket; returns the event, walked."""
    name = f"{ticket}-{kind}-{author}-{await floor.desk.fetch(ticket)}"
    arrival = Arrival(name[:200], kind, ticket, author, visibility, None, datetime.now(UTC), kind != "ticket_changed")
    assert await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC)) == 1
    event = await floor.last_event()
    await floor.walk(event)
    return event


async def old_question(floor: Floor, ticket: str = "7", *, age: timedelta = timedelta(days=3)) -> None:
    """A ticket whose question was there before the account was heard of."""
    floor.desk.open(ticket, QUESTION)
    then = datetime.now(UTC) - age
    found = floor.desk.tickets[ticket]
    messages = tuple(replace(message, created_at=then) for message in found.messages)
    floor.desk.tickets[ticket] = replace(found, created_at=then, messages=messages)


async def reason(floor: Floor, event: int) -> str:
    return str((await floor.run(event))["reason"])


async def test_a_change_to_an_old_ticket_brings_no_draft(floor: Floor) -> None:
    await old_question(floor)

    event = await happens(floor, "7", "ticket_changed")

    assert "before this account was connected" in await reason(floor, event)
    assert floor.desk.ours("7") == []


async def test_an_agents_note_on_an_old_ticket_brings_no_draft(floor: Floor) -> None:
    await old_question(floor)
    floor.desk.say("7", "Who looks at this?", AGENT, Visibility.INTERNAL)

    await happens(floor, "7", "message_added", "agent", "internal")

    assert floor.desk.ours("7") == []


async def test_a_delivery_that_does_not_tell_who_wrote_is_held_against_the_thread(floor: Floor) -> None:
    await old_question(floor)

    await happens(floor, "7", "message_added")
    assert floor.desk.ours("7") == []

    floor.desk.say("7", QUESTION)
    await happens(floor, "7", "message_added")
    assert len(floor.desk.ours("7")) == 1


async def test_what_the_requester_writes_now_is_answered_on_an_old_ticket_too(floor: Floor) -> None:
    await old_question(floor)
    floor.desk.say("7", QUESTION)

    await happens(floor, "7", "message_added", "requester", "public")

    assert len(floor.desk.ours("7")) == 1


async def test_a_new_message_is_answered_however_wrong_the_help_desks_clock_is(floor: Floor) -> None:
    await old_question(floor)

    await happens(floor, "7", "message_added", "requester", "public")

    assert len(floor.desk.ours("7")) == 1


async def test_a_question_from_while_we_were_away_is_answered_by_a_later_change(floor: Floor) -> None:
    await floor.question(ticket="1")
    await floor.database.run("update event set received_at = now() - interval '9 days'", {})
    await old_question(floor, age=timedelta(days=3))

    await happens(floor, "7", "ticket_changed")

    assert len(floor.desk.ours("7")) == 1


async def test_the_owner_may_want_drafts_for_old_questions(floor: Floor) -> None:
    floor.set(drafts_open_tickets=True)
    await old_question(floor)

    await happens(floor, "7", "ticket_changed")

    assert len(floor.desk.ours("7")) == 1


async def test_an_admin_may_ask_for_one_ticket(floor: Floor) -> None:
    await old_question(floor)

    (event,) = await ask_for(floor.database, "acme", ["7"])
    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1
    assert (await floor.only("select kind from event where id = %(event)s", event=event))["kind"] == ASKED


async def test_asking_twice_makes_one_draft(floor: Floor) -> None:
    await old_question(floor)

    for _ in range(2):
        (event,) = await ask_for(floor.database, "acme", ["7"])
        await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1
