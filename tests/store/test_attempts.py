"""The ledger's rows."""

from datetime import UTC, datetime
from decimal import Decimal

from gateway.ledger.attempt import AttemptFinished, AttemptOutcome, AttemptStarted, PriceState, Purpose
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from tests.store.rows import begin, only

NOW = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


def started(run_id: int, number: int = 1) -> AttemptStarted:
    return AttemptStarted(
        run_id=run_id,
        number=number,
        purpose=Purpose.DRAFT,
        route="default",
        provider="openai",
        model="stub",
        prompt="draft",
        prompt_version="1",
        retry=0,
        fallback=0,
        streamed=False,
        started_at=NOW,
        bound_usd=Decimal("0.05"),
    )


def finished(
    cost: Decimal | None = Decimal("0.0123"),
    tokens: tuple[int | None, int | None] = (100, 20),
    outcome: str = "ok",
) -> AttemptFinished:
    return AttemptFinished(
        ended_at=NOW,
        latency_ms=12.5,
        outcome=AttemptOutcome(outcome),
        price_state=PriceState.UNPRICED if cost is None else PriceState.PRICED,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        cost_usd=cost,
    )


async def test_an_attempt_is_there_before_its_call_with_no_end(database: Database) -> None:
    await begin(database)
    run = (await only(database, "select id from run"))["id"]

    await AttemptRows(database).start(started(run))

    row = await only(database, "select * from attempt")
    assert (row["outcome"], row["ended_at"], row["cost_usd"], row["input_tokens"]) == (None, None, None, None)
    assert row["bound_usd"] == Decimal("0.05")


async def test_the_end_of_an_attempt_is_kept_to_the_last_digit_of_money(database: Database) -> None:
    await begin(database)
    run = (await only(database, "select id from run"))["id"]
    log = AttemptRows(database)

    await log.finish(await log.start(started(run)), finished(cost=Decimal("123456.000000000001")))

    row = await only(database, "select * from attempt")
    assert row["cost_usd"] == Decimal("123456.000000000001")
    assert (row["outcome"], row["price_state"], row["latency_ms"]) == ("ok", "priced", 12.5)
    assert row["cached_read_tokens"] is None


async def test_an_attempt_ends_once(database: Database) -> None:
    await begin(database)
    run = (await only(database, "select id from run"))["id"]
    log = AttemptRows(database)
    attempt = await log.start(started(run))

    await log.finish(attempt, finished(tokens=(1, 2)))
    await log.finish(attempt, finished(tokens=(3, 4)))

    assert (await only(database, "select input_tokens from attempt"))["input_tokens"] == 1
