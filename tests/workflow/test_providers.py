"""Providers that fail, ask to be left alone, or have limits: all workers know it, and no event is lost by it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from gateway.models import Candidate, Route
from gateway.store import events, gates, held
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.workflow.providers import Providers
from tests.fakes import MemoryDesk
from tests.models.conftest import StubModel
from tests.workflow.floor import Floor, built

MODEL = "openai/stub-good"


@pytest.fixture
async def asking(database: Database, stub: StubModel) -> AsyncIterator[Floor]:
    """A floor whose drafts come from the stub model, without a fallback."""
    made = await built(database, MemoryDesk())
    made.ask(stub.route(MODEL))
    yield made
    await made.line.drafter.close()


def another_worker(floor: Floor) -> Floor:
    """The same installation as a worker with a memory of its own sees it."""
    return replace(floor, line=replace(floor.line, attempts=AttemptRows(floor.database)))


async def fail(floor: Floor, calls: int, first: int = 0) -> None:
    """So many questions, each of which fails once."""
    for number in range(first, first + calls):
        await floor.walk(await floor.question(ticket=f"t{number}"))


async def away(floor: Floor, stub: StubModel, model: str = MODEL) -> None:
    """The last of the failed calls that open a circuit; those before it are told, not made."""
    key, failures = stub.candidate(model).key, gates.OPENS_AFTER - 1
    await floor.database.run(
        "insert into provider (key, failures) values (%(key)s, %(n)s) on conflict (key) do update set failures = %(n)s",
        {"key": key, "n": failures},
    )
    stub.behave("503")
    await fail(floor, 1)
    assert (await provider(floor))["opened_at"] is not None


async def provider(floor: Floor) -> dict[str, object]:
    return dict(await floor.only("select * from provider"))


async def time_passes(floor: Floor) -> None:
    """Until the next call may find out whether the provider answers."""
    await floor.database.run("update provider set probe_at = now(), not_before = now()")


async def waiting(floor: Floor) -> list[int]:
    return [row["event_id"] for row in await floor.database.all("select event_id from held order by at, event_id")]


async def go_on(floor: Floor) -> int:
    return await held.go_on(floor.database, {})


async def test_ten_failed_calls_of_several_workers_open_the_circuit_and_nobody_calls(
    asking: Floor, stub: StubModel
) -> None:
    stub.behave("503")
    others = another_worker(asking)

    await fail(asking, 5)
    assert (await provider(asking))["opened_at"] is None
    await fail(others, 5, first=5)
    assert (await provider(asking))["opened_at"] is not None

    for worker, ticket in ((asking, "a"), (others, "b")):
        event = await worker.question(ticket=ticket)
        assert await worker.walk(event) is None
        row = await worker.only("select state, tries, retry_at, error from event where id = %(event)s", event=event)
        assert (row["state"], row["tries"], row["retry_at"]) == ("waiting", 0, None)
        assert "openai/stub-good: circuit_open" in row["error"]
        assert event in await waiting(worker)
    assert stub.count("stub-good")["calls"] == gates.OPENS_AFTER


async def test_an_answer_in_between_begins_the_count_anew(asking: Floor, stub: StubModel) -> None:
    stub.behave("503", times=2)
    await fail(asking, 2)
    assert (await provider(asking))["failures"] == 2

    await fail(asking, 1, first=2)

    assert (await provider(asking))["failures"] == 0


async def test_one_call_at_a_time_finds_out_whether_the_provider_answers(asking: Floor, stub: StubModel) -> None:
    await away(asking, stub)
    stub.behave("slow")
    await time_passes(asking)
    workers = [asking, another_worker(asking), another_worker(asking)]
    questions = [await worker.question(ticket=f"p{number}") for number, worker in enumerate(workers)]

    await asyncio.gather(*(worker.walk(event) for worker, event in zip(workers, questions, strict=True)))

    assert stub.count("stub-good")["calls"] == 1 + 1
    assert len(set(await waiting(asking)) & set(questions)) == 2
    assert (await provider(asking))["opened_at"] is None
    done = await asking.database.all("select id from run where state = 'done'")
    assert len(done) == 1


async def test_a_call_that_finds_it_away_is_no_failed_try_of_its_event_and_the_next_one_waits_longer(
    asking: Floor, stub: StubModel
) -> None:
    await away(asking, stub)
    waits = []
    for number in range(4):
        await time_passes(asking)
        event = await asking.question(ticket=f"p{number}")
        await asking.walk(event)
        row = await asking.only(
            "select tries, extract(epoch from probe_at - now()) as wait from event, provider where id = %(e)s", e=event
        )
        waits.append(round(row["wait"]))
        assert row["tries"] == 0
        assert (await waiting(asking))[-1] == event

    assert waits == [5, 10, 20, 40]


async def test_when_it_answers_again_everything_that_waited_is_drafted(asking: Floor, stub: StubModel) -> None:
    await away(asking, stub)
    await asking.database.run("delete from held")
    questions = [await asking.question(ticket=f"w{number}") for number in range(5)]
    for event in questions:
        await asking.walk(event)
    assert await go_on(asking) == 0
    stub.behave("good")

    await time_passes(asking)
    assert await go_on(asking) == 1  # it finds out
    await asking.walk(questions[0])
    assert await go_on(asking) == 4
    for event in questions[1:]:
        await asking.walk(event)

    assert await waiting(asking) == []
    assert [(await asking.run(event))["state"] for event in questions] == ["done"] * 5
    assert all(len(asking.desk.ours(f"w{number}")) == 1 for number in range(5))


async def test_a_fallback_is_asked_meanwhile_and_the_run_tells_who_was_not(asking: Floor, stub: StubModel) -> None:
    asking.ask(Route("main", (stub.candidate("openai/stub-503"), Candidate("offline/extractive"))))
    await away(asking, stub, "openai/stub-503")

    event = await asking.question(ticket="last")
    await asking.walk(event)

    assert (await asking.run(event))["state"] == "done"
    step = await asking.only("select data from step where run_id = %(event)s and name = 'draft'", event=event)
    assert step["data"]["skipped"] == ["openai/stub-503: circuit_open"]
    attempt = await asking.only("select provider, fallback from attempt where run_id = %(event)s", event=event)
    assert (attempt["provider"], attempt["fallback"]) == ("offline", 1)
    assert stub.count("stub-503")["calls"] == 1


async def test_nobody_calls_before_the_time_that_a_provider_named(asking: Floor, stub: StubModel) -> None:
    stub.behave("429", retry_after=120, times=1)
    older = await asking.question()
    assert await asking.walk(older) is None
    assert await waiting(asking) == [older]

    asking.desk.say("7", "And how can I follow it?")
    others = another_worker(asking)
    newer = await asking.arrive(name="e2")
    await others.walk(newer)
    assert stub.count("stub-good")["calls"] == 1
    left = await asking.only("select extract(epoch from not_before - now()) as seconds from provider")
    assert 100 < left["seconds"] <= 120
    assert await go_on(asking) == 0

    await time_passes(asking)
    assert await go_on(asking) == 2
    await asking.walk(older)
    await others.walk(newer)
    assert [(await asking.run(event))["state"] for event in (older, newer)] == ["superseded", "done"]
    assert len(asking.desk.ours("7")) == 1


async def test_a_moment_is_waited_for_within_the_call(asking: Floor, stub: StubModel) -> None:
    stub.behave("429", retry_after=1, times=1)
    await asking.walk(await asking.question(ticket="1"))

    event = await asking.question(ticket="2")
    await asking.walk(event)

    assert (await asking.run(event))["state"] == "done"
    called = await asking.database.all("select started_at, ended_at from attempt order by id")
    assert (called[1]["started_at"] - called[0]["ended_at"]).total_seconds() > 0.9


async def test_a_declared_limit_holds_for_all_workers_together(asking: Floor, stub: StubModel) -> None:
    asking.ask(stub.route(MODEL, requests_per_minute=30))
    workers = [asking, another_worker(asking)]
    questions = [await asking.question(ticket=f"l{number}") for number in range(8)]

    await asyncio.gather(*(workers[number % 2].walk(event) for number, event in enumerate(questions)))

    # Three at once, and one each 2.2 seconds after that, of which a call waits for two.
    assert 3 <= stub.count("stub-good")["calls"] <= 4
    assert len(await waiting(asking)) == 8 - stub.count("stub-good")["calls"]
    assert {row["tries"] for row in await asking.database.all("select tries from event")} == {0}


async def test_tokens_count_as_estimated_and_what_was_not_used_is_given_back(asking: Floor, stub: StubModel) -> None:
    asking.ask(stub.route(MODEL, tokens_per_minute=20_000, max_output_tokens=1000))
    await asking.walk(await asking.question(ticket="1"))
    first = float((await asking.only("select tokens_left from provider"))["tokens_left"])

    await asking.walk(await asking.question(ticket="2"))
    second = float((await asking.only("select tokens_left from provider"))["tokens_left"])

    used = await asking.only("select input_tokens + output_tokens as tokens from attempt order by id limit 1")
    assert first < 2000  # room for a tenth of a minute, less the estimate of the first call
    assert second > first - used["tokens"] - 1000
    assert {row["state"] for row in await asking.database.all("select state from event")} == {"done"}


@pytest.mark.parametrize("behaviour", ["401", "422", "empty"])
async def test_an_answer_of_no_use_is_an_answer(asking: Floor, stub: StubModel, behaviour: str) -> None:
    stub.behave(behaviour)

    await fail(asking, 1)

    assert await asking.database.all("select 1 from provider where failures > 0") == []


async def test_an_event_that_waits_for_a_provider_is_not_taken_for_lost(asking: Floor, stub: StubModel) -> None:
    stub.behave("429", retry_after=120)
    event = await asking.question()
    await asking.walk(event)
    await asking.database.run("update event set received_at = now() - interval '1 hour'")

    assert await events.adopt_orphans(asking.database) == 0
    assert (await events.waiting(asking.database))[0] == 1


async def test_who_is_left_alone_is_told_in_a_line_and_by_a_metric(asking: Floor, stub: StubModel) -> None:
    providers = Providers(asking.database, asking.line.routes.values())
    assert await providers.told() == "all are called"
    await away(asking, stub)

    told = await providers.told()

    assert told.startswith(f"{MODEL} {stub.url}/v1 is left alone since ")
    assert told.endswith(": overloaded, 10 calls in a row failed; 1 event waits for one")
