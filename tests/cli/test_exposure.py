"""`countersign exposure`, as a person or a script calls it."""

import csv
import io
import json
from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from gateway.cli import exposure
from gateway.store.database import Database
from gateway.store.json import jsonb
from tests.cli.conftest import Doing
from tests.pages.rows import walk

KEPT = {"shown": ["PERSON"], "clear": {"PERSON": 2}, "masked": {"CARD": 1}, "local": []}


@pytest.fixture
def call() -> Callable[..., str]:
    app = typer.Typer()
    exposure.add_to(app)
    return lambda *words: CliRunner().invoke(app, words).output


async def shown(database: Database) -> int:
    """A run whose models saw names in clear."""
    run = await walk(database)
    await database.run(
        "insert into step (run_id, name, at, ms, data) values (%(run)s, 'exposure', now(), 0, %(data)s)",
        {"run": run, "data": jsonb(KEPT)},
    )
    return run


def test_the_table_tells_what_left_the_house_in_clear(given: Doing[int], call: Callable[..., str]) -> None:
    given(shown)

    told = call()

    assert "Left the house in clear: person." in " ".join(told.split())
    assert max(map(len, told.splitlines())) <= 100


def test_csv_and_json_have_the_same_counts(given: Doing[int], call: Callable[..., str]) -> None:
    given(shown)

    rows = list(csv.DictReader(io.StringIO(call("--format", "csv"))))
    told = json.loads(call("--format", "json"))

    assert [(row["kind"], row["in_clear"], row["values"]) for row in rows] == [
        ("person", "True", "2"),
        ("card", "False", "1"),
    ]
    assert [line["times"] for line in told["lines"]] == [2, 1]
    assert told["untold_calls"] == 0


def test_what_was_not_kept_is_said_to_be_unknown(given: Doing[int], call: Callable[..., str]) -> None:
    given(walk)

    assert "it is not known" in call()
