"""`countersign ledger reconcile`, on a real ledger."""

import csv
import io
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.cli import ledger
from gateway.ledger.invoices import InvoiceUnreadable
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from tests.cli.conftest import Doing
from tests.cli.test_reports import call
from tests.store.rows import begin, only
from tests.store.test_attempts import finished, started

HEADINGS = "start_time_iso,model,input_tokens,output_tokens\n"
DAY = "2026-11-01T00:00:00+00:00"


async def calls(database: Database) -> None:
    """Two of one provider, and one of another, on the first of November."""
    await begin(database)
    run = (await only(database, "select id from run"))["id"]
    log = AttemptRows(database)
    for number, provider in enumerate(("openai", "openai", "other"), start=1):
        begun = await log.start(replace(started(run, number), provider=provider))
        await log.finish(begun, finished(cost=Decimal("0.01"), tokens=(100, 20)))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


def test_what_agrees_is_said_in_one_line_and_ends_well(given: Doing[None], export: Path) -> None:
    given(calls)
    export.write_text(f"{HEADINGS}{DAY},stub-2026-01-01,200,40\n")

    answer = call(ledger.app, "reconcile", "--invoice", str(export), "--fail-over", "0%")

    assert answer.exit_code == 0, answer.output
    assert "1 of 1 days of a model agree." in answer.output


def test_what_differs_has_both_sides_the_reason_and_a_status(given: Doing[None], export: Path) -> None:
    given(calls)
    export.write_text(f"{HEADINGS}{DAY},stub,200,40\n{DAY},unknown-model,1000,0\n")
    words = ("reconcile", "--invoice", str(export))

    answer = call(ledger.app, *words, "--fail-over", "1%")
    lines = json.loads(call(ledger.app, *words, "--format", "json").stdout)["lines"]
    [_, row] = csv.DictReader(io.StringIO(call(ledger.app, *words, "--format", "csv").stdout))

    assert answer.exit_code == 1
    assert "more than 1.00%" in answer.stderr
    assert "not in our ledger" in " ".join(answer.stdout.split())
    assert (lines[0]["our_input"], lines[0]["more_tokens"], lines[0]["why"]) == (200, 0, "")
    assert (row["model"], row["their_input"], row["our_input"], row["more_tokens"]) == (
        "unknown-model",
        "1000",
        "",
        "1000",
    )
    assert call(ledger.app, *words, "--fail-over", "90%").exit_code == 0
    assert call(ledger.app, *words).exit_code == 0


def test_any_table_by_flags_or_by_a_file_and_for_one_provider(given: Doing[None], tmp_path: Path, export: Path) -> None:
    given(calls)
    export.write_text("Date,Model,Amount\n2026-11-01,stub,0.02\n")
    (tmp_path / "map.yaml").write_text("day: Date\nmodel: Model\nusd: Amount\n")
    words = ("reconcile", "--invoice", str(export), "--provider", "generic", "--fail-over", "0.1%")

    by_flags = call(ledger.app, *words, "--map", "day=Date", "--map", "model=Model", "--map", "usd=Amount")
    by_file = call(ledger.app, *words, "--map", str(tmp_path / "map.yaml"), "--of", "openai")

    assert by_flags.exit_code == 1  # all providers called that model for 0.03
    assert by_file.exit_code == 0, by_file.output


def test_another_currency_is_refused_and_nothing_is_compared(given: Doing[None], export: Path) -> None:
    export.write_text("start_time_iso,amount_value,amount_currency,line_item\n2026-11-01,5,eur,stub\n")

    answer = call(ledger.app, "reconcile", "--invoice", str(export))

    assert isinstance(answer.exception, InvoiceUnreadable)
    assert "nothing is converted" in str(answer.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--map", "day=Date"], "only --provider generic"),
        (["--provider", "generic"], "at least day"),
        (["--provider", "generic", "--map", "hour=Date"], "no part hour"),
        (["--provider", "generic", "--map", "missing.yaml"], "no YAML file"),
        (["--fail-over", "much"], "a share such as"),
        (["--utc-offset", "20"], "14"),
    ],
)
def test_what_cannot_be_meant_is_a_command_used_wrongly(export: Path, words: list[str], said: str) -> None:
    export.write_text(f"{HEADINGS}{DAY},stub,200,40\n")

    answer = call(ledger.app, "reconcile", "--invoice", str(export), *words)

    assert answer.exit_code == 2
    assert said in " ".join(answer.output.replace("│", " ").split())
