"""The desk as a process of its own."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.connectors.sandbox.conftest import OTHER_SECRET, SECRET

COMMAND = [sys.executable, "-m", "connectors.sandbox.desk"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[str, str]]:
    """The address that the process printed, and everything before its first silence."""
    process = subprocess.Popen([*COMMAND, "--port", "0", *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        first = process.stdout.readline()
        address = re.search(r"http://\S+[0-9]", first)
        assert address, first
        yield address[0], first if "--bot-token" in arguments or "--brands" in arguments else process.stdout.readline()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def brand_of(url: str, token: str) -> str:
    transport = httpx.HTTPTransport(retries=5)
    with httpx.Client(base_url=url, transport=transport, headers={"authorization": f"Bearer {token}"}) as client:
        return str(client.get("/api/me").json()["brand"])


def test_desk_serves_one_brand_and_prints_the_token_that_it_made_up() -> None:
    with running("--token", "agents", "--webhook-url", "http://127.0.0.1:9/x", "--webhook-secret", SECRET) as told:
        url, line = told

        assert brand_of(url, "agents") == brand_of(url, line.split()[-1]) == "demo"


def test_desk_serves_several_brands_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "brands.json"
    file.write_text(
        '[{"name": "parcels", "token": "a", "bot_token": "b"}, {"name": "bank", "token": "c", "bot_token": "d",'
        f' "webhook_url": "http://127.0.0.1:9/x", "webhook_secret": "{OTHER_SECRET}"}}]'
    )

    with running("--brands", str(file)) as (url, _):
        assert (brand_of(url, "b"), brand_of(url, "d")) == ("parcels", "bank")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "--token is missing"),
        (["--token", "same", "--bot-token", "same"], "every token must be there and unlike the others"),
        (["--token", "a", "--webhook-url", "http://x/", "--webhook-secret", "whsec_#"], "not base64"),
        (["--token", "a", "--brands", "nowhere.json"], "nowhere.json"),
        (["--token", "a", "--port", "99999"], "port 99999 cannot be used"),
    ],
)
def test_arguments_that_cannot_work_end_in_one_sentence(arguments: list[str], said: str) -> None:
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=30, check=False)

    assert ended.returncode == 2
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
