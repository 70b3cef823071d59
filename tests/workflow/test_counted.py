"""What /metrics says of a run: every call, every dollar and every draft once, and what was lost as well."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from gateway.models import Price
from gateway.store import events
from gateway.store.database import Database
from gateway.telemetry import REGISTRY
from gateway.workflow.jobs import Jobs
from tests.fakes import MemoryDesk
from tests.models.conftest import StubModel
from tests.workflow.floor import Floor, built

PRICE = Price(Decimal("0.00000015"), Decimal("0.0000006"))
MODEL = {"provider": "openai", "model": "stub-good", "purpose": "draft"}


@pytest.fixture
async def asking(database: Database, stub: StubModel) -> AsyncIterator[Floor]:
    """A floor whose drafts come from the stub model."""
    made = await built(database, MemoryDesk())
    made.ask(stub.route("openai/stub-good", prices=(PRICE,)))
    yield made
    await made.line.drafter.close()


class Growth:
    """How much a series has grown since a test began."""

    def __init__(self) -> None:
        self._before = {(s.name, *sorted(s.labels.items())): s.value for f in REGISTRY.collect() for s in f.samples}

    def of(self, name: str, **labels: str) -> float:
        value = REGISTRY.get_sample_value(name, labels) or 0.0
        return value - self._before.get((name, *sorted(labels.items())), 0.0)


async def test_a_call_its_tokens_and_its_cost_are_counted_as_the_ledger_has_them(asking: Floor) -> None:
    growth = Growth()
    await asking.shown()

    row = await asking.only("select * from attempt")
    assert growth.of("countersign_model_calls_total", outcome="ok", **MODEL) == 1
    assert growth.of("countersign_model_tokens_total", model="stub-good", kind="input") == row["input_tokens"]
    assert growth.of("countersign_model_tokens_total", model="stub-good", kind="output") == row["output_tokens"]
    cost = growth.of("countersign_model_cost_usd_total", model="stub-good")
    assert cost == pytest.approx(float(row["cost_usd"]))
    assert growth.of("countersign_model_call_seconds_count", provider="openai", model="stub-good") == 1


async def test_what_a_run_has_cost_is_not_counted_again_when_it_is_replayed(asking: Floor, stub: StubModel) -> None:
    growth = Growth()
    stub.behave("empty")
    event = await asking.question()
    for _ in range(asking.line.most_tries):
        await asking.walk(event)
        if (await asking.run(event))["state"] == "failed":
            break
    stub.behave("good")
    await events.replay(asking.database, [event])
    await asking.walk(event)

    spent = await asking.only("select sum(cost_usd) as cost, count(*) as calls from attempt")
    assert spent["calls"] > 1
    cost = growth.of("countersign_model_cost_usd_total", model="stub-good")
    assert cost == pytest.approx(float(spent["cost"]))


async def test_a_call_without_a_price_is_counted_as_unpriced(asking: Floor, stub: StubModel) -> None:
    growth = Growth()
    asking.ask(stub.route("hosted_vllm/stub-good"))
    await asking.shown()

    assert (await asking.only("select price_state from attempt"))["price_state"] == "unpriced"
    assert growth.of("countersign_unpriced_attempts_total") == 1


async def test_the_time_to_a_draft_is_counted_where_one_was_written(floor: Floor) -> None:
    growth = Growth()
    await floor.shown()
    assert growth.of("countersign_draft_seconds_count", account="acme") == 1
    floor.decide_by("{reply: withhold, because: Nobody answers this.}")
    await floor.walk(await floor.question(ticket="8"))

    assert growth.of("countersign_draft_seconds_count", account="acme") == 1
    assert growth.of("countersign_runs_total", account="acme", state="done", verdict="withhold") == 1


async def test_events_that_took_their_workers_down_count_as_dead_once(floor: Floor) -> None:
    growth = Growth()
    event = await floor.question()
    for _ in range(2):
        await Jobs(floor.line).poisoned([{"event_id": event}])

    assert growth.of("countersign_dead_events_total", account="acme") == 1
    assert growth.of("countersign_runs_total", account="acme", state="failed", verdict="none") == 1


async def test_what_waits_is_told_with_the_age_of_the_oldest_until_it_is_walked(floor: Floor) -> None:
    event = await floor.question()
    await floor.database.run("update event set received_at = now() - interval '1 hour' where id = %(e)s", {"e": event})
    count, oldest = await events.waiting(floor.database)
    assert (count, round(oldest / 60)) == (1, 60)
    await floor.walk(event)

    assert await events.waiting(floor.database) == (0, 0.0)
