"""`countersign report` and `countersign baseline`: a month on a real database, beside a real help desk."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import pytest
import yaml
from typer import Typer
from typer.testing import CliRunner, Result

from gateway.cli import report as command
from gateway.errors import NotFound
from gateway.ledger.response import Spread
from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from gateway.store.reports import month
from tests.cli.command import countersign
from tests.cli.conftest import Doing
from tests.house import House
from tests.pages.rows import walk
from tests.pages.steps import FAILED_CALL, Call, Plan

OWNER = {"team": "Care", "contact": "care@example.com"}
NOW = datetime.now(UTC)
THIS = f"{NOW:%Y-%m}"
EARLIER: Sequence[LiteralString] = [
    "update event set received_at = received_at - make_interval(days => %(back)s)",
    "update draft set created_at = created_at - make_interval(days => %(back)s)",
    "update attempt set started_at = started_at - make_interval(days => %(back)s)",
]


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """An account with an owner, a goal, a budget and rates; a test may take some of them away."""
    account: dict[str, object] = {
        "connector": "sandbox",
        "owner": OWNER,
        "base_url": "https://desk.example.com",
        "secrets": {"webhook_secret": {"env": "ACME_SECRET"}, "api_token": {"env": "ACME_TOKEN"}},
        "goal": {"acceptance": "60%", "source": "Care leads, October"},
        "rates": {"reviewer_per_hour": "30.00 USD", "by_hand_minutes": 6, "source": "Finance"},
    }
    write(tmp_path, account)
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "countersign.yaml"))
    monkeypatch.setenv("ACME_SECRET", "s" * 32)
    monkeypatch.setenv("ACME_TOKEN", "t" * 32)
    return account


def write(folder: Path, account: dict[str, object]) -> None:
    budgets = {"support": {"owner": OWNER, "limit": "50.00 USD", "per": "month"}}
    told = {"version": 1, "accounts": {"acme": account}, "budgets": budgets}
    (folder / "countersign.yaml").write_text(yaml.safe_dump(told))


def call(*words: str) -> Result:
    app = Typer()
    command.add_to(app)
    return CliRunner().invoke(app, words)


def told(*words: str) -> str:
    answer = call("report", *words)
    assert answer.exit_code == 0, answer.exception or answer.output
    return answer.stdout.replace("\\", "")


def month_of(kinds: Sequence[str], *, calls: Sequence[Call] = (Call(),), back: int = 0):  # type: ignore[no-untyped-def]
    """A draft for each kind of outcome; `back` puts all of it so many days earlier."""

    async def make(database: Database) -> None:
        for number, kind in enumerate(kinds):
            run = await walk(database, Plan(ticket=f"{back}-{number}", calls=list(calls)))
            await outcomes.keep(database, run, Found(kind, 0.9, 0.8, "m", "agent", ["care"], estimated_ms=12_000))
        for sql in EARLIER:
            await database.run(sql, {"back": back})

    return make


def test_a_month_has_its_owner_its_figures_and_its_assumptions(given: Doing[None], declared: dict[str, object]) -> None:
    async def spent(database: Database) -> None:
        await month_of(["sent_as_is"] * 20 + ["light_edit"] * 6 + ["not_used"] * 4)(database)
        await database.run(
            "insert into spending values ('support ' || %(month)s, 'support', %(month)s, 50, 25.5, 0)", {"month": THIS}
        )
        await database.run(
            "insert into budget_notice values ('support', %(month)s, 50, now(), 25, 50)", {"month": THIS}
        )

    given(spent)

    text = told("--month", THIS)

    assert "acme: Care (care@example.com); goal: 60 % accepted (Care leads, October)" in text
    assert (
        "| support | Care (care@example.com) | 50.00 USD a month | 25.50 USD (51 %); its owner was told at 50 % |"
        in text
    )
    assert "30 tickets, 30 runs, 30 drafts." in text
    assert "87 % (70-95)" in text
    assert "acme: Goal 60 %: reached." in text
    assert "On models: 0.0640 USD." in text
    assert "On people: 3.00 USD for reading drafts (6 min)." in text
    assert "Saved: 74.94 USD, models and reading subtracted." in text  # 26 answers of 3 USD, less 3.00 and 0.064
    assert "Assumed for acme: 30.00 USD an hour, 6 minutes for an answer by hand (Finance)." in text
    assert "There is no month before to compare with." in text


def test_without_rates_what_was_saved_is_unknown_and_not_zero(
    given: Doing[None], declared: dict[str, object], tmp_path: Path
) -> None:
    write(tmp_path, {name: value for name, value in declared.items() if name not in ("rates", "goal")})
    given(month_of(["sent_as_is"] * 3))

    text = told("--month", THIS, "--account", "acme")

    assert "Saved: unknown, because no rates are declared" in text
    assert "On people: not known for reading" in text
    assert "**No measurable effect.**" in text
    assert "no goal declared" in text
    assert "nothing was counted on it" in text
    assert "too few (3/3)" in text


def test_a_call_without_a_price_is_told_with_its_bound(given: Doing[None], declared: dict[str, object]) -> None:
    given(month_of(["sent_as_is"], calls=(FAILED_CALL, Call())))

    text = told("--month", THIS)

    assert "On models: at least 0.0021 USD." in text
    assert "1 call without a known price: in all" in text


def test_an_empty_month_is_a_short_report_in_both_formats(
    given: Doing[None], declared: dict[str, object], tmp_path: Path
) -> None:
    given(month_of(["sent_as_is"]))
    page = tmp_path / "report.html"

    text = told("--month", "2026-01")
    answer = call("report", "--month", "2026-01", "--format", "html", "--out", str(page))

    assert "Nothing happened in this month" in text
    assert "Care (care@example.com)" in text
    assert "## Money" not in text
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert page.read_text().startswith("<!doctype html>")


def test_a_queue_has_its_own_figures(given: Doing[None], declared: dict[str, object]) -> None:
    async def two(database: Database) -> None:
        await month_of(["sent_as_is"] * 3)(database)
        await database.run("update run set queue = 'Billing' where id = (select min(id) from run)")

    given(two)

    assert "1 ticket, 1 run, 1 draft." in told("--month", THIS, "--queue", "Billing")
    assert "Nothing happened" in told("--month", THIS, "--queue", "Other")


def test_what_got_worse_than_the_month_before_is_named(given: Doing[None], declared: dict[str, object]) -> None:
    async def fell(database: Database) -> None:
        await month_of(["sent_as_is"] * 25, back=NOW.day + 1)(database)
        await month_of(["sent_as_is"] * 5 + ["not_used"] * 20)(database)

    given(fell)

    text = told("--month", THIS)

    assert "Accepted drafts: 20 % (9-39), it was 100 % (87-100)" in text
    assert "acme: Goal 60 %: missed." in text


def test_the_first_response_is_compared_with_what_was_measured_before(
    given: Doing[None], declared: dict[str, object]
) -> None:
    async def measured(database: Database) -> None:
        await month_of(["sent_as_is"] * 25)(database)
        slow = Spread(400, 3_600_000, 3_000_000, 4_200_000)
        await month.keep_baseline(database, "acme", {None: slow}, since=NOW - timedelta(days=90), until=NOW)

    given(measured)

    text = told("--month", THIS)

    assert "half of 400 tickets within 1 h (95" in text
    assert "Faster by 100 %." in text
    assert "First answers came sooner than before." in text


def test_what_cannot_be_meant_is_told(given: Doing[None], declared: dict[str, object], tmp_path: Path) -> None:
    for words in (["--month", "2026-13"], ["--month", "October"], ["--month", THIS, "--out", str(tmp_path)]):
        assert call("report", *words).exit_code == 2
    assert isinstance(call("report", "--month", THIS, "--account", "nobody").exception, NotFound)
    assert isinstance(call("baseline", "--account", "nobody").exception, NotFound)


def test_a_report_needs_no_configuration(given: Doing[None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "none.yaml"))
    given(month_of(["sent_as_is"]))

    text = told("--month", THIS)

    assert "No owner is declared." in text
    assert "No budget is declared." in text


def solved(house: House, asked: float, answered: float | None, team: str = "billing") -> None:
    """A ticket that is solved, with its first answer after a note and before another answer."""
    earlier = [{"author": "requester", "body": "Where is it?", "hours_ago": asked}]
    if answered is not None:
        earlier += [
            {"author": "agent-emma", "body": "I look.", "visibility": "internal", "hours_ago": asked - 0.1},
            {"author": "agent-emma", "body": "On its way.", "hours_ago": answered},
            {"author": "agent-emma", "body": "Anything else?", "hours_ago": answered / 2},
        ]
    requester = {"name": "Marta", "email": "marta@example.net"}
    new = {"subject": "Parcel", "requester": requester, "body": "Thanks!", "team": team, "earlier": earlier}
    made = house.desk.post("/api/tickets", json=new)
    assert made.status_code == 201, made.text
    done = house.desk.patch(f"/api/tickets/{made.json()['id']}", json={"status": "solved"})
    assert done.status_code == 200, done.text


def test_a_baseline_is_measured_from_the_history_of_the_help_desk_and_kept(house: House, given: Doing[Any]) -> None:
    for number in range(21):
        solved(house, 100 + number, 98 + number)  # two hours each
    solved(house, 10_000, 9000)  # before that time
    solved(house, 50, None)  # nobody answered it in those hours

    told = countersign("baseline", "--account", "acme", "--until", "1h", settings=house._environment)
    kept = given(lambda database: month.baseline(database, "acme", "billing"))

    assert told.code == 0, told.err
    assert "(all)" in told.out
    assert "2 h" in told.out
    assert "Kept." in told.out
    assert kept is not None
    assert (kept.tickets, round(kept.median_ms / 3_600_000, 2)) == (21, 2.0)
    entry = given(lambda database: database.one("select on_what from audit_entry where act = 'baseline'"))
    assert entry == {"on_what": "account acme"}


def test_too_few_tickets_are_no_baseline(house: House) -> None:
    solved(house, 10, 9)

    told = countersign("baseline", "--account", "acme", settings=house._environment)

    assert told.code == 1
    assert "nothing was kept" in told.out
