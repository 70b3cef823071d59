"""`countersign connector record`, between a real caller and the sandbox desk, ended as a person ends it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.cli.command import ROOT, countersign
from tests.house import AGENTS_TOKEN, House, until


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_answers_and_deliveries_become_fixtures(house: House, tmp_path: Path, ending: signal.Signals) -> None:
    ticket = house.open_ticket("My parcel for Marta is late")
    out, log = tmp_path / "fixtures", tmp_path / "record.log"
    command = ["connector", "record", "sandbox", "--listen", "0", "--out", str(out)]
    upstream = ["--upstream", f"http://127.0.0.1:{house.desk_port}"]
    with log.open("wb") as writing:
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", *command, *upstream],
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
            stdout=writing,
            stderr=writing,
        )
    try:
        until(lambda: "Ctrl+C" in log.read_text(), "it records", 60)
        port = re.findall(r"http://127\.0\.0\.1:(\d+) in place", log.read_text())[0]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as caller:
            until(lambda: _answers(caller), "it answers", 60)
            headers = {"authorization": f"Bearer {AGENTS_TOKEN}"}
            answer = caller.get(f"/api/tickets/{ticket}", headers=headers)
            caller.post("/webhooks/acme", json={"type": "ticket.created"}, headers={"webhook-id": "msg_1"})
        process.send_signal(ending)

        assert process.wait(30) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
    assert answer.json()["requester"]["name"] == "Marta Kowalska"
    fixture = (out / "answers" / f"get_api_tickets_{ticket}.json").read_text()
    assert "Marta" not in fixture
    assert '"subject": "A question"' in fixture
    assert (out / "webhooks" / "unsorted__delivery.json").is_file()
    assert AGENTS_TOKEN not in "".join(file.read_text() for file in out.rglob("*.*"))
    assert "READ EVERY FILE" in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize("upstream", ["desk.example", "ftp://desk.example", "https://me:pw@desk.example", "https://["])
def test_an_address_that_is_none_is_refused(upstream: str, tmp_path: Path) -> None:
    told = countersign("connector", "record", "x", "--upstream", upstream, "--out", str(tmp_path), settings={})

    assert told.code == 2
    assert "--upstream" in told.err


def test_without_a_folder_it_says_how_to_make_one(tmp_path: Path) -> None:
    told = countersign("connector", "record", "acme_desk", settings={}, folder=tmp_path)

    assert told.code == 1
    assert "countersign connector new acme_desk" in told.err


def _answers(caller: httpx.Client) -> bool:
    try:
        return caller.get("/api/me").status_code == 401
    except httpx.HTTPError:
        return False
