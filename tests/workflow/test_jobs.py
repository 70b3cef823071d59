"""Every way in which a walk can end: models that fail, help desks that refuse, bugs, and long waits."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.errors import AuthFailed, RateLimited, Rejected
from gateway.audit.entries import Act
from gateway.models import Price
from gateway.store import events
from gateway.store.database import Database
from gateway.store.erasure import erase
from gateway.workflow.jobs import Jobs
from tests.fakes import MemoryDesk
from tests.models.conftest import StubModel
from tests.workflow.floor import Floor, built

PRICE = Price(Decimal("0.00000015"), Decimal("0.0000006"))


@pytest.fixture
async def asking(database: Database, stub: StubModel) -> AsyncIterator[Floor]:
    """A floor whose drafts come from the stub model."""
    made = await built(database, MemoryDesk())
    made.ask(stub.route("openai/stub-good", prices=(PRICE,)))
    yield made
    await made.line.drafter.close()


async def tried_out(floor: Floor, event: int, most: int = 30) -> int:
    """Walk until the event has ended, as if no time passed between tries; returns how many tries that took."""
    for tries in range(1, most + 1):
        await floor.walk(event)
        row = await floor.only("select state, retry_at from event where id = %(event)s", event=event)
        if row["state"] != "waiting":
            return tries
        if row["retry_at"] is not None:
            await events.walk_again(floor.database, event)
    raise AssertionError("the event never ended")


@pytest.mark.parametrize("status", ["401", "404", "422"])
async def test_a_model_that_will_never_answer_makes_the_event_dead_at_once_with_the_reason(
    asking: Floor,
    stub: StubModel,
    status: str,
) -> None:
    stub.behave(status)
    event = await asking.question()

    assert await tried_out(asking, event) == 1

    (dead,) = await events.dead(asking.database)
    assert "no model on route default gave an answer" in dead["error"]
    assert (await asking.run(event))["state"] == "failed"
    assert asking.desk.ours("7") == []


@pytest.mark.parametrize("behaviour", ["500", "503", "drops", "hangs"])
async def test_a_model_that_fails_again_and_again_makes_the_event_dead_after_the_last_try(
    asking: Floor,
    stub: StubModel,
    behaviour: str,
) -> None:
    stub.behave(behaviour)
    asking.ask(stub.route("openai/stub-good", timeout_s=0.3))
    event = await asking.question()

    assert await tried_out(asking, event) == asking.line.most_tries

    (dead,) = await events.dead(asking.database)
    assert dead["error"].endswith(f"(after {asking.line.most_tries} tries)")
    attempts = await asking.database.all("select outcome from attempt")
    assert len(attempts) == asking.line.most_tries
    assert {row["outcome"] for row in attempts} <= {"error", "timeout"}


@pytest.mark.parametrize("behaviour", ["empty", "refuses", "filtered", "hopeless", "5mb", "cut", "wrong"])
async def test_whatever_a_model_says_the_event_ends_and_nothing_reaches_the_requester(
    asking: Floor,
    stub: StubModel,
    behaviour: str,
) -> None:
    stub.behave(behaviour)
    event = await asking.question()

    await tried_out(asking, event)

    assert all(visibility != "public" for visibility, _ in asking.desk.ours("7"))
    run = await asking.run(event)
    assert run["state"] in ("done", "failed")
    assert run["reason"]


async def test_a_dead_event_is_replayed_to_its_end_when_the_model_is_well_again(
    asking: Floor,
    stub: StubModel,
) -> None:
    stub.behave("401")
    event = await asking.question()
    await tried_out(asking, event)
    stub.behave("good")

    await events.replay(asking.database, [event])
    await tried_out(asking, event)

    run = await asking.run(event)
    assert (run["state"], len(asking.desk.ours("7"))) == ("done", 1)
    assert [row["number"] for row in await asking.database.all("select number from attempt order by id")] == [1, 2]


async def test_a_long_wait_is_a_timer_so_that_a_newer_message_of_the_ticket_passes(
    asking: Floor,
) -> None:
    asking.desk.refusals = [RateLimited("too many calls", status=429, retry_after=120)]
    older = await asking.question()

    assert await asking.walk(older) is None

    timer = await asking.only("select lock, scheduled_at - now() as delay from procrastinate_jobs "
                              "where task_name = 'wake'")  # fmt: skip
    assert timer["lock"] is None
    assert 100 < timer["delay"].total_seconds() <= 120
    asking.desk.say("7", "And how can I follow it?")
    newer = await asking.arrive(name="e2")
    await asking.walk(newer)
    assert (await asking.run(newer))["state"] == "done"

    await events.walk_again(asking.database, older)
    await asking.walk(older)
    assert (await asking.run(older))["state"] == "superseded"
    assert len(asking.desk.ours("7")) == 1


async def test_a_short_wait_keeps_the_lock_and_its_place(asking: Floor) -> None:
    asking.desk.refusals = [RateLimited("too many calls", status=429, retry_after=3)]
    event = await asking.question()

    assert await asking.walk(event) == pytest.approx(3, abs=0.2)
    assert await asking.database.all("select 1 from procrastinate_jobs where task_name = 'wake'") == []


async def test_the_ledger_counts_the_same_tokens_as_the_stub(asking: Floor, stub: StubModel) -> None:
    for number in range(10):
        await tried_out(asking, await asking.question(f"Question {number}: when does my parcel arrive?", str(number)))

    served = stub.count("stub-good")
    sums = await asking.only(
        """select count(*) as calls, sum(input_tokens) as input, sum(output_tokens) as output,
             sum(cached_read_tokens) as cached, sum(reasoning_tokens) as reasoning, sum(cost_usd) as cost
           from attempt"""
    )
    assert sums["calls"] == served["calls"] == 10
    assert (sums["input"], sums["output"]) == (served["input_tokens"], served["output_tokens"])
    assert (sums["cached"], sums["reasoning"]) == (served["cached_tokens"], served["reasoning_tokens"])
    runs = await asking.only("select sum(cost_usd) as cost, sum(input_tokens) as input from run")
    assert (runs["cost"], runs["input"]) == (sums["cost"], sums["input"])
    assert sums["cost"] > 0


@pytest.mark.parametrize("error", [AuthFailed("the token was refused", status=401), Rejected("no", status=422)])
async def test_a_help_desk_that_refuses_for_good_makes_the_event_dead_with_its_words(
    floor: Floor, error: Exception
) -> None:
    event = await floor.question()
    floor.desk.refusals = [error]  # type: ignore[list-item]

    assert await tried_out(floor, event) == 1

    (dead,) = await events.dead(floor.database)
    assert dead["error"] == str(error)


async def test_a_help_desk_that_wants_a_long_pause_gets_it_without_a_lock(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.refusals = [RateLimited("too many calls", status=429, retry_after=90)]

    assert await floor.walk(event) is None

    row = await floor.only("select retry_at - now() as delay, tries, error from event")
    assert 60 < row["delay"].total_seconds() <= 90
    assert (row["tries"], row["error"]) == (1, "too many calls")


async def test_a_bug_is_tried_three_times_and_told_without_its_words(floor: Floor) -> None:
    def broken() -> None:
        raise ValueError("Marta Kowalska, marta@example.com")

    event = await floor.question()
    floor.line = replace(floor.line, policies=broken)  # type: ignore[arg-type]

    assert await tried_out(floor, event) == 3

    (dead,) = await events.dead(floor.database)
    assert dead["error"] == "a bug: ValueError; see the log (after 3 tries)"


async def test_an_account_that_was_removed_from_the_configuration_ends_its_events_quietly(floor: Floor) -> None:
    event = await floor.question()
    floor.line = replace(floor.line, desks={})

    await floor.walk(event)

    assert (await floor.run(event))["reason"] == "account acme is not configured any more"


async def test_an_event_that_has_ended_is_not_walked_a_second_time(floor: Floor) -> None:
    event = await floor.question()
    await floor.walk(event)

    await floor.walk(event)

    assert len(floor.desk.ours("7")) == 1


async def test_events_that_killed_worker_after_worker_are_listed_as_dead(floor: Floor) -> None:
    event = await floor.question()

    await Jobs(floor.line).poisoned([{"event_id": event}, {"something_else": 1}])

    (dead,) = await events.dead(floor.database)
    assert (dead["id"], dead["error"]) == (event, "workers died again and again while walking this event")


async def test_data_that_was_erased_in_the_middle_of_a_walk_is_owed_nothing(floor: Floor) -> None:
    event = await floor.question()
    floor.desk.refusals = [RateLimited("later", retry_after=1)]
    await floor.walk(event)
    await floor.database.run("update content set body = null, erased_at = now()")

    await floor.walk(event)

    run = await floor.run(event)
    assert (run["state"], run["reason"]) == ("nothing", "the requester's data was erased")
    assert floor.desk.ours("7") == []


async def test_a_run_whose_requester_is_erased_meanwhile_ends_and_writes_nothing(
    asking: Floor, stub: StubModel
) -> None:
    stub.behave("503")
    event = await asking.question()
    await asking.walk(event)
    requester = (await asking.run(event))["requester"]
    act = Act("sam", "erase", "requester erased:1", "command")
    await erase(asking.database, "acme", requester, "erased:1", act, again=False)
    stub.behave("good")

    await tried_out(asking, event)

    run = await asking.run(event)
    assert (run["state"], run["reason"]) == ("nothing", "the requester's data was erased")
    assert asking.desk.ours("7") == []
    assert await asking.database.all("select kind from content where body is not null") == []
