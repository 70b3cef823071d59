"""`countersign policy publish`, `rollback`, `history`, `diff`, `explain` and `replay`, on a real database."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from gateway.bootstrap import opened_database
from gateway.cli.policy import app
from gateway.errors import NotFound
from gateway.policy import load
from gateway.store import policies as rows
from gateway.store.database import Database
from gateway.store.json import jsonb
from tests.policy.sets import policy
from tests.policy_sets.past import GROUNDED, REVIEW, WRONG, decided, erase, files, write

REVIEWED, SURE = load(files(REVIEW)).version, load(files(GROUNDED)).version
FAILING = "version: 1\ntests:\n  - test: it is sent\n    expect: {verdict: send}\n"


@pytest.fixture
def url(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation without countersign.yaml, as in a pipeline of policies alone."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COUNTERSIGN_POLICIES", str(tmp_path / "policies"))
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "countersign.yaml"))
    return database_url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "policies", REVIEW)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def with_database(url: str, act: Callable[[Database], Awaitable[Any]]) -> Any:
    async def acted() -> Any:
        async with opened_database(url) as database:
            return await act(database)

    return asyncio.run(acted())


def in_force(url: str) -> str | None:
    found = with_database(url, rows.published)
    return found.version if found else None


def test_publish_puts_a_folder_in_force_and_says_why_in_the_history(url: str, folder: Path) -> None:
    assert run("publish", "--because", "the start").exit_code == 0
    write(folder, GROUNDED)
    told = run("publish", str(folder), "--because", "bolder", "--by", "Ada")
    history = json.loads(run("history", "--json").output)["publications"]

    assert in_force(url) == SURE
    assert f"countersign policy diff {REVIEWED[:12]} {SURE[:12]}" in told.output
    assert [(one["version"], one["reason"], one["in_force"]) for one in history] == [
        (SURE, "bolder", True),
        (REVIEWED, "the start", False),
    ]
    assert history[0]["by"] == "Ada"
    assert "bolder" in run("history").output
    assert "in force already" in run("publish", "--because", "again").output


def test_publish_without_a_reason_is_used_wrongly(url: str, folder: Path) -> None:
    assert run("publish").exit_code == 2
    assert in_force(url) is None


def test_a_set_with_a_mistake_is_never_published(url: str, folder: Path) -> None:
    write(folder, WRONG)

    result = run("publish", "--because", "in a hurry")

    assert result.exit_code == 1
    assert "approval/first.yaml:7:" in result.output
    assert in_force(url) is None


def test_a_set_whose_own_tests_fail_is_never_published(url: str, folder: Path) -> None:
    (folder / "approval" / "first.test.yaml").write_text(FAILING)

    result = run("publish", "--because", "in a hurry")

    assert result.exit_code == 1
    assert "FAILED" in result.output
    assert in_force(url) is None


def test_a_set_that_names_what_nobody_declares_is_not_published(url: str, folder: Path, tmp_path: Path) -> None:
    write(folder, REVIEW.replace("always", "ticket.account == 'acme-two'"))
    (tmp_path / "countersign.yaml").write_text("version: 1\naccounts: {}\nmodels: {}\nknowledge: {}\n")
    (tmp_path / "countersign.yaml").write_text(
        "version: 1\nknowledge: {}\naccounts:\n  acme:\n    connector: sandbox\n    base_url: http://127.0.0.1:1\n"
        "    owner: {team: Care, contact: care@example.com}\n"
    )

    result = run("publish", "--because", "in a hurry")

    assert result.exit_code == 1
    assert "acme-two" in result.output


def test_rollback_publishes_an_older_set_and_leaves_the_folder(url: str, folder: Path) -> None:
    run("publish", "--because", "the start")
    write(folder, GROUNDED)
    run("publish", "--because", "bolder")

    result = run("rollback", REVIEWED[:8], "--because", "too bold")

    assert result.exit_code == 0
    assert in_force(url) == REVIEWED
    assert "--write DIR" in result.output
    assert load(folder).version == SURE


def test_rollback_can_write_the_files_and_removes_those_that_were_not_there(url: str, folder: Path) -> None:
    run("publish", "--because", "the start")
    write(folder, GROUNDED, **{"approval/second.yaml": REVIEW.replace("policy: first", "policy: second")})
    (folder / "README.md").write_text("How we work.\n")
    run("publish", "--because", "bolder")

    result = run("rollback", REVIEWED[:8], "--write", str(folder))

    assert load(folder).version == REVIEWED == in_force(url)
    assert "removed approval/second.yaml" in result.output
    assert (folder / "README.md").exists()


def test_rollback_to_what_never_was_says_so(url: str, folder: Path) -> None:
    for name in ("ffff", "no-version", "%"):
        assert isinstance(run("rollback", name).exception, NotFound)


def test_diff_takes_versions_folders_and_what_is_published(url: str, folder: Path, tmp_path: Path) -> None:
    run("publish", "--because", "the start")
    other = write(tmp_path / "other", GROUNDED)

    by_folder = run("diff", str(folder), str(other)).output
    write(folder, GROUNDED)
    run("publish", "--because", "bolder")

    assert "first/sure" in by_folder
    assert run("diff", REVIEWED[:6], SURE[:6]).output == by_folder
    assert run("diff", REVIEWED[:6], "published").output == by_folder
    assert run("diff").output == "No rule, policy or topic differs.\n"
    assert isinstance(run("diff", "published", "nowhere").exception, NotFound)


def test_explain_tells_every_rule_with_what_it_saw_and_where_it_stands(url: str) -> None:
    number = with_database(url, lambda database: decided(database, load(files(GROUNDED)), knowledge__grounding=0.42))

    told = run("explain", str(number)).output

    assert told.startswith(f"Run {number}, acme #e1, decided ")
    assert f"REVIEW  by policy {SURE[:12]}" in told
    assert "yes first/look   approval, approval/first.yaml:6" in told
    assert "no  first/sure   approval, approval/first.yaml:9" in told
    assert "knowledge.grounding = 0.42" in told
    assert "first/sure" not in run("explain", str(number), "--matched").output


def test_explain_shows_personal_facts_only_when_asked_and_not_once_they_are_erased(url: str) -> None:
    policies = load(files(REVIEW.replace("always", "requester.domain == 'rival.example'")))
    number = with_database(url, lambda database: decided(database, policies, requester__domain="rival.example"))

    assert "requester.domain = (personal, not kept)" in run("explain", str(number)).output.replace('"', "")
    assert 'requester.domain = "rival.example"' in run("explain", str(number), "--personal").output
    assert "rival.example" in run("explain", str(number), "--personal", "--json").output

    with_database(url, lambda database: erase(database, number))
    assert "Its personal facts were erased." in run("explain", str(number), "--personal").output


def test_explain_says_what_the_help_desk_lowered_and_that_another_set_is_in_force(url: str, folder: Path) -> None:
    number = with_database(
        url,
        lambda database: decided(database, load(files(GROUNDED)), knowledge__grounding=0.9, carried_out="review"),
    )
    run("publish", "--because", "the start")

    told = run("explain", str(number)).output

    assert "Lowered to review: The desk allows review." in told
    assert f"countersign policy diff {SURE[:12]} {REVIEWED[:12]}" in told


def test_explain_says_how_often_an_observed_rule_would_have_changed_the_outcome(url: str) -> None:
    trying = load(
        files(REVIEW + "  - rule: try\n    mode: observe\n    when: message.is_first\n    then: {reply: withhold}\n")
    )

    async def three(database: Database) -> int:
        await decided(database, trying)
        await decided(database, trying, message__is_first=False)
        return await decided(database, trying)

    number = with_database(url, three)

    told = run("explain", str(number)).output
    assert (
        "first/try is observed: it held in 2 of 3 runs in 30 days, and 2 of those would have ended otherwise." in told
    )


def test_explain_of_a_run_that_is_not_there_says_so(url: str) -> None:
    assert isinstance(run("explain", "4711").exception, NotFound)
    assert run("explain").exit_code == 2


@pytest.fixture
def past(url: str, folder: Path) -> str:
    """Eight reviews of which two are well grounded, one erased run, and an edit of the folder that sends those two."""

    async def nine(database: Database) -> None:
        for number in range(8):
            await decided(database, knowledge__grounding=0.9 if number < 2 else 0.4, screen__topics={"refund": 0.9})
        await erase(database, await decided(database))

    with_database(url, nine)
    write(folder, GROUNDED)
    return url


def test_replay_shows_the_difference_with_examples_and_a_warning_about_few_runs(past: str, folder: Path) -> None:
    told = run("replay", "--since", "30d", "--policies", str(folder)).output

    assert "8 runs decided again" in told
    assert "review -> send            2   25.0%" in told
    assert "2 with topic refund" in told
    assert "such as 1, 2" in told
    assert "Only 8 runs" in told
    assert "1 run left out: their facts were erased." in told
    assert "such as 1\n" in run("replay", "--examples", "1").output
    assert "such as" not in run("replay", "--examples", "0").output


@pytest.mark.parametrize(
    ("bound", "status"), [("review->send > 20%", 1), ("review -> send > 25%", 0), ("*->withhold > 0", 0)]
)
def test_replay_fails_where_too_much_changes(past: str, bound: str, status: int) -> None:
    assert run("replay", "--fail-on", bound).exit_code == status


def test_replay_refuses_a_bound_that_it_cannot_read(past: str) -> None:
    assert run("replay", "--fail-on", "review->sent > 5%").exit_code == 2


def test_replay_speaks_to_programs(past: str) -> None:
    data = json.loads(run("replay", "--format", "json").output)

    assert (data["runs"], data["erased"]) == (8, 1)
    assert run("replay", "--format", "csv").output.startswith("before,after,count,share")
    assert "<table>" in run("replay", "--format", "html").output
    assert json.loads(run("replay", "--format", "json", "--account", "other").output)["runs"] == 0


MODELS = {
    "models/cheap.yaml": policy(
        "- {rule: cheap, when: always, then: {model: {route: [default]}, because: It is cheap.}}", name="cheap"
    )
}


def test_hits_tell_how_often_each_rule_held_those_of_models_and_those_that_never_did(url: str, folder: Path) -> None:
    write(folder, GROUNDED, **MODELS)
    assert run("publish", "--because", "the start").exit_code == 0

    async def twice(database: Database) -> None:
        await decided(database, load(files(REVIEW)))
        number = await decided(database, load(files(REVIEW)))
        step = "insert into step (run_id, name, at, ms, data) values (%(run)s, 'exposure', now(), 0, %(data)s)"
        await database.run(
            step, {"run": number, "data": jsonb({"rules": {"matched": ["cheap/cheap"], "observed": []}})}
        )

    with_database(url, twice)

    told = json.loads(run("hits", "--format", "json").stdout)
    assert told["runs"] == 2
    assert [(one["rule"], one["hits"], one["reviewed"]) for one in told["rules"]] == [
        ("first/sure", 0, 0),
        ("cheap/cheap", 1, 1),
        ("first/look", 2, 2),
    ]
    assert "Of 2 runs that came to a decision." in run("hits").stdout
