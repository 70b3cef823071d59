"""`countersign ledger export`: calls for the cost tools of an organisation."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gateway.cli import ledger
from gateway.cli.ledger_export import FocusFormat, _write
from gateway.ledger.attempt import Origin
from gateway.ledger.focus import COLUMNS
from gateway.store.attempts import AttemptRows, lost
from gateway.store.database import Database
from gateway.store.reports import spending
from tests.cli.conftest import Doing
from tests.cli.test_reports import call
from tests.store.rows import begin, only
from tests.store.test_attempts import finished, started

# FOCUS 1.2: what must be there, of which type, and what may be empty.
TEXT, TIME, NUMBER = "text", "time", "number"
MANDATORY = {
    "BilledCost": NUMBER,
    "BillingAccountId": TEXT,
    "BillingAccountName": TEXT,
    "BillingCurrency": TEXT,
    "BillingPeriodEnd": TIME,
    "BillingPeriodStart": TIME,
    "ChargeCategory": TEXT,
    "ChargeClass": TEXT,
    "ChargeDescription": TEXT,
    "ChargePeriodEnd": TIME,
    "ChargePeriodStart": TIME,
    "ContractedCost": NUMBER,
    "EffectiveCost": NUMBER,
    "InvoiceIssuerName": TEXT,
    "ListCost": NUMBER,
    "PricingQuantity": NUMBER,
    "PricingUnit": TEXT,
    "ProviderName": TEXT,
    "PublisherName": TEXT,
    "ServiceCategory": TEXT,
    "ServiceName": TEXT,
}
MAY_BE_EMPTY = {"ChargeClass"}


async def run(database: Database) -> int:
    await begin(database)
    return int((await only(database, "select id from run"))["id"])


async def calls(database: Database) -> None:
    """One with a price, one without, one whose process died, and one under way."""
    log, of = AttemptRows(database), await run(database)
    origin = Origin("acme", "7", "Billing")
    for number, end in enumerate((finished(), finished(cost=None, tokens=(None, None)), lost()), start=1):
        await log.finish(await log.start(replace(started(of, number), origin=origin)), end)
    await log.start(replace(started(of, 4), origin=origin))


async def hostile(database: Database) -> None:
    log = AttemptRows(database)
    named = replace(started(await run(database)), model='=HYPERLINK("http://x")', origin=Origin("acme", "+7", "@b"))
    await log.finish(await log.start(named), finished())


async def many(database: Database) -> None:
    of = await run(database)
    await database.run(
        """insert into attempt (run_id, number, purpose, route, provider, model, prompt, prompt_version, retry,
             fallback, started_at, outcome, cost_usd, price_state)
           select %(run)s, n, 'draft', 'default', 'openai', 'stub', 'draft', '1', 0, 0, now(), 'ok', 0.001, 'priced'
           from generate_series(1, 3500) as n""",
        {"run": of},
    )


def table(*words: str) -> list[dict[str, str]]:
    answer = call(ledger.app, "export", *words)
    assert answer.exit_code == 0, answer.exception
    return list(csv.DictReader(io.StringIO(answer.stdout)))


def objects(*words: str) -> list[dict[str, Any]]:
    answer = call(ledger.app, "export", "--format", "focus-json", *words)
    assert answer.exit_code == 0, answer.exception
    return [json.loads(line, parse_float=Decimal) for line in answer.stdout.splitlines()]


def fits(kind: str, value: Any) -> bool:
    if kind == TIME:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ") is not None
    return isinstance(value, str) and bool(value) if kind == TEXT else isinstance(value, int | Decimal)


def test_every_mandatory_column_of_focus_is_there_with_its_type(given: Doing[None]) -> None:
    given(calls)

    priced = objects()[0]

    assert set(MANDATORY) <= set(priced)
    wrong = [
        name
        for name, kind in MANDATORY.items()
        if not ((priced[name] is None and name in MAY_BE_EMPTY) or fits(kind, priced[name]))
    ]
    assert wrong == []
    assert all(name in MANDATORY or name[:2] == "x_" or name[0].isupper() for name in priced)


def test_periods_contain_the_call_and_the_month_contains_them(given: Doing[None]) -> None:
    given(calls)

    [row, *_] = table()

    assert row["ChargePeriodStart"] == "2026-11-01T10:00:00Z"
    assert row["ChargePeriodEnd"] == "2026-11-01T10:00:01Z"
    assert (row["BillingPeriodStart"], row["BillingPeriodEnd"]) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")


def test_an_estimate_never_poses_as_an_invoice(given: Doing[None]) -> None:
    given(calls)

    for row in table():
        assert row["BilledCost"] == "0"
        assert row["BillingAccountId"] == "countersign"
        assert row["x_CostIs"] in ("estimate", "unknown")
    assert "not invoiced" in table()[0]["ChargeDescription"]


def test_a_cost_that_nobody_knows_is_empty_and_has_its_bound_beside_it(given: Doing[None]) -> None:
    given(calls)

    priced, unknown, died = table()

    assert priced["EffectiveCost"] == "0.0123"
    for row in (unknown, died):
        assert (row["EffectiveCost"], row["ListCost"], row["ContractedCost"]) == ("", "", "")
        assert (row["x_UpperBoundUsd"], row["x_CostIs"]) == ("0.05", "unknown")
    assert (died["x_Outcome"], died["PricingQuantity"]) == ("abandoned", "")
    assert [row["EffectiveCost"] for row in objects()] == [Decimal("0.0123"), None, None]


def test_both_formats_have_the_same_columns_and_money_to_the_last_digit(given: Doing[None]) -> None:
    async def dear(database: Database) -> None:
        log = AttemptRows(database)
        await log.finish(await log.start(started(await run(database))), finished(cost=Decimal("123456.000000000001")))

    given(dear)

    [row], [line] = table(), objects()
    assert list(row) == list(line) == list(COLUMNS)
    assert row["EffectiveCost"] == "123456.000000000001"
    assert line["EffectiveCost"] == Decimal("123456.000000000001")


def test_no_field_is_a_formula(given: Doing[None]) -> None:
    given(hostile)

    [row] = table()

    assert not [value for value in row.values() if value.startswith(("=", "+", "-", "@"))]
    assert row["SkuId"] == '\'=HYPERLINK("http://x")'


def test_a_call_under_way_is_left_for_the_next_export_which_goes_on_after_the_last(given: Doing[None]) -> None:
    given(calls)
    first = call(ledger.app, "export")
    last = list(csv.DictReader(io.StringIO(first.stdout)))[-1]["x_AttemptId"]
    assert f"--after {last}" in first.stderr
    assert "1 under way" in first.stderr
    assert table("--after", last) == []

    async def ends(database: Database) -> None:
        row = await only(database, "select id from attempt where outcome is null")
        await AttemptRows(database).finish(row["id"], finished())

    given(ends)

    [new] = table("--after", last)
    assert int(new["x_AttemptId"]) > int(last)


def test_an_export_that_was_cut_goes_on_without_a_gap_or_a_repeat(given: Doing[None]) -> None:
    given(many)
    whole = [row["x_AttemptId"] for row in table()]

    cut = whole[:1234]

    assert len(whole) == 3500
    assert cut + [row["x_AttemptId"] for row in table("--after", cut[-1])] == whole


def test_since_and_until_are_when_calls_began(given: Doing[None]) -> None:
    given(calls)

    assert len(table("--since", "2026-11-01", "--until", "2026-11-02")) == 3
    assert table("--until", "2026-11-01") == []
    assert table("--since", "2026-11-02") == []


def test_a_ledger_without_calls_has_its_headings(given: Doing[None]) -> None:
    answer = call(ledger.app, "export")

    assert answer.stdout.strip().split(",") == list(COLUMNS)
    assert "0 calls" in answer.stderr


def test_a_call_that_got_another_price_since_is_told(given: Doing[None]) -> None:
    async def repriced(database: Database) -> None:
        await calls(database)
        await database.run(
            "insert into repricing (attempt_id, new_usd, new_state) select min(id), 1, 'priced' from attempt"
        )

    given(repriced)

    assert "have another price since" in call(ledger.app, "export", "--after", "2").stderr


@pytest.mark.parametrize("format_", FocusFormat)
def test_each_line_is_written_before_the_next_call_is_read(format_: FocusFormat) -> None:
    """However many there are: nothing is collected."""
    out = io.StringIO()
    headings = 1 if format_ is FocusFormat.CSV else 0
    kept = dict.fromkeys(
        ("cost_usd", "bound_usd", "input_tokens", "output_tokens", "cached_read_tokens", "cached_write_tokens"), None
    ) | dict.fromkeys(("provider", "model", "purpose", "route", "account", "ticket_id", "queue", "outcome"), "x")
    kept |= dict.fromkeys(("reasoning_tokens", "price_state", "price_version", "ended_at"), None)
    kept |= {"run_id": 1, "retry": 0, "fallback": 0, "suspect": False}

    async def rows() -> AsyncIterator[dict[str, Any]]:
        for number in range(5000):
            assert out.getvalue().count("\n") == number + headings if number % 500 == 0 else True
            yield {**kept, "id": number + 1, "started_at": datetime.now(UTC) - timedelta(seconds=number)}

    assert asyncio.run(_write(rows(), format_, out)) == (5000, 5000)


async def test_a_call_that_is_being_written_down_is_waited_for(database: Database) -> None:
    """Its number is lower than one that is there already, and would be skipped for ever."""
    log = AttemptRows(database)
    of = await run(database)
    first = await log.start(started(of, 1))
    async with database.transaction() as connection:
        await connection.execute("update attempt set outcome = 'ok' where id = %(id)s", {"id": first})
        await connection.execute(
            """insert into attempt (run_id, number, purpose, route, provider, model, prompt, prompt_version, retry,
               fallback, started_at) select run_id, 2, purpose, route, provider, model, prompt, prompt_version, retry,
               fallback, started_at from attempt where id = %(id)s""",
            {"id": first},
        )
        asked = asyncio.ensure_future(spending.horizon(database))
        await asyncio.sleep(0.2)
        assert not asked.done()

    edge = await asked
    assert (edge.before, edge.open) == (first + 1, 1)
