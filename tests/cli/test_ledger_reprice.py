"""`countersign ledger reprice`: another price for calls of the past, and the old one kept."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from gateway.cli import ledger
from gateway.ledger.attempt import PriceState
from gateway.records import RunState
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from tests.cli.conftest import Answer, Doing
from tests.cli.test_reports import call
from tests.store.rows import begin, finish, only
from tests.store.test_attempts import finished, started

OLD, YOUNG = datetime(2026, 10, 20, 12, 0, tzinfo=UTC), datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
OWNER = {"team": "Platform", "contact": "platform@example.com"}


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model whose price was declared for October, and another one from November on."""
    prices = [{"input": "2", "output": "4"}, {"input": "1", "output": "2", "valid_from": "2026-11-01"}]
    route = {"owner": OWNER, "candidates": [{"model": "openai/stub", "prices": prices}]}
    (tmp_path / "countersign.yaml").write_text(yaml.safe_dump({"version": 1, "models": {"default": route}}))
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "countersign.yaml"))


async def three_calls(database: Database) -> None:
    """One of October and one of November without a price, and one whose answer told no tokens."""
    rows = await begin(database)
    run = (await only(database, "select id from run"))["id"]
    log = AttemptRows(database)
    unpriced = replace(finished(cost=None, tokens=(1_000_000, 1_000_000)), price_state=PriceState.UNPRICED)
    for number, (at, end) in enumerate(
        ((OLD, unpriced), (YOUNG, unpriced), (YOUNG, finished(cost=None, tokens=(None, None)))), start=1
    ):
        await log.finish(await log.start(replace(started(run, number), started_at=at)), end)
    await finish(rows, RunState.DONE)


async def costs(database: Database) -> list[Decimal | None]:
    return [row["cost_usd"] for row in await database.all("select cost_usd from attempt order by id")]


async def kept(database: Database) -> list[tuple[Decimal | None, Decimal]]:
    rows = await database.all("select old_usd, new_usd from repricing order by id")
    return [(row["old_usd"], row["new_usd"]) for row in rows]


def test_a_dry_run_shows_what_would_change_and_changes_nothing(given: Doing[Answer], configured: None) -> None:
    given(three_calls)

    told = call(ledger.app, "reprice", "--since", "2026-10-01", "--dry-run").stdout

    assert "2 calls would get another price" in told
    assert given(costs) == [None, None, None]


def test_each_call_gets_the_price_of_its_own_day_and_the_old_one_is_kept(
    given: Doing[Answer], configured: None
) -> None:
    given(three_calls)

    told = call(ledger.app, "reprice", "--since", "2026-10-01").stdout

    assert "2 calls got another price" in told
    assert given(costs) == [Decimal(6), Decimal(3), None]  # what told no tokens stays unknown
    assert given(kept) == [(None, Decimal(6)), (None, Decimal(3))]
    run = given(lambda database: only(database, "select cost_usd, unpriced_attempts from run"))
    assert (run["cost_usd"], run["unpriced_attempts"]) == (Decimal(9), 1)
    entry = given(lambda database: only(database, "select act, detail from audit_entry where act = 'ledger reprice'"))
    assert entry["detail"] == {"calls": 2, "first": 1, "last": 2}


def test_a_second_time_there_is_nothing_to_do(given: Doing[Answer], configured: None) -> None:
    given(three_calls)
    call(ledger.app, "reprice", "--since", "2026-10-01")

    told = call(ledger.app, "reprice", "--since", "2026-10-01").stdout

    assert "has the price that is known now" in told
    assert len(given(kept)) == 2


def test_calls_before_the_time_keep_their_price(given: Doing[Answer], configured: None) -> None:
    given(three_calls)

    call(ledger.app, "reprice", "--since", "2026-11-01")

    assert given(costs) == [None, Decimal(3), None]
