"""`countersign account add`: from an empty installation to the first delivery, or what to do and nothing written."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gateway.cli.account_webhook import Webhook
from gateway.settings import AccountEntry, Environment, read_installation
from tests.cli.command import ROOT, Told, countersign
from tests.house import BOT_TOKEN, House, until

FILE = """\
version: 1
accounts: {} # none yet

# What drafts may quote:
knowledge:
  help: {owner: {team: Tests, contact: tests@example.com}, folder: articles}
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """An installation without an account, and a help desk that sends its webhooks to /webhooks/acme."""
    built = House(tmp_path, database_url)
    (tmp_path / "countersign.yaml").write_text(FILE)
    try:
        built.start_desk()
        yield built
    finally:
        built.stop()


def flags(house: House, *more: str) -> list[str]:
    return [
        *("account", "add", "acme", "--connector", "sandbox", "--allow-private-network"),
        *("--base-url", f"http://127.0.0.1:{house.desk_port}", "--team", "Care", "--contact", "care@example.com"),
        *("--secret", "webhook_secret=ACME_SECRET", "--secret", "api_token=ACME_TOKEN", *more),
    ]


def text(house: House) -> str:
    return (house.folder / "countersign.yaml").read_text()


def add(house: House, *more: str, typed: str | None = None, **settings: str) -> Told:
    return countersign(*flags(house, *more), settings={**house._environment, **settings}, typed=typed)


def test_a_good_account_is_written_and_passes_the_check(house: House) -> None:
    told = add(house, "--yes", "--knowledge", "help")

    assert told.code == 0, told.err
    assert "ok   notes:write" in told.out
    entry = read_installation(house.folder / "countersign.yaml", ["sandbox"]).accounts["acme"]
    assert (entry.connector, entry.knowledge, entry.owner.team) == ("sandbox", ["help"], "Care")
    assert text(house).replace(text(house).partition("# none yet\n")[2].partition("\n# What")[0], "") == FILE.replace(
        "{} #", "#"
    )
    assert countersign("check", settings=house._environment).code == 0


def test_no_secret_is_written_and_none_is_printed(house: House) -> None:
    told = add(house, "--yes")

    assert BOT_TOKEN not in text(house) + told.out + told.err
    assert "{env: ACME_TOKEN}" in text(house)


def test_a_wrong_credential_ends_with_what_to_do_and_nothing_written(house: House) -> None:
    told = add(house, "--yes", ACME_TOKEN="hunter2-hunter2-hunter2")

    assert told.code == 1
    assert "-> give the account the token that the desk prints at its start" in told.out
    assert "nothing was written" in told.err
    assert "hunter2" not in told.out + told.err
    assert text(house) == FILE


def test_the_command_to_run_again_is_the_one_that_was_run(house: House) -> None:
    refused = add(house, "--yes", "--title", "Acme & Sons", "--option", "native_drafts=true", ACME_TOKEN="wrong")
    command = shlex.split(refused.err.strip().splitlines()[-1])

    assert command[0] == "countersign"
    told = countersign(*command[1:], "--yes", settings=house._environment)

    assert told.code == 0, told.err
    entry = yaml.safe_load(text(house))["accounts"]["acme"]
    assert (entry["title"], entry["options"]) == ("Acme & Sons", {"native_drafts": True})


def test_a_missing_right_keeps_the_account_out_until_somebody_wants_it_anyway(house: House) -> None:
    house.desk.put("/control/rights", json={"missing": ["tickets:change"]}).raise_for_status()

    refused = add(house, "--yes")
    taken = add(house, "--yes", "--anyway")

    assert refused.code == 1
    assert "FAIL tickets:change" in refused.out
    assert taken.code == 0, taken.err
    assert "acme:" in text(house)


def test_a_webhook_secret_that_is_not_there_yet_shows_how_to_create_the_webhook(house: House) -> None:
    told = add(house, "--yes", ACME_SECRET="", COUNTERSIGN_PUBLIC_URL="https://countersign.acme.example")

    assert told.code == 1
    assert "https://countersign.acme.example/webhooks/acme" in told.err
    assert "Set environment variable ACME_SECRET" in told.err
    assert text(house) == FILE


def test_what_no_flag_says_is_asked_for(house: House) -> None:
    desk = f"http://127.0.0.1:{house.desk_port}"
    typed = ["sandbox", desk, "", "Care", "care@example.com", "native_drafts=true", "", "ACME_SECRET", "ACME_TOKEN"]

    told = countersign(
        *("account", "add", "acme", "--allow-private-network", "--wait", "0"),
        settings=house._environment,
        typed="\n".join(typed) + "\n",
    )

    assert told.code == 0, told.out + told.err
    entry = yaml.safe_load(text(house))["accounts"]["acme"]
    assert entry["owner"] == {"team": "Care", "contact": "care@example.com"}
    assert entry["options"] == {"native_drafts": True}
    assert entry["secrets"] == {"webhook_secret": {"env": "ACME_SECRET"}, "api_token": {"env": "ACME_TOKEN"}}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--secret", "password=X"], "no such secret; there are: webhook_secret, api_token"),
        (["--option", "colour"], "is not of the form KEY=VALUE"),
        (["--wait", "soon"], "Write 30s, 10m or 1h"),
        (["--connector", "zendsk"], "there is no connector"),
    ],
)
def test_a_flag_that_means_nothing_is_told_before_anybody_is_asked(house: House, more: list[str], told: str) -> None:
    refused = add(house, "--yes", *more)

    assert refused.code != 0
    assert told in " ".join(refused.err.replace("│", " ").split())
    assert text(house) == FILE


def test_the_first_delivery_is_shown_when_it_arrives(house: House) -> None:
    log = house.folder / "add.log"
    command = [sys.executable, "-m", "gateway", *flags(house, "--yes", "--wait", "3m")]
    environment = {**os.environ, **house._environment, "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=out)
    try:
        until(lambda: "Waiting up to" in log.read_text(), "it waits", 60)
        house.start_web()
        ticket = house.open_ticket()

        assert process.wait(60) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert f"ticket_created on ticket {ticket}" in log.read_text()
    assert "its signature was checked" in log.read_text()


def test_a_delivery_that_never_comes_is_told_with_where_to_look(house: House) -> None:
    told = add(house, "--yes", "--wait", "1s")

    assert told.code == 1
    assert 'countersign_deliveries_total{account="acme",outcome="refused"}' in told.out
    assert "acme:" in text(house)


def test_the_guide_names_our_address_and_the_account_and_no_other_company() -> None:
    owner = {"team": "Care", "contact": "care@example.com"}
    entry = AccountEntry.model_validate({"connector": "zendesk", "owner": owner, "base_url": "https://x.zendesk.com"})
    environment = Environment(public_url="https://countersign.shop.example/")

    guide = Webhook("shop", entry, environment).guide()

    assert "https://countersign.shop.example/webhooks/shop" in guide
    assert "gateway.example" not in guide
    assert "/webhooks/acme" not in guide


def test_a_help_desk_in_a_file_is_asked_for_the_secrets_that_the_file_declares(house: House) -> None:
    described = (ROOT / "connectors" / "described" / "examples" / "sandbox.yaml").read_text()
    (house.folder / "desk.yaml").write_text(described)
    told = [
        flag if flag != "sandbox" else "http" for flag in flags(house, "--yes", "--option", "description=desk.yaml")
    ]

    done = countersign(*told, settings=house._environment)

    assert done.code == 0, done.out + done.err
    assert "ok   notes:write" in done.out
    assert "{description: desk.yaml}" in text(house)
    assert countersign("check", settings=house._environment).code == 0
