"""What leaves in bulk by a command is on record with who took it and what of it; what is only looked at is not."""

import os
import pwd
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner

from gateway.cli import audit, exposure, ledger, outcomes, report
from gateway.store.database import Database
from tests.cli.conftest import Doing
from tests.cli.test_ledger_reconcile import HEADINGS, calls

Entries = list[dict[str, Any]]


async def exports(database: Database) -> Entries:
    rows = await database.all("select * from audit_entry where act = 'export' order by id")
    return list(rows)


def run(*words: str) -> None:
    app = Typer()
    for module in (exposure, outcomes, report):
        module.add_to(app)
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(audit.app, name="audit")
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.exception or answer.output


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "none.yaml"))


@pytest.mark.parametrize(
    ("words", "on_what", "told"),
    [
        ("ledger export --after 7", "ledger", {"after": 7, "format": "focus-csv"}),
        ("ledger tickets --by queue --format json", "ledger tickets", {"by": "queue", "format": "json"}),
        ("report --month 2026-10 --queue Billing", "report", {"month": "2026-10", "queue": "Billing", "format": "md"}),
        ("outcomes --account acme --format csv", "outcomes, by account", {"account": "acme", "format": "csv"}),
        ("outcomes --risks --format json", "outcomes, risks", {"format": "json"}),
        ("exposure --format csv", "exposure", {"format": "csv"}),
        ("audit export --after 3", "audit record", {"after": 3}),
        ("audit list --json --act approve", "audit record", {"act": "approve", "limit": 50}),
    ],
)
def test_an_export_is_on_record_with_who_took_what(
    given: Doing[Entries], words: str, on_what: str, told: dict[str, Any]
) -> None:
    run(*words.split())

    (entry,) = given(exports)
    assert (entry["on_what"], entry["from_where"]) == (on_what, "command")
    assert entry["who"] == pwd.getpwuid(os.getuid()).pw_name
    assert {name: value for name, value in entry["detail"].items() if name != "since"} == told


def test_a_reconciliation_for_programs_is_one(given: Doing[Any], tmp_path: Path) -> None:
    given(calls)
    (tmp_path / "invoice.csv").write_text(f"{HEADINGS}2026-11-23,stub-2026-01-01,200,40\n")

    run("ledger", "reconcile", "--invoice", str(tmp_path / "invoice.csv"), "--format", "json")

    (entry,) = given(exports)
    assert entry["on_what"] == "ledger by day and model"


def test_tables_for_the_eyes_are_none(given: Doing[Entries]) -> None:
    for words in ("ledger tickets", "ledger tickets --by model", "outcomes", "exposure", "audit list"):
        run(*words.split())

    assert given(exports) == []
