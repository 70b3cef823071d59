"""`countersign check`: one screen for everything that an installation needs, and what to do about what is wrong."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from tests.cli.command import countersign
from tests.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, module_database_url: str) -> Iterator[House]:
    """The files of an installation, and a desk that runs; no process of the gateway does."""
    built = House(Path(tmp_path_factory.mktemp("house")), module_database_url)
    try:
        built.start_desk()
        yield built
    finally:
        built.stop()


@pytest.fixture
def edited(house: House, tmp_path: Path) -> Any:
    """Writes the configuration with a change beside the good one; returns the variables for it."""

    def edit(**changes: Any) -> dict[str, str]:
        installation = yaml.safe_load((house.folder / "countersign.yaml").read_text())
        installation["accounts"]["acme"].update(changes.pop("account", {}))
        installation["knowledge"]["help"]["folder"] = str(house.folder / "articles")
        installation.update(changes)
        (tmp_path / "countersign.yaml").write_text(yaml.safe_dump(installation))
        return {**house._environment, "COUNTERSIGN_CONFIG": str(tmp_path / "countersign.yaml")}

    return edit


def test_a_good_installation_is_in_order(house: House) -> None:
    told = countersign("check", settings=house._environment)

    assert told.code == 0, told.out
    assert told.out.endswith("Everything is in order.\n")
    assert all(line.startswith("ok") for line in told.out.splitlines()[:-1])
    for subject in ("database", "migrations", "configuration", "policies", "models", "knowledge help", "account acme"):
        assert any(line.startswith(f"ok   {subject}: ") for line in told.out.splitlines()), subject


def test_everything_that_is_wrong_is_told_with_what_to_do(house: House, edited: Any, tmp_path: Path) -> None:
    owner = {"team": "Tests", "contact": "tests@example.com"}
    settings = edited(
        knowledge={"help": {"owner": owner, "folder": str(tmp_path / "nowhere")}},
        models={"default": {"owner": owner, "candidates": [{"model": "openai/x", "api_key": {"env": "NO_KEY"}}]}},
        account={"base_url": "http://127.0.0.1:9"},
    )

    told = countersign("check", settings=settings)

    failed = [line for line in told.out.splitlines() if line.startswith("FAIL")]
    assert told.code == 1
    assert any("openai/x: no key" in line for line in failed)
    assert any("nowhere does not exist" in line for line in failed)
    assert any(line.startswith("FAIL account acme") for line in failed)
    assert "-> set environment variable NO_KEY" in told.out
    assert told.out.splitlines()[-1] == f"{len(failed)} to mend."


def test_a_token_of_somebody_else_is_told_and_not_printed(house: House) -> None:
    told = countersign("check", settings={**house._environment, "ACME_TOKEN": "hunter2-hunter2-hunter2"})

    assert told.code == 1
    assert "FAIL account acme" in told.out
    assert "hunter2" not in told.out + told.err


def test_a_missing_secret_names_its_variable(house: House) -> None:
    told = countersign("check", settings={**house._environment, "ACME_SECRET": ""})

    assert told.code == 1
    assert "-> set environment variable ACME_SECRET" in told.out


def test_offline_asks_no_help_desk(edited: Any) -> None:
    told = countersign("check", "--offline", settings=edited(account={"base_url": "http://127.0.0.1:9"}))

    assert told.code == 0, told.out


def test_mistakes_of_the_configuration_are_told_beside_the_database(edited: Any) -> None:
    told = countersign("check", settings=edited(account={"connector": "sandbx", "nonsense": 1}))

    assert told.code == 1
    assert "ok   database" in told.out
    assert told.out.count("FAIL configuration") == 2
    assert "Did you mean 'sandbox'?" in told.out


def test_a_database_that_is_away_is_told_and_the_rest_is_still_looked_at(house: House) -> None:
    url = "postgresql://nobody:hunter2@127.0.0.1:1/none"

    told = countersign("check", settings={**house._environment, "DATABASE_URL": url})

    assert told.code == 1
    assert "FAIL database: cannot use Postgres" in told.out
    assert "ok   policies" in told.out
    assert "ok   account acme" in told.out
    assert "hunter2" not in told.out + told.err


def test_an_account_that_is_to_be_polled_and_cannot_be_is_told(house: House, edited: Any) -> None:
    told = countersign("check", "--offline", settings=edited(account={"poll_every": "15s"}))

    assert told.code == 1
    assert "FAIL account acme: poll_every: sandbox cannot be polled; its events come by webhook" in told.out


@pytest.mark.parametrize(
    ("secrets", "said", "line"),
    [
        ({}, None, "ok   account acme: events come by polling every 15 s"),
        ({}, "2m", "ok   account acme: events come by polling every 120 s"),
        ({}, "never", "FAIL account acme: no event ever comes in"),
        ({"webhook_secret": {"env": "ACME_SECRET"}}, None, "ok   account acme: events come by webhook"),
        (
            {"webhook_secret": {"env": "ACME_SECRET"}},
            "60s",
            "ok   account acme: events come by webhook and by polling every 60 s",
        ),
    ],
)
def test_a_help_desk_without_webhooks_is_polled_unless_somebody_says_otherwise(
    edited: Any, secrets: dict[str, Any], said: str | None, line: str
) -> None:
    account = {
        "connector": "request_tracker",
        "options": {"user": "countersign", "queues": ["Support"]},
        "secrets": {"api_token": {"env": "ACME_TOKEN"}, **secrets},
        **({"poll_every": said} if said else {}),
    }

    told = countersign("check", "--offline", settings=edited(account=account))

    assert line in told.out.splitlines()


def test_budgets_are_told_with_owner_scope_what_is_left_and_the_ladder(house: House, edited: Any) -> None:
    owner = {"team": "Care", "contact": "care@example.com"}
    care = {"limit": "2 USD", "per": "month", "account": "acme", "queue": "Billing", "cheaper": "small"}
    settings = edited(
        models={"small": {"owner": owner, "candidates": [{"model": "offline/extractive"}]}},
        budgets={"care": care | {"owner": owner}, "ticket": {"owner": owner, "limit": "0.05 USD", "per": "ticket"}},
    )
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        connection.execute(
            """insert into spending (key, budget, period, limit_usd, spent_usd, held_usd) values
               ('care ' || to_char(now() at time zone 'UTC', 'YYYY-MM'), 'care', '', 2, 1.25, 0.05),
               ('care 2020-01', 'care', '2020-01', 2, 1.99, 0),
               ('ticket ticket acme#7', 'ticket', 'ticket acme#7', 0.05, 0.04, 0),
               ('ticket ticket acme#8', 'ticket', 'ticket acme#8', 0.05, 0.01, 0)"""
        )

    told = countersign("check", "--offline", settings=settings).out

    assert "ok   budget care: Care (care@example.com); account acme, queue Billing; 2.00 USD a month; " in told
    assert "spent 1.25 USD, held for calls under way 0.0500 USD, left 0.7000 USD" in told
    assert "ok   budget care: used up: route small where policies allow it, then passages without a model" in told
    assert "all accounts; 0.0500 USD a ticket; the dearest ticket has used 0.0400 USD" in told


def test_budgets_of_a_database_that_is_away_are_told_without_what_is_left(house: House, edited: Any) -> None:
    owner = {"team": "Care", "contact": "care@example.com"}
    settings = edited(budgets={"care": {"owner": owner, "limit": "2 USD", "per": "month"}})

    told = countersign("check", "--offline", settings={**settings, "DATABASE_URL": "postgresql://127.0.0.1:9/none"})

    assert "2.00 USD a month; what is left is not known" in told.out


def test_a_provider_that_does_not_answer_and_the_limits_that_are_kept_to_are_told(house: House, edited: Any) -> None:
    owner = {"team": "Tests", "contact": "tests@example.com"}
    model = {
        "model": "openai/x",
        "api_base": "http://127.0.0.1:9",
        "requests_per_minute": 60,
        "tokens_per_minute": 90000,
    }
    settings = edited(models={"default": {"owner": owner, "candidates": [model]}})
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        connection.execute(
            "insert into provider (key, failures, because, opened_at, probe_at) "
            "values ('openai/x http://127.0.0.1:9', 12, 'timeout', '2026-11-26 09:00:00+00', now())"
        )
        told = countersign("check", settings=settings)
        connection.execute("delete from provider")

    assert "ok   limits: openai/x: at most 60 requests and 90,000 tokens a minute, all workers together" in told.out
    assert (
        "FAIL provider: openai/x http://127.0.0.1:9 is left alone since 2026-11-26T09:00:00Z: timeout, 12 calls in a "
        "row failed\n       -> one call at a time finds out"
    ) in told.out
    assert told.code == 1
