"""Bursts on one ticket: quick messages are answered by one draft, and a flood of them costs two walks, not hundreds."""

import asyncio
from datetime import UTC, datetime

from gateway.store.intake import Arrival, accept
from gateway.workflow.jobs import Jobs
from tests.fakes import AGENT
from tests.store.working import settled, until, working
from tests.workflow.floor import QUESTION, Floor

QUICK = ("Hello", "I have a question", "It is about my parcel", "It has not come yet", QUESTION)


async def arrive(floor: Floor, message: str, *, settle: float = 0.0, author: str = "requester", **more: str) -> None:
    seen = more.get("visibility", "public")
    supersedes = seen == "public"
    arrival = Arrival(f"e-{message}", "message_added", "7", author, seen, message, datetime.now(UTC), supersedes)
    assert await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC), settle=settle) == 1


async def states(floor: Floor) -> list[str]:
    return [row["state"] for row in await floor.database.all("select state from run order by id")]


async def test_five_quick_messages_are_answered_by_one_draft_of_the_last_state(floor: Floor) -> None:
    message = ""
    async with working(floor.database, {"walk": Jobs(floor.line).walk}):
        for number, text in enumerate(QUICK):
            message = floor.desk.say("7", text) if number else floor.desk.open("7", text)
            await arrive(floor, message, settle=2.0)
            await asyncio.sleep(0.1)
        await until(lambda: all_ended(floor), "the burst was answered")

    assert len(floor.desk.ours("7")) == 1
    assert await states(floor) == ["superseded"] * 4 + ["done"]
    drafts = await floor.database.all("select answers from draft")
    assert [row["answers"] for row in drafts] == [message]
    attempts = await floor.only("select count(*) as n, count(distinct run_id) as runs from attempt")
    assert (attempts["n"], attempts["runs"]) == (1, 1)


async def all_ended(floor: Floor) -> bool:
    row = await floor.only("select count(*) filter (where state = 'waiting') as n, count(*) as all from event")
    return bool(row["all"] and not row["n"])


async def test_a_message_that_settles_is_walked_when_its_time_has_come_and_not_before(floor: Floor) -> None:
    await arrive(floor, floor.desk.open("7", QUESTION), settle=1.0)

    async with working(floor.database, {"walk": Jobs(floor.line).walk}):
        await until(lambda: all_ended(floor), "it was answered")

    row = await floor.only("select r.waited_ms from run r")
    assert row["waited_ms"] >= 1000


async def test_what_an_agent_writes_does_not_wait_for_more(floor: Floor) -> None:
    await arrive(floor, floor.desk.open("7", QUESTION))
    note = floor.desk.say("7", "Thank you", AGENT)
    await arrive(floor, note, settle=60.0, author="agent")

    rows = await floor.database.all("select scheduled_at from procrastinate_jobs order by id")
    assert [row["scheduled_at"] for row in rows] == [None, None]


async def test_five_hundred_messages_on_one_ticket_are_two_walks(floor: Floor) -> None:
    floor.desk.open("7", QUESTION)
    for number in range(500):
        await arrive(floor, f"m{number}")
    began: list[int] = []
    walk = Jobs(floor.line).walk

    async def counted(lease: object, event_id: int) -> None:
        began.append(event_id)
        await walk(lease, event_id=event_id)  # type: ignore[arg-type]

    async with working(floor.database, {"walk": counted}):
        statuses = await settled(floor.database, within=30)

    assert len(began) == 2
    assert statuses == {"succeeded": 2, "cancelled": 498}
    assert await states(floor) == ["superseded"] * 499 + ["done"]
    assert len(floor.desk.ours("7")) == 1


async def test_a_run_that_was_begun_is_left_to_its_own_walk(floor: Floor) -> None:
    first = await floor.question()
    await floor.database.run(
        "insert into run (id, account, ticket_id, state, started_at, unpriced_attempts) "
        "values (%(id)s, 'acme', '7', 'walking', now(), 0)",
        {"id": first},
    )
    second, third = await floor.arrive(name="e2"), await floor.arrive(name="e3")

    await floor.walk(second)

    begun = await floor.only("select state from event where id = %(id)s", id=first)
    assert begun["state"] == "waiting"
    assert await states(floor) == ["walking", "superseded"]
    assert third > second
