"""`countersign runs`, `ledger` and `dead`, as a person or a script calls them."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from gateway.cli import dead, ledger, runs
from gateway.cli.tables import print_csv, told
from gateway.errors import NotFound
from gateway.ledger.sheet import harmless
from gateway.records import RunState
from gateway.store import events, quarantine
from gateway.store.database import Database
from tests.cli.conftest import Doing
from tests.pages.kept import CARD, EXPLANATION, NAME
from tests.pages.rows import arrive, everything, walk
from tests.pages.steps import FAILED_CALL, Call, Plan

DEAD = Plan(upto="ground", state=RunState.FAILED, reason="the help desk says no")


async def set_aside(database: Database) -> None:
    await quarantine.keep(
        database,
        "acme",
        {"method": "POST", "query": {}, "headers": [], "text": "{}"},
        received_at=datetime.now(UTC),
        size=2,
        reason="the delivery has no ticket that can be read",
        like="message_added",
        missing=["data.ticket.id text"],
        added=[],
    )


def call(app: Typer, *words: str) -> Result:
    return CliRunner().invoke(app, words)


class TestRuns:
    def test_the_list_fits_100_columns_and_has_no_colour_in_a_pipe(self, given: Doing[dict[str, int]]) -> None:
        given(everything)

        answer = call(runs.app, "list")

        assert answer.exit_code == 0
        assert max(map(len, answer.output.splitlines())) <= 100
        assert "\x1b" not in answer.output
        assert "at least 0.0021 USD" in answer.output
        assert "not known" in answer.output

    def test_json_goes_on_where_it_says(self, given: Doing[list[int]]) -> None:
        async def three(database: Database) -> list[int]:
            return [await arrive(database, Plan()) for _ in range(3)]

        made = given(three)

        first = json.loads(call(runs.app, "list", "--limit", "2", "--json").output)
        second = json.loads(call(runs.app, "list", "--before", str(first["next"]), "--json").output)

        assert [run["run_id"] for run in first["runs"] + second["runs"]] == made[::-1]
        assert second["next"] is None

    def test_show_tells_the_story_and_no_masked_value(self, given: Doing[int]) -> None:
        run_id = given(lambda database: walk(database, Plan(calls=[FAILED_CALL, Call()])))

        short = call(runs.app, "show", str(run_id)).output
        long = call(runs.app, "show", str(run_id), "--steps").output
        data = call(runs.app, "show", str(run_id), "--json").output

        assert "Refunds above 100 need a billing lead." in short
        assert "timeout" in short
        assert "Hi <PERSON_1>," in long
        assert json.loads(data)["decision"]["explanation"]["tried"] == EXPLANATION["tried"]
        for text in (short, long, data):
            assert NAME not in text
            assert CARD not in text

    def test_show_of_a_run_that_does_not_exist_raises_what_main_prints(self, given: Doing[int]) -> None:
        answer = call(runs.app, "show", "4711")

        assert isinstance(answer.exception, NotFound)
        assert "countersign runs list" in str(answer.exception)

    def test_show_of_an_event_without_a_worker_is_no_error(self, given: Doing[int]) -> None:
        run_id = given(lambda database: arrive(database, Plan()))

        answer = call(runs.app, "show", str(run_id))

        assert answer.exit_code == 0
        assert "waiting" in answer.output

    def test_a_wrong_time_is_a_command_used_wrongly(self) -> None:
        answer = call(runs.app, "list", "--since", "soon")

        assert answer.exit_code == 2
        assert "Write 90m" in answer.output


class TestLedger:
    def test_the_table_has_a_line_a_ticket_and_the_sum(self, given: Doing[dict[str, int]]) -> None:
        given(everything)

        answer = call(ledger.app, "tickets")

        assert max(map(len, answer.output.splitlines())) <= 100
        assert answer.output.count("acme #4411") == 1
        assert "0.0021+" in answer.output
        assert "at least 0.0107 USD" in answer.output

    def test_csv_has_exact_money_and_the_milliseconds_of_every_step(self, given: Doing[int]) -> None:
        given(walk)

        [row] = csv.DictReader(io.StringIO(call(ledger.app, "tickets", "--format", "csv").output))

        assert row["known_usd"] == "0.002134"
        assert (row["input_tokens"], row["output_tokens"]) == ("1204", "188")
        assert float(row["took_ms"]) == pytest.approx(
            sum(
                float(row[f"{step}_ms"])
                for step in ("context", "screen", "ground", "draft", "check", "decide", "deliver")
            )
        )

    def test_what_nobody_knows_is_empty_in_csv_and_null_in_json(self, given: Doing[int]) -> None:
        given(lambda database: walk(database, Plan(calls=[FAILED_CALL])))

        [row] = csv.DictReader(io.StringIO(call(ledger.app, "tickets", "--format", "csv").output))
        [line] = json.loads(call(ledger.app, "tickets", "--format", "json").output)

        assert (row["known_usd"], row["unpriced_attempts"]) == ("", "1")
        assert (line["known_usd"], line["unpriced_attempts"]) == (None, 1)

    def test_by_tells_one_line_for_each_name(self, given: Doing[int]) -> None:
        given(lambda database: walk(database, Plan()))

        table = call(ledger.app, "tickets", "--by", "account").stdout
        (line,) = json.loads(call(ledger.app, "tickets", "--by", "model", "--format", "json").stdout)
        rows = list(csv.DictReader(io.StringIO(call(ledger.app, "tickets", "--by", "queue", "--format", "csv").stdout)))

        assert "acme" in table
        assert line["tickets"] == 1
        assert [row["tickets"] for row in rows] == ["1"]

    def test_the_columns_of_time_in_csv_sum_to_the_whole(self, given: Doing[int]) -> None:
        given(lambda database: walk(database, Plan()))

        (row,) = csv.DictReader(io.StringIO(call(ledger.app, "tickets", "--format", "csv").stdout))
        parts = ("waited_ms", "context_ms", "screen_ms", "ground_ms", "draft_ms", "check_ms", "decide_ms", "deliver_ms")

        total = sum(float(row[name] or 0) for name in (*parts, "other_ms"))
        assert abs(total - float(row["whole_ms"])) < 0.01

    def test_account_and_time_narrow_it(self, given: Doing[int]) -> None:
        given(lambda database: walk(database, ago=timedelta(hours=3)))

        for narrowed in (["--since", "1h"], ["--account", "other"]):
            assert "No ticket had a run" in call(ledger.app, "tickets", *narrowed).output


class TestDead:
    def test_replay_names_those_that_walk_again(self, given: Doing[int]) -> None:
        run_id = given(lambda database: walk(database, DEAD))

        answer = call(dead.app, "replay", str(run_id))

        assert answer.exit_code == 0
        assert f"1 walk again: {run_id}." in answer.output
        assert "No event is dead." in call(dead.app, "list").output

    def test_replay_all_takes_every_one(self, given: Doing[object]) -> None:
        for _ in range(3):
            given(lambda database: walk(database, DEAD))

        assert "3 walk again" in call(dead.app, "replay", "--all").output
        assert given(events.dead) == []

    def test_a_run_that_is_not_dead_is_left_alone_and_told(self, given: Doing[int]) -> None:
        run_id = given(walk)

        answer = call(dead.app, "replay", str(run_id))

        assert isinstance(answer.exception, NotFound)
        assert str(run_id) in str(answer.exception)

    def test_a_delivery_that_cannot_be_read_is_listed_with_what_it_lacks(self, given: Doing[object]) -> None:
        given(set_aside)

        told = call(dead.app, "list")
        as_json = json.loads(call(dead.app, "list", "--json").output)

        assert "d1" in told.output
        assert "data.ticket.id text" in " ".join(told.output.split())
        assert [(row["id"], row["kind"]) for row in as_json] == [("d1", "delivery")]

    def test_replaying_a_delivery_says_why_it_still_cannot_be_read(
        self, given: Doing[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "countersign.yaml").write_text("version: 1\n")
        monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "countersign.yaml"))
        given(set_aside)

        answer = call(dead.app, "replay", "d1")

        assert "Delivery d1: account acme is not configured any more." in answer.output
        assert isinstance(answer.exception, NotFound)
        assert "d1" in str(answer.exception)

    def test_what_is_no_number_of_anything_is_a_command_used_wrongly(self) -> None:
        assert call(dead.app, "replay", "d0").exit_code == 2
        assert call(dead.app, "replay", "seven").exit_code == 2

    @pytest.mark.parametrize("words", [[], ["1", "--all"]])
    def test_replay_wants_either_numbers_or_all(self, words: list[str]) -> None:
        assert call(dead.app, "replay", *words).exit_code == 2

    def test_the_list_tells_why(self, given: Doing[int]) -> None:
        given(lambda database: walk(database, DEAD))

        assert "the help desk says no" in call(dead.app, "list").output


class TestTables:
    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1"])
    def test_a_formula_becomes_text_in_csv(self, text: str, capsys: pytest.CaptureFixture[str]) -> None:
        print_csv(["ticket"], [[text]])

        [_, [cell]] = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
        assert cell == f"'{text}"

    def test_a_carriage_return_neither_breaks_a_line_nor_hides_a_formula(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        print_csv(["ticket"], [["\r=1"]])

        assert capsys.readouterr().out == "ticket\n\ufffd=1\n"

    def test_strangers_cannot_steer_the_terminal(self) -> None:
        hostile = "a\x1b[2J\x07\u202eb\x9b31m"

        assert harmless(hostile) == "a\ufffd[2J\ufffdb\ufffd31m"
        assert told("two\nlines") == "two lines"


def test_a_time_without_tickets_is_an_empty_list_and_a_table_of_headings(given: Doing[None]) -> None:
    assert json.loads(call(ledger.app, "tickets", "--format", "json").stdout) == []
    assert call(ledger.app, "tickets", "--format", "csv").stdout.splitlines() == [",".join(ledger.HEADINGS)]
