"""The ledger after calls over real HTTP: every call one row, every token and every dollar as the stub counted."""

import asyncio
from decimal import Decimal

import pytest

from gateway.ledger.attempt import AttemptOutcome, PriceState, Purpose
from gateway.models import Drafter, ModelsBusy, OverBudget, Price
from tests.models.conftest import StubModel
from tests.models.rows import MemoryLog, nothing, request_for

PRICED = Price(input=Decimal("0.0000025"), output=Decimal("0.00001"), cached_read=Decimal("0.00000125"))


@pytest.mark.parametrize("stream", [False, True])
async def test_the_ledger_equals_what_the_stub_counted_to_the_token_and_the_dollar(
    stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    route = stub.route("openai/stub-good", stream=stream, prices=(PRICED,))
    for number in range(5):
        await drafter.draft(request_for(f"How long does refund {'x' * number * 50} take?"), route, log, nothing)

    served = stub.count("stub-good")
    assert served["calls"] == len(log.rows) == 5
    assert sum(row.input_tokens or 0 for row in log.rows) == served["input_tokens"]
    assert sum(row.output_tokens or 0 for row in log.rows) == served["output_tokens"]
    assert sum(row.cached_read_tokens or 0 for row in log.rows) == served["cached_tokens"] > 0
    assert sum(row.reasoning_tokens or 0 for row in log.rows) == served["reasoning_tokens"] > 0
    uncached = served["input_tokens"] - served["cached_tokens"]
    assert log.cost() == (
        uncached * Decimal("0.0000025")
        + served["cached_tokens"] * Decimal("0.00000125")
        + served["output_tokens"] * Decimal("0.00001")
    )
    assert {row.price_state for row in log.rows} == {PriceState.PRICED}


async def test_every_row_says_what_was_called_and_costs_no_more_than_its_bound(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    reply = await drafter.draft(
        request_for(attempts_before=3), stub.route("openai/stub-good", prices=(PRICED,)), log, nothing
    )

    [row], [finished] = log.started, log.rows
    assert (row.run_id, row.number, row.purpose, row.route) == (7, 4, Purpose.DRAFT, "main")
    assert (row.provider, row.model, row.retry, row.fallback) == ("openai", "stub-good", 0, 0)
    assert (row.prompt, row.prompt_version) == ("draft", reply.prompt_version)
    assert row.bound_usd is not None
    assert finished.cost_usd is not None
    assert finished.cost_usd < row.bound_usd
    assert finished.latency_ms <= reply.latency_ms
    assert reply.attempts == (1,)


async def test_a_stream_tells_when_its_first_token_came(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    await drafter.draft(request_for(), stub.route("openai/stub-good", stream=True), log, nothing)

    [finished] = log.rows
    assert log.started[0].streamed
    assert finished.time_to_first_token_ms is not None
    assert 0 < finished.time_to_first_token_ms <= finished.latency_ms


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("behaviour", ["nousage", "lies"])
async def test_usage_that_is_missing_or_impossible_is_unknown_and_never_zero(
    behaviour: str, stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    route = stub.route(f"openai/stub-{behaviour}", stream=stream, prices=(PRICED,))
    reply = await drafter.draft(request_for(), route, log, nothing)

    [finished] = log.rows
    assert finished.outcome is AttemptOutcome.OK
    assert (finished.input_tokens, finished.output_tokens, finished.cost_usd) == (None, None, None)
    assert finished.price_state is PriceState.UNPRICED
    assert reply.cost_usd is None


async def test_a_model_without_a_price_is_unpriced_and_its_tokens_are_kept(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    reply = await drafter.draft(request_for(), stub.route("openai/stub-good"), log, nothing)

    assert log.rows[0].price_state is PriceState.UNPRICED
    assert log.rows[0].cost_usd is None
    assert log.rows[0].input_tokens == stub.count("stub-good")["input_tokens"]
    assert log.started[0].bound_usd is None
    assert reply.cost_usd is None


@pytest.mark.parametrize("stream", [False, True])
async def test_a_cancelled_call_completes_its_row_and_stays_cancelled(
    stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    route = stub.route("openai/stub-hangs", "openai/stub-good", stream=stream)
    task = asyncio.create_task(drafter.draft(request_for(), route, log, nothing))
    await asyncio.sleep(0.3)

    assert stub.count("stub-hangs")["calls"] == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [row.outcome for row in log.rows] == [AttemptOutcome.CANCELLED]
    assert log.rows[0].price_state is PriceState.UNPRICED


async def test_a_route_with_a_budget_refuses_a_model_without_a_price(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    candidate = stub.candidate("openai/stub-good")
    route = stub.route("openai/stub-good")
    with pytest.raises(OverBudget) as caught:
        await drafter.draft(request_for(), type(route)("main", (candidate,), max_cost_usd=Decimal(1)), log, nothing)

    assert caught.value.refusals[0].kind == "no_price"
    assert log.started == []


async def test_a_declared_ceiling_lets_an_unpriced_model_count_against_a_budget(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    candidate = stub.candidate("openai/stub-good", ceiling_usd_per_million=Decimal(20))
    route = type(stub.route())("main", (candidate,), max_cost_usd=Decimal(1))

    await drafter.draft(request_for(), route, log, nothing)

    assert log.started[0].bound_usd is not None
    assert 0 < log.started[0].bound_usd < 1
    assert log.rows[0].price_state is PriceState.UNPRICED


async def test_repeats_and_fallbacks_stop_where_the_budget_ends(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    dear = Price(input=Decimal("0.0001"), output=Decimal("0.0001"))
    candidate = stub.candidate("openai/stub-500", prices=(dear,), retries=5)
    bound = Decimal("0.0001") * 10_000  # one call's bound is a little below this, and 500 may have been billed
    route = type(stub.route())("main", (candidate, candidate), max_cost_usd=bound)

    with pytest.raises(ModelsBusy):
        await drafter.draft(request_for(), route, log, nothing)

    assert len(log.rows) == 1


async def test_after_a_hundred_mixed_drafts_the_ledger_equals_the_stub(stub: StubModel, drafter: Drafter) -> None:
    routes = [
        stub.route(first, "openai/stub-good", stream=stream, prices=(PRICED,), retries=retries)
        for first in ("openai/stub-good", "openai/stub-500", "openai/stub-badjson", "openai/stub-markdown")
        for stream in (False, True)
        for retries in (0, 1)
    ]
    log = MemoryLog()
    gate = asyncio.Semaphore(8)

    async def one(number: int) -> None:
        async with gate:
            question = f"How long does refund {number} {'take ' * (number % 7)}?"
            await drafter.draft(request_for(question), routes[number % len(routes)], log, nothing)

    await asyncio.gather(*(one(number) for number in range(100)))

    models = {row.model for row in log.started}
    served = [stub.count(model) for model in models]
    assert len(log.rows) == sum(each["calls"] for each in served) > 100
    for column, kind in (
        ("input_tokens", "input_tokens"),
        ("output_tokens", "output_tokens"),
        ("cached_read_tokens", "cached_tokens"),
        ("reasoning_tokens", "reasoning_tokens"),
    ):
        assert sum(getattr(row, column) or 0 for row in log.rows) == sum(each[kind] for each in served), column
    expected = sum(
        (each["input_tokens"] - each["cached_tokens"]) * PRICED.input
        + each["cached_tokens"] * Decimal("0.00000125")
        + each["output_tokens"] * PRICED.output
        for each in served
    )
    assert log.cost() == expected
