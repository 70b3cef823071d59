"""Budgets, prices and rates of `countersign.yaml`: whatever changes of them is on record, and nothing else is."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gateway.bootstrap.declared import money_of, remember
from gateway.settings import Installation
from gateway.store.database import Database
from tests.settings.files import GOOD, OWNER, read

BUDGETS = "budgets:\n  care: {owner: %s, limit: %s, per: month, account: acme}\n"
RATES = "rates: {reviewer_per_hour: 36.00 USD, by_hand_minutes: 6, source: payroll of 2026}\n"


def installation(folder: Path, limit: str | None = "50.00 USD", more: str = "") -> Installation:
    return read(folder, GOOD + (BUDGETS % (OWNER, limit) if limit else "") + more)


async def entries(database: Database, what: str = "budget care") -> list[dict[str, Any]]:
    return list(await database.all("select * from audit_entry where on_what = %(what)s order by id", {"what": what}))


async def test_a_limit_that_changes_is_on_record_with_what_it_was(tmp_path: Path, database: Database) -> None:
    await remember(database, installation(tmp_path))
    await remember(database, installation(tmp_path, "80.5 USD"))

    first, second = await entries(database)
    assert (first["act"], first["on_what"], first["from_where"]) == ("budget change", "budget care", "countersign.yaml")
    assert (first["detail"]["before"], first["detail"]["now"]["limit_usd"]) == (None, "50")
    assert (second["detail"]["before"], second["detail"]["now"]["limit_usd"]) == (first["detail"]["now"], "80.5")
    assert second["who"].startswith("countersign on ")


async def test_what_stays_is_not_told_again_also_where_it_is_written_otherwise(
    tmp_path: Path, database: Database
) -> None:
    await remember(database, installation(tmp_path, more=RATES))
    await remember(database, installation(tmp_path, "50.0 USD", more=RATES.replace("36.00", "36")))

    assert len(await entries(database)) == 1
    assert len(await entries(database, "rates")) == 1


async def test_a_budget_that_is_taken_away_is_on_record(tmp_path: Path, database: Database) -> None:
    await remember(database, installation(tmp_path))
    await remember(database, installation(tmp_path, None))

    *_, last = await entries(database)
    assert (last["act"], last["detail"]["now"], last["detail"]["before"]["per"]) == ("budget change", None, "month")
    assert await database.all("select * from declared where name = 'budget care'") == []


def test_prices_are_kept_to_the_last_digit_with_the_day_from_which_they_hold(tmp_path: Path) -> None:
    prices = "{input: 0.150, output: 0.6}, {input: 0.1, output: 0.4, valid_from: 2026-12-01}"
    route = f"models:\n  own: {{owner: {OWNER}, candidates: [{{model: openai/m, prices: [{prices}]}}]}}\n"

    told = money_of(read(tmp_path, "version: 1\n" + route))

    assert told == {
        "prices of route own": {
            "draft_limit_usd": None,
            "models": [
                [
                    "openai/m",
                    {
                        "usd_per_million": [
                            {"input": "0.15", "output": "0.6"},
                            {"input": "0.1", "output": "0.4", "valid_from": "2026-12-01"},
                        ],
                        "ceiling": None,
                    },
                ]
            ],
        }
    }


async def test_a_change_that_cannot_be_recorded_is_not_remembered_either(tmp_path: Path, database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute(
            "create function no() returns trigger language plpgsql as $$ begin raise 'the record is closed'; end $$"
        )
        await connection.execute("create trigger no before insert on audit_entry for each row execute function no()")

    with pytest.raises(psycopg.errors.RaiseException):
        await remember(database, installation(tmp_path))

    assert await database.all("select * from declared") == []


async def test_processes_that_start_together_tell_a_change_once(tmp_path: Path, database: Database) -> None:
    declared = installation(tmp_path)

    await asyncio.gather(*(remember(database, declared) for _ in range(6)))

    assert len(await entries(database)) == 1
