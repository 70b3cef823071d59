"""What tickets cost, with people's time and the help desk's calls, alone and by group."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.ledger.attempt import Origin, PriceState
from gateway.ledger.people import Rates
from gateway.records import RunState
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.store.reports import CostBy, TicketCost, cost_groups, ticket_costs
from gateway.store.run_rows import RunRows
from tests.store.rows import arrive, propose
from tests.store.test_attempts import finished, started

RATES = Rates(Decimal(36), 6, "payroll of 2026")
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


async def answered(database: Database, name: str, ticket: str, *, queue: str | None, topics: dict[str, float]) -> int:
    """A run with a draft, one call of 0.0123 USD and one without a price (at most 0.05 USD)."""
    run = await arrive(database, name, ticket=ticket)
    rows = RunRows(database, run)
    await rows.open()
    rows.requester_is("requester-1", "v1", queue)
    rows.step("screen", 2.0, {"topics": topics}, {})
    propose(rows, mark=f"cs-{name}")
    await rows.commit()
    log = AttemptRows(database)
    origin = Origin("acme", ticket, queue or "")
    await log.finish(await log.start(replace(started(run), origin=origin)), finished())
    unknown = replace(finished(cost=None), price_state=PriceState.UNPRICED, suspect=True)
    await log.finish(await log.start(replace(started(run, 2), origin=origin)), unknown)
    await rows.finish(
        RunState.DONE, reason="because", step_ms={"screen": 2.0, "draft": 5.0}, verdict="review", policy_version="p1",
        calls=4,
    )  # fmt: skip
    return run


async def look(database: Database, run: int, ms: int) -> None:
    """Somebody read the draft on its page."""
    await database.run(
        """insert into review (account, ticket_id, run_id, act, by, groups, via, edited, reading_ms)
           select account, ticket_id, id, 'approve', 'ann', '[]', 'page', false, %(ms)s from run where id = %(run)s""",
        {"run": run, "ms": ms},
    )


async def only_one(database: Database, **more: object) -> TicketCost:
    (line,) = await ticket_costs(database, since=YESTERDAY, **more)  # type: ignore[arg-type]
    return line


@pytest.fixture
async def run(database: Database) -> int:
    return await answered(database, "e1", "7", queue="billing", topics={"refund": 0.9, "complaint": 0.4})


async def test_calls_without_a_price_are_told_apart_and_counted_at_their_bound(database: Database, run: int) -> None:
    line = await only_one(database)

    assert (line.known_usd, line.unpriced_attempts) == (Decimal("0.0123"), 1)
    assert line.at_most_usd == Decimal("0.0623")
    assert (line.suspect_attempts, line.abandoned_attempts, line.attempts) == (1, 0, 2)


async def test_a_call_without_any_bound_makes_the_most_unknown(database: Database, run: int) -> None:
    log = AttemptRows(database)
    await log.finish(await log.start(replace(started(run, 3), bound_usd=None)), finished(cost=None))

    assert (await only_one(database)).at_most_usd is None


async def test_waiting_the_steps_and_what_is_between_them_are_the_whole(database: Database, run: int) -> None:
    await database.run("update run set waited_ms = 30, took_ms = 100 where id = %(run)s", {"run": run})

    line = await only_one(database)

    assert line.whole_ms == 130
    assert line.step_ms is not None
    assert line.waited_ms is not None
    assert line.other_ms is not None
    assert line.waited_ms + sum(line.step_ms.values()) + line.other_ms == line.whole_ms


async def test_a_clock_that_was_set_back_makes_no_time_negative(database: Database, run: int) -> None:
    await database.run("update run set waited_ms = 30, took_ms = -5000 where id = %(run)s", {"run": run})

    line = await only_one(database)

    assert (line.whole_ms, line.other_ms) == (37, 0)


async def test_reviewers_time_is_measured_where_a_page_did_and_costs_the_declared_rate(
    database: Database, run: int
) -> None:
    await look(database, run, 30_000)
    await look(database, run, 60_000)

    line = await only_one(database, rates={"acme": RATES})

    assert (line.measured_ms, line.estimated_ms, line.reviewed_ms) == (90_000, None, 90_000)
    assert line.reviewer_usd == Decimal("0.9000")  # 1.5 minutes at 36 USD an hour
    assert line.by_hand_usd == Decimal("3.6000")  # 6 minutes


async def test_without_rates_nothing_is_said_of_peoples_money(database: Database, run: int) -> None:
    line = await only_one(database)

    assert (line.reviewed_ms, line.reviewer_usd, line.by_hand_usd) == (None, None, None)


async def test_queue_topics_and_calls_to_the_help_desk_are_on_the_line(database: Database, run: int) -> None:
    line = await only_one(database, ticket_id="7")

    assert (line.queue, sorted(line.topics), line.desk_calls) == ("billing", ["complaint", "refund"], 4)


async def test_calls_of_a_try_whose_process_died_are_unknown_and_not_zero(database: Database) -> None:
    """The second try told its calls; nobody knows those of the first."""
    run = await arrive(database, "e9", ticket="9")
    await RunRows(database, run).open()
    again = RunRows(database, run)
    await again.open()
    await again.add_calls(3)
    last = RunRows(database, run)
    await last.open()
    await last.finish(RunState.DONE, reason=None, step_ms={}, calls=2)
    await RunRows(database, run).open()  # a job that came twice finds that all is done

    line = await only_one(database, ticket_id="9")

    assert (line.desk_calls, line.untold_tries) == (5, 1)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (CostBy.ACCOUNT, {"acme": 2}),
        (CostBy.QUEUE, {"billing": 1, None: 1}),
        (CostBy.TOPIC, {"refund": 2, "complaint": 1}),
        (CostBy.MODEL, {"stub": 2}),
        (CostBy.RULE, {None: 2}),
        (CostBy.OUTCOME, {"proposed": 2}),
    ],
)
async def test_tickets_are_counted_in_each_of_their_groups(
    by: CostBy, names: dict[str | None, int], database: Database, run: int
) -> None:
    await answered(database, "e2", "8", queue=None, topics={"refund": 0.8})

    groups = cost_groups(await ticket_costs(database, since=YESTERDAY, rates={"acme": RATES}), by)

    assert {group.name: group.tickets for group in groups} == names
    for group in groups:
        assert group.known_usd == Decimal("0.0123") * group.tickets
        assert group.at_most_usd == Decimal("0.0623") * group.tickets
        assert group.unpriced_attempts == group.tickets
        assert group.by_hand_usd == Decimal("3.6") * group.tickets
        assert group.desk_calls == 4 * group.tickets
