"""Secrets of the installation and words of tickets are told nowhere: processes, exports, telemetry, errors, crashes."""

import json
import os
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.collector import Collector
from tests.faults.figures import Figures
from tests.house import OWNER, ROOT, House, free_port
from tests.test_nothing_is_told import PLANTED, planted

pytestmark = pytest.mark.whole
OURS = {
    "COUNTERSIGN_ADMIN_TOKEN": "planted-admin-token-0123456789",
    "COUNTERSIGN_SECRET_KEY": "planted-secret-key-of-sessions-01",
    "COUNTERSIGN_AUDIT_KEY": "planted-audit-key-of-the-record-01",
    "STUB_KEY": "sk-planted-key-of-the-model-0123",
    "OIDC_SECRET": "planted-client-secret-of-sign-in",
}
SHOWN = {"bearer": "planted-bearer-of-a-stranger-77", "cookie": "planted-cookie-of-a-stranger-77",
         "query": "planted-key-in-a-query-77", "body": "planted-text-in-a-body-77"}  # fmt: skip
COMMANDS = (
    *("check", "check --offline", "runs list", "runs list --json", "dead list --json", "ledger tickets --format csv"),
    *("ledger tickets --by queue", "ledger export --since 1d --format focus-csv", "outcomes", "outcomes --risks"),
    *(
        "exposure",
        "exposure --format json",
        "audit list --json",
        "audit export",
        "audit verify",
        "policy history --json",
    ),
    *("knowledge status --json", "facts disagreements --json", "connectors", "report --account acme --format html"),
)
PATHS = (
    *("/metrics", "/readyz?verbose", "/api/runs", "/api/ledger/tickets", "/api/dead", "/api/dead/deliveries"),
    *("/api/pauses", "/openapi.json", "/policies", "/knowledge", "/pause", "/dead", "/runs"),
)


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as made:
        yield made


@pytest.fixture
def house(tmp_path: Path, database_url: str, collector: Collector) -> Iterator[House]:
    """Everything in it has a secret, one model of two is not there, and somebody collects its traces."""
    dead = {"model": "openai/nobody", "api_base": f"http://127.0.0.1:{free_port()}", "api_key": {"env": "STUB_KEY"}}
    models = {"default": {"owner": OWNER, "candidates": [dead, {"model": "offline/extractive"}]}}
    made = House(tmp_path, database_url, models=models)
    made.environment.update({**OURS, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url})
    try:
        yield made.start()
    finally:
        made.stop()


def test_no_secret_and_no_word_of_a_ticket_is_told_anywhere(
    house: House, collector: Collector, figures: Figures
) -> None:
    ticket = planted(house)
    (run, *_) = house.settled(ticket)
    assert run["state"] == "done"
    told: dict[str, str] = {}

    _strangers_knock(house, told)
    _programs_ask(house, told)
    for command in COMMANDS:
        told[command] = _run(house, command)
    _everything_breaks(house, told)
    for name in ("web", "worker"):
        house.processes[name].terminate()
        house.processes[name].wait(40)
        told[f"log of {name}"] = house.log(name)
    told |= {f"telemetry {at} {path}": body.decode("latin-1") for at, (path, body) in enumerate(collector.bodies)}

    assert collector.bodies, "traces were collected"
    assert "Traceback" in told["log of web"], "something crashed, and said so"
    assert [
        (where, what) for where, text in told.items() for what, value in _secrets(house).items() if value in text
    ] == []
    figures.tell("hostile input", f"secrets and words planted, looked for in {len(told)} places: told", 0, 0)


def _secrets(house: House) -> dict[str, str]:
    environment = {name: house.environment[name] for name in (*OURS, "ACME_SECRET", "ACME_TOKEN")}
    inner = {"half of the webhook secret": house.environment["ACME_SECRET"].removeprefix("whsec_")}
    basic = {"admin token in base64": b64encode(f"x:{OURS['COUNTERSIGN_ADMIN_TOKEN']}".encode()).decode()}
    return {**environment, **inner, **basic, **SHOWN, **PLANTED}


def _strangers_knock(house: House, told: dict[str, str]) -> None:
    """What they show is theirs, and told to nobody, not even to themselves."""
    headers = {
        "authorization": f"Bearer {SHOWN['bearer']}",
        "cookie": f"countersign={SHOWN['cookie']}; other={SHOWN['cookie']}",
        "x-forwarded-for": "203.0.113.9",
    }
    with httpx.Client(base_url=f"http://127.0.0.1:{house.web_port}", headers=headers, timeout=20) as web:
        for accept in ("text/html", "application/json"):
            for path in ("/", "/runs/x", "/review/1", "/api/runs", "/nothing", "/sign-in/back", "/metrics", "/docs"):
                answer = web.get(f"{path}?key={SHOWN['query']}", headers={"accept": accept})
                told[f"{path} to a stranger as {accept}"] = answer.text if answer.status_code != 303 else ""
        wrong = {"because": SHOWN["body"], "account": [SHOWN["body"]]}
        told["a webhook that lies"] = web.post("/webhooks/acme", content=json.dumps(wrong)).text
        told["a form of a stranger"] = web.post("/sign-in", data=wrong, headers={"origin": str(web.base_url)}).text
        told["a code of a stranger"] = web.post("/sign-in/frame", data={"code": SHOWN["body"], "secret": "x"}).text


def _programs_ask(house: House, told: dict[str, str]) -> None:
    headers = {"authorization": f"Bearer {OURS['COUNTERSIGN_ADMIN_TOKEN']}", "x-forwarded-for": "203.0.113.9"}
    with httpx.Client(base_url=f"http://127.0.0.1:{house.web_port}", headers=headers, timeout=20) as web:
        for path in PATHS:
            told[f"{path} to a program"] = web.get(path).text
        told["a pause that is not valid"] = web.post("/api/pause", json={"because": [SHOWN["body"]]}).text


def _everything_breaks(house: House, told: dict[str, str]) -> None:
    """Rows hold what nobody foresaw and a table loses a column, so that pages, deliveries and commands fail."""
    with psycopg.connect(house.database_url, autocommit=True) as connection:
        connection.execute('update decision set explanation = explanation || \'{"approvers": "nobody foresaw"}\'')
        for accept in ("text/html", "application/json"):  # each on a line of its own: after a crash it is closed
            shown = {"accept": accept, "cookie": f"x={SHOWN['cookie']}"}
            answer = httpx.get(f"http://127.0.0.1:{house.web_port}/", headers=shown, timeout=20)
            assert answer.status_code == 500
            told[f"a page that breaks as {accept}"] = answer.text
        connection.execute("alter table event rename column kind to kind_of_old")
    planted(house)
    told["a command that breaks"] = _run(house, "runs list")


def _run(house: House, command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COUNTERSIGN_", "DATABASE_URL"))}
    done: Any = subprocess.run(
        [sys.executable, "-m", "gateway", *command.split()],
        env={**kept, "COLUMNS": "200", **house.environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return str(done.stdout + done.stderr)
