"""`countersign outcomes`, as a lead or a script calls it."""

import asyncio
import csv
import io
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from gateway.cli import outcomes as command
from gateway.cli import runs
from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from gateway.store.reviews import Word, held_draft
from tests.pages.rows import walk
from tests.pages.steps import Plan
from tests.settings.files import OWNER

Doing = Callable[[Callable[[Database], Awaitable[None]]], None]


@pytest.fixture
def given(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Doing:
    """Does something in the database that the command will find."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "countersign.yaml"))

    async def in_database(doing: Callable[[Database], Awaitable[None]]) -> None:
        database = Database(database_url)
        await database.open()
        try:
            await doing(database)
        finally:
            await database.close()

    return lambda doing: asyncio.run(in_database(doing))


def call(*words: str) -> Result:
    app = Typer()
    command.add_to(app)
    return CliRunner().invoke(app, words)


def made(kinds: Sequence[str], *, shadow: bool = False, verdict: str = "review") -> Callable[..., Awaitable[None]]:
    """A draft for each kind of outcome."""

    async def make(database: Database) -> None:
        for number, kind in enumerate(kinds):
            run = await walk(database, Plan(ticket=str(number), verdict=verdict))
            await outcomes.keep(database, run, Found(kind, 0.9, 0.8, "m", "agent", ["care"], estimated_ms=12_000))
        await database.run("update draft set shadow = %(shadow)s", {"shadow": shadow})

    return make


def approvals(names: Sequence[str]) -> Callable[..., Awaitable[None]]:
    async def make(database: Database) -> None:
        run = await walk(database)
        for name in names:
            async with held_draft(database, run) as draft:
                assert draft is not None
                await draft.keep(Word("approve", name, ["care"], "page", reading_ms=20_000, detail={"words": 120}))

    return make


def test_the_table_tells_rates_with_intervals_and_fits_100_columns(given: Doing) -> None:
    given(made(["sent_as_is"] * 20 + ["light_edit"] * 4 + ["not_used"] * 6))

    answer = call("--by", "rule")

    assert answer.exit_code == 0
    assert "refunds/large-refund" in answer.output
    assert "80 % (63-90)" in answer.output
    assert "17 % (7-36)" in answer.output
    assert "~12.0 s" in answer.output
    assert max(map(len, answer.output.splitlines())) <= 100


def test_a_small_sample_says_so(given: Doing) -> None:
    given(made(["sent_as_is"] * 3))

    answer = call("--by", "topic")

    assert answer.output.count("too few (3/3)") == 2
    assert "Under 20 it is too few to tell" in answer.output
    assert "100 %" not in answer.output


def test_a_program_gets_every_count_and_every_interval(given: Doing) -> None:
    given(made(["sent_as_is"] * 3 + ["rewritten"]))

    (line,) = json.loads(call("--by", "model", "--format", "json").output)

    assert (line["group"], line["drafts"], line["as_is"], line["rewritten"]) == ("gpt-5-mini", 4, 3, 1)
    assert line["acceptance"]["hits"] == 3
    assert line["acceptance"]["enough"] is False
    assert line["acceptance"]["low"] == pytest.approx(0.3006, abs=0.0001)


def test_a_spreadsheet_gets_the_same_in_columns(given: Doing) -> None:
    given(made(["sent_as_is"] * 3))

    (line,) = csv.DictReader(io.StringIO(call("--format", "csv").output))

    assert (line["group"], line["drafts"], line["acceptance_rate"], line["acceptance_enough"]) == (
        "acme", "3", "1.0", "False",
    )  # fmt: skip


def test_shadow_tells_what_would_have_happened_and_what_it_cost(given: Doing) -> None:
    given(made(["sent_as_is"] * 15 + ["not_used"] * 5, shadow=True, verdict="send"))

    answer = call("--shadow")

    assert "Nothing of this was written" in answer.output
    assert answer.output.count("75 % (53-89)") == 2
    assert "0.0427 USD" in answer.output
    assert "No draft in that time" in call().output


def test_risks_are_told_by_team_and_never_of_so_few_that_they_are_persons(given: Doing, tmp_path: Path) -> None:
    given(approvals(["ann", "bob"] * 12))
    small = call("--risks")
    given(approvals(["cat"]))

    told = call("--risks", "--format", "json")

    assert [word for word in ("ann", "bob", "24") if word in small.output.split()] == []
    (line,) = json.loads(told.output)
    assert (line["group"], line["people"], line["too_fast"]["hits"]) == ("care", 3, 25)
    (tmp_path / "countersign.yaml").write_text(
        f"accounts: {{acme: {{connector: sandbox, owner: {OWNER}, base_url: 'https://x', words_per_minute: 400}}}}"
    )
    (line,) = json.loads(call("--risks", "--format", "json").output)
    assert line["too_fast"]["hits"] == 0


@pytest.mark.parametrize("words", [("--by", "agent"), ("--since", "soon"), ("--shadow", "--risks")])
def test_what_cannot_be_asked_is_refused(given: Doing, words: tuple[str, ...]) -> None:
    assert call(*words).exit_code == 2


def test_the_story_of_a_run_tells_what_came_after_its_reply(given: Doing) -> None:
    async def make(database: Database) -> None:
        run = await walk(database)
        await outcomes.keep(database, run, Found("light_edit", 0.9, 0.8, "m", "agent"))
        await outcomes.follow(database, run, reopened_at=datetime.now(UTC), answered_again_at=None)

    given(make)

    answer = CliRunner().invoke(runs.app, ["show", "1"])

    assert "light edit, 90% alike, 80% of the draft kept, then the requester wrote again" in answer.output


def test_calibration_is_a_table_of_tenths(given: Doing) -> None:
    given(made(["sent_as_is"] * 20 + ["not_used"] * 5))

    answer = call("--calibration")
    data = json.loads(call("--calibration", "--format", "json").output)

    assert answer.exit_code == 0, answer.output
    assert "0.6-0.7" in answer.output
    assert "80 %" in answer.output
    assert "-0.18" in answer.output
    assert (data[0]["judged"], data[0]["accepted"]) == (25, 20)
    assert call("--calibration", "--shadow").exit_code == 2
