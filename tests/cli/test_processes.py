"""`serve`, `work` and `migrate`: what stops them is one sentence and an exit code, never a stack trace."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml

from gateway.store.revisions import head
from tests.cli.command import ROOT, countersign
from tests.collector import Collector
from tests.house import OWNER, free_port, until

NOWHERE = "postgresql://nobody:hunter2@127.0.0.1:1/none"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> dict[str, str]:
    """An installation without accounts on a database with all tables."""
    (tmp_path / "countersign.yaml").write_text("version: 1\n")
    return {
        "DATABASE_URL": database_url,
        "COUNTERSIGN_CONFIG": str(tmp_path / "countersign.yaml"),
        "COUNTERSIGN_POLICIES": str(ROOT / "policies"),
        "COUNTERSIGN_PORT": str(free_port()),
        "COUNTERSIGN_METRICS_PORT": "0",
    }


@pytest.mark.parametrize("command", ["serve", "up"])
def test_a_port_that_is_taken_is_one_line(settings: dict[str, str], command: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        told = countersign(command, "--port", str(port), settings=settings)

    assert (told.code, told.out) == (1, "")
    assert told.err.count("\n") == 1
    assert re.match(rf"countersign: cannot listen on 127\.0\.0\.1:{port} \(.*\)\. .*--port\n", told.err)


@pytest.mark.parametrize("command", ["serve", "up"])
def test_listening_to_the_network_without_a_token_is_refused(settings: dict[str, str], command: str) -> None:
    told = countersign(command, "--host", "0.0.0.0", settings=settings)

    assert told.code == 1
    assert told.err.count("\n") == 1
    assert "COUNTERSIGN_ADMIN_TOKEN" in told.err


@pytest.mark.parametrize("given", [("--port", "99999"), ("--port", "-1"), ("--port", "eighty"), ("--workers", "0")])
def test_a_wrong_option_is_used_wrongly(settings: dict[str, str], given: tuple[str, str]) -> None:
    assert countersign("up", *given, settings=settings).code == 2


def test_an_address_that_is_none_is_one_line(settings: dict[str, str]) -> None:
    settings["COUNTERSIGN_ADMIN_TOKEN"] = "a-token-of-24-characters-or-more"

    told = countersign("serve", "--host", "no.such.host.invalid", settings=settings)

    assert (told.code, told.err.count("\n")) == (1, 1)
    assert "cannot listen on no.such.host.invalid" in told.err


@pytest.mark.parametrize("command", ["serve", "work"])
def test_every_mistake_of_the_configuration_is_listed_and_nothing_is_started(
    settings: dict[str, str], command: str
) -> None:
    file = Path(settings["COUNTERSIGN_CONFIG"])
    account = {"connector": "sandbx", "owner": {"team": "Care"}, "base_url": "desk.example.com", "knowledge": ["hlep"]}
    file.write_text(yaml.safe_dump({"version": 1, "accounts": {"acme": account}}))

    told = countersign(command, settings=settings)

    assert told.code == 1
    *mistakes, last = told.err.splitlines()
    assert len(mistakes) == 4
    assert all(re.match(rf"{re.escape(str(file))}:\d+:\d+: ", mistake) for mistake in mistakes)
    assert last == "4 mistakes in the configuration; nothing was started."


@pytest.mark.parametrize("command", ["serve", "work"])
def test_an_account_without_its_secrets_names_each_of_them(settings: dict[str, str], command: str) -> None:
    account = {"connector": "sandbox", "owner": OWNER, "base_url": "https://desk.example.com"}
    file = Path(settings["COUNTERSIGN_CONFIG"])
    file.write_text(yaml.safe_dump({"version": 1, "accounts": {"acme": account, "other": account}}))

    told = countersign(command, settings=settings)

    assert told.code == 1
    assert "account acme" in told.err
    assert "account other" in told.err
    assert told.err.endswith("2 mistakes in the configuration; nothing was started.\n")


def test_wrong_variables_are_listed(settings: dict[str, str]) -> None:
    told = countersign("serve", settings={**settings, "COUNTERSIGN_PORT": "eighty", "DATABASE_URL": "mysql://x"})

    assert told.code == 1
    assert "COUNTERSIGN_PORT" in told.err
    assert "DATABASE_URL" in told.err
    assert "2 mistakes" in told.err


def test_policies_that_cannot_be_read_stop_a_worker_with_their_place(settings: dict[str, str], tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    (policies / "approval").mkdir(parents=True)
    (policies / "prompts").symlink_to(ROOT / "policies" / "prompts")
    (policies / "approval" / "bad.yaml").write_text("version: 1\npolicy: bad\nruels: []\n")

    told = countersign("work", settings={**settings, "COUNTERSIGN_POLICIES": str(policies)})

    assert told.code == 1
    assert re.search(r"bad\.yaml:3:\d+: ", told.err)


def test_migrate_says_from_where_to_where_and_then_that_nothing_was_to_do(
    settings: dict[str, str], empty_url: str
) -> None:
    first = countersign("migrate", settings={**settings, "DATABASE_URL": empty_url})
    second = countersign("migrate", settings={**settings, "DATABASE_URL": empty_url})

    assert first == (0, f"tables are at {head()}, were at nothing\n", "")
    assert second == (0, f"tables are at {head()}\n", "")


def test_migrate_without_a_server_is_one_line_without_the_password(settings: dict[str, str]) -> None:
    told = countersign("migrate", settings={**settings, "DATABASE_URL": NOWHERE})

    assert (told.code, told.out, told.err.count("\n")) == (1, "", 1)
    assert "cannot use Postgres at 127.0.0.1/none" in told.err
    assert "hunter2" not in told.err


@pytest.mark.parametrize("command", [("work",), ("runs", "list"), ("dead", "list")])
def test_a_database_without_tables_says_what_to_do(
    settings: dict[str, str], empty_url: str, command: tuple[str, ...]
) -> None:
    told = countersign(*command, settings={**settings, "DATABASE_URL": empty_url})

    assert told.code == 1
    assert "countersign migrate" in told.err.splitlines()[-1]


def test_a_server_that_is_away_at_start_is_waited_for(settings: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    with log.open("wb") as out:
        web = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve"],
            env={**settings, "DATABASE_URL": NOWHERE, "PATH": "/usr/bin:/bin"},
            stdout=out,
            stderr=out,
            cwd=ROOT,
        )
    try:
        base = f"http://127.0.0.1:{settings['COUNTERSIGN_PORT']}"
        until(lambda: _status(f"{base}/livez") == 200, "the web process answers")
        assert _status(f"{base}/readyz") == 503
        assert web.poll() is None
    finally:
        web.terminate()
        assert web.wait(20) == 0
    assert "the database is away" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_web_process_that_is_stopped_sends_its_last_spans(settings: dict[str, str]) -> None:
    """They are sent every few seconds, and this one was not yet."""
    with Collector() as collector:
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "600000"}
        web = subprocess.Popen(
            [sys.executable, "-m", "gateway", "serve"], env={**settings, **traced, "PATH": "/usr/bin:/bin"}, cwd=ROOT
        )
        try:
            base = f"http://127.0.0.1:{settings['COUNTERSIGN_PORT']}"
            until(lambda: _status(f"{base}/readyz") == 200, "the web process is ready")
            httpx.post(f"{base}/webhooks/nobody", content=b"{}")
            assert not collector.spans
        finally:
            web.terminate()
            assert web.wait(20) == 0
    assert "POST /webhooks/{account}" in collector.spans


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.TransportError:
        return 0
