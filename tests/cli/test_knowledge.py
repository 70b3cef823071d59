"""`countersign knowledge`, as a person or a script calls it."""

import json
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

from gateway.cli import knowledge
from gateway.errors import ConfigurationInvalid, NotFound

CONFIGURATION = """
version: 1
accounts:
  acme:
    connector: sandbox
    owner: {team: Care, contact: care@example.com}
    base_url: https://desk.example
    secrets: {webhook_secret: {env: ACME_WEBHOOK_SECRET}, api_token: {env: ACME_TOKEN}}
    knowledge: [help]
knowledge:
  help:
    owner: {team: Content, contact: content@example.com}
    folder: ./articles
    language: en
    internal_titles: ["Runbook*"]
  shop:
    owner: {team: Shop, contact: shop@example.com}
    folder: ./shop
    language: en
    authority: 9
"""
THIRTY, FOURTEEN = (f"You can send back unworn boots within {days} days of delivery." for days in (30, 14))


@pytest.fixture
def folder(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with two folders of articles."""
    (tmp_path / "countersign.yaml").write_text(CONFIGURATION)
    for source in ("articles", "shop"):
        (tmp_path / source).mkdir()
    (tmp_path / "articles" / "returns.md").write_text(f"---\ntitle: Returns\nupdated: 2024-01-01\n---\n{THIRTY}")
    (tmp_path / "articles" / "runbook.md").write_text("# Runbook: boots\n\nLook at unworn boots twice.")
    (tmp_path / "shop" / "returns.md").write_text("# Returns\n\nShops are open from nine to six.")
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COUNTERSIGN_CONFIG", str(tmp_path / "countersign.yaml"))
    monkeypatch.setenv("ACME_WEBHOOK_SECRET", "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
    monkeypatch.setenv("ACME_TOKEN", "a-token")
    return tmp_path


def run(*arguments: str) -> Result:
    app = Typer()
    app.add_typer(knowledge.app, name="knowledge")
    done = CliRunner().invoke(app, ["knowledge", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_sources_are_read_and_only_a_change_is_one(folder: Path) -> None:
    first = json.loads(run("sync", "--json").stdout)
    again = json.loads(run("sync", "--json").stdout)

    assert [(one["source"], one["read"], one["changed"]) for one in first] == [("help", 2, True), ("shop", 1, True)]
    assert [one["changed"] for one in again] == [False, False]


def test_one_source_may_be_read_alone_and_one_that_is_not_there_is_named(folder: Path) -> None:
    assert [one["source"] for one in json.loads(run("sync", "shop", "--json").stdout)] == ["shop"]
    with pytest.raises(NotFound, match="nope"):
        run("sync", "nope")


def test_a_source_that_cannot_be_read_is_told_and_is_an_error_of_the_command(folder: Path) -> None:
    run("sync")
    (folder / "shop").rename(folder / "away")

    told = run("sync")

    assert told.exit_code == 1
    assert "no such file or folder" in told.stdout
    (source,) = [one for one in json.loads(run("status", "--json").stdout)["sources"] if one["name"] == "shop"]
    assert "no such file or folder" in source["error"]
    assert source["articles"] == 1


def test_a_search_shows_passages_with_score_source_language_audience_and_age(folder: Path) -> None:
    run("sync")

    found = json.loads(run("search", "Can I send back boots?", "--json").stdout)
    shown = run("search", "Can I send back boots?").stdout

    assert [hit["passage"]["id"] for hit in found["passages"]] == ["help/returns#0", "help/runbook#0"]
    assert [hit["passage"]["audience"] for hit in found["passages"]] == ["public", "internal"]
    assert found["grounding"] > 0
    assert "1. Returns" in shown
    assert "help · en · public" in shown
    assert "days ago" in shown
    assert "help · en · internal" in shown


def test_a_search_may_keep_to_the_sources_of_an_account(folder: Path) -> None:
    run("sync")

    everywhere = json.loads(run("search", "When are shops open?", "--json").stdout)
    of_acme = json.loads(run("search", "When are shops open?", "--account", "acme", "--json").stdout)

    assert [hit["passage"]["source"] for hit in everywhere["passages"]] == ["shop"]
    assert of_acme["passages"] == []


def test_status_names_owners_and_problems_and_what_contradicts_what(folder: Path) -> None:
    (folder / "shop" / "returns.md").write_text(f"---\ntitle: Returns\nupdated: 2026-01-01\n---\n{FOURTEEN}")
    (folder / "shop" / "broken.md").write_text("---\ntitle: x\n")
    run("sync")

    told = run("status").stdout
    kept = json.loads(run("status", "--json").stdout)

    words = " ".join(told.split())
    assert "shop (shop@example.com): " in words
    assert "the front matter has no end" in words
    assert f"The older one says: {THIRTY}" in words
    assert f"The other says: {FOURTEEN}" in words
    help_, shop = kept["sources"]
    assert (help_["articles"], help_["internal"], help_["passages"], help_["contradictions"]) == (2, 1, 2, 1)
    assert (shop["problem_count"], shop["authority"]) == (1, 9)
    assert kept["contradictions"][0]["other_source"] == "shop"


def test_solved_tickets_are_not_learnt_from_without_consent(folder: Path) -> None:
    solved = "  learnt:\n    owner: {team: Care, contact: care@example.com}\n    solved: acme\n"
    (folder / "countersign.yaml").write_text(CONFIGURATION + solved)

    with pytest.raises(ConfigurationInvalid, match="nobody agreed to learn from tickets of acme"):
        run("sync")

    (folder / "countersign.yaml").write_text(
        CONFIGURATION.replace("    knowledge: [help]", "    knowledge: [help]\n    learn_from_solved: true") + solved
    )
    run("sync", "help")
