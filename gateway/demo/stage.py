"""The stage of the demo: a help desk, a stub model and the gateway, each a process of its own, on embedded defaults."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import yaml

from gateway.demo.people import PEOPLE
from gateway.demo.script import ARTICLES
from gateway.errors import GatewayError
from gateway.store.embedded import EmbeddedPostgres, end_with_parent
from gateway.store.migrate import migrate

ACCOUNTS = ("demo", "demo-auto")
STUBS = ("stub-good", "stub-wrong", "stub-slow", "stub-fails", "stub-obeys", "stub-refuses", "stub-cut")
STARTER = Path(__file__).parents[2] / "policies"
OWN = Path(__file__).parent / "policies"
BY_DESCRIPTION = files("connectors") / "described" / "examples" / "sandbox.yaml"
# The desk is always the sandbox; what differs is who connects it. Drafts stand in notes, where the script looks.
CONNECTORS: dict[str, dict[str, object]] = {
    "sandbox": {},
    "http": {"options": {"description": str(BY_DESCRIPTION), "native_drafts": False}},
}
OWN_CONNECTOR = "sandbox"
START_WITHIN = 30.0  # seconds
OWNER = {"team": "Demo", "contact": "demo@example.com"}


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything is. `tokens` are the agents' tokens of the desk, by account."""

    desk_url: str
    gateway_url: str
    stub_url: str
    database_url: str
    tokens: dict[str, str]
    folder: Path


@dataclass(frozen=True, slots=True)
class Ports:
    desk: int = 8090
    gateway: int = 8400


@contextlib.contextmanager
def stage(
    home: Path,
    ports: Ports,
    *,
    knowledge: Path | None = None,
    models: Path | None = None,
    connector: str = OWN_CONNECTOR,
) -> Iterator[Stage]:
    """Everything up and answering; everything down again at the end. What an earlier demo kept is thrown away.

    `knowledge`: a JSON Lines file instead of the demo's articles. `models`: a YAML file with routes to add.
    `connector`: one of `CONNECTORS`, by which the gateway speaks to the desk."""
    if connector not in CONNECTORS:
        raise GatewayError(
            f"the demo cannot be played with {connector!r}", remedy=f"Choose one of {', '.join(CONNECTORS)}"
        )
    for name, port in (("desk", ports.desk), ("gateway", ports.gateway)):
        _require_free(name, port)
    folder = home / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(home)
    with contextlib.ExitStack() as running:
        server.start()
        running.callback(server.stop)
        database_url = _fresh_database(server.url, folder)
        stub_url = _start_stub(running, folder)
        built = Stage(
            desk_url=f"http://127.0.0.1:{ports.desk}",
            gateway_url=f"http://127.0.0.1:{ports.gateway}",
            stub_url=stub_url,
            database_url=database_url,
            tokens={account: secrets.token_urlsafe(24) for account in ACCOUNTS},
            folder=folder,
        )
        environment = _write_files(built, knowledge, models, connector)
        _start_desk(running, built)
        _start_gateway(running, built, environment, ports)
        yield built


def _require_free(name: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise GatewayError(
                f"port {port} for the demo's {name} is taken", remedy=f"Choose another with --{name}-port"
            ) from None


def _fresh_database(server_url: str, folder: Path) -> str:
    """Empty, because the desk begins empty: its ticket numbers start again at 1."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("drop database if exists demo with (force)")
        connection.execute("create database demo")
    shutil.rmtree(folder / "audit", ignore_errors=True)  # heads of the record of a database that is gone
    parts = urlsplit(server_url)
    url = urlunsplit(parts._replace(path="/demo"))
    migrate(url)
    return url


def _write_files(built: Stage, knowledge: Path | None, models: Path | None, connector: str) -> dict[str, str]:
    """The installation's files under `.countersign/demo/`, to be looked at and edited; returns the environment."""
    environment = {"STUB_KEY": "no-secret"}
    brands = []
    accounts = {}
    for account in ACCOUNTS:
        variable = account.upper().replace("-", "_")
        secret, bot = f"whsec_{b64encode(secrets.token_bytes(32)).decode()}", secrets.token_urlsafe(24)
        environment |= {f"{variable}_WEBHOOK_SECRET": secret, f"{variable}_API_TOKEN": bot}
        brands.append(
            {
                "name": account,
                "token": built.tokens[account],
                "bot_token": bot,
                "webhook_url": f"{built.gateway_url}/webhooks/{account}",
                "webhook_secret": secret,
            }
        )
        accounts[account] = {
            "connector": connector,
            **CONNECTORS[connector],
            "owner": OWNER,
            "base_url": built.desk_url,
            "allow_private_network": True,
            "secrets": {
                "webhook_secret": {"env": f"{variable}_WEBHOOK_SECRET"},
                "api_token": {"env": f"{variable}_API_TOKEN"},
            },
            "knowledge": ["help-centre"],
            "settle": "0s",  # somebody is watching
            "voice": {"brand": "Hollin & Tarn"},
        }
    place = {"jsonl": str(knowledge.resolve())} if knowledge else {"folder": str(ARTICLES)}
    installation = {
        "version": 1,
        "accounts": accounts,
        "models": {**_stub_routes(built), **(yaml.safe_load(models.read_text()) if models else {})},
        "knowledge": {"help-centre": {"owner": OWNER, **place}},
        **PEOPLE,
    }
    _private(built.folder / "brands.json", json.dumps(brands, indent=2))
    (built.folder / "countersign.yaml").write_text(yaml.safe_dump(installation, sort_keys=False))
    _copy_policies(built.folder / "policies")
    return environment


def _copy_policies(target: Path) -> None:
    """The starter set, and over it what only the demo has: an account that sends, and the stub models."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(STARTER, target)
    shutil.copytree(OWN, target, dirs_exist_ok=True)


def _stub_routes(built: Stage) -> dict[str, object]:
    """A route for each way in which the stub misbehaves. The one that fails falls back to the offline drafter."""
    offline = {"model": "offline/extractive"}
    routes: dict[str, object] = {"default": {"owner": OWNER, "candidates": [offline]}}
    for name in STUBS:
        stub = {
            "model": f"openai/{name}",
            "api_base": f"{built.stub_url}/v1",
            "api_key": {"env": "STUB_KEY"},
            "timeout": 15,
            "retries": 1 if name == "stub-fails" else 0,
            "price": {"input": "0.25", "output": "2.00", "cached_read": "0.025"},
        }
        routes[name] = {"owner": OWNER, "candidates": [stub, offline] if name == "stub-fails" else [stub]}
    return routes


def _private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text)


def _start_stub(running: contextlib.ExitStack, folder: Path) -> str:
    process = _start(running, folder, "stub", ["-m", "gateway.demo.stub_model", "--port", "0"], {}, pipe=True)
    assert process.stdout is not None
    line = process.stdout.readline().decode()
    if "http://" not in line:
        raise GatewayError("the stub model did not start", remedy=f"See {folder / 'stub.log'}")
    return "http://" + line.split("http://", 1)[1].strip()


def _start_desk(running: contextlib.ExitStack, built: Stage) -> None:
    port = str(urlsplit(built.desk_url).port)
    arguments = ["-m", "connectors.sandbox.desk", "--port", port, "--brands", str(built.folder / "brands.json")]
    process = _start(running, built.folder, "desk", arguments, {})
    _wait_for_port(process, int(port), built.folder / "desk.log")


def _start_gateway(running: contextlib.ExitStack, built: Stage, environment: dict[str, str], ports: Ports) -> None:
    settings = {
        **environment,
        "DATABASE_URL": built.database_url,
        "COUNTERSIGN_HOME": str(built.folder),
        "COUNTERSIGN_CONFIG": str(built.folder / "countersign.yaml"),
        "COUNTERSIGN_POLICIES": str(built.folder / "policies"),
        "COUNTERSIGN_PORT": str(ports.gateway),
        "COUNTERSIGN_METRICS_PORT": "0",
    }
    process = _start(running, built.folder, "gateway", ["-m", "gateway", "up"], settings)
    log = built.folder / "gateway.log"
    _wait_for_port(process, ports.gateway, log)
    _wait(process, log, lambda: b"the worker is ready" in log.read_bytes())


def _start(
    running: contextlib.ExitStack,
    folder: Path,
    name: str,
    arguments: list[str],
    environment: dict[str, str],
    *,
    pipe: bool = False,
) -> subprocess.Popen[bytes]:
    log = running.enter_context((folder / f"{name}.log").open("wb"))
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE if pipe else log,
        stderr=log,
        start_new_session=True,
        preexec_fn=end_with_parent(signal.SIGTERM),
    )
    running.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _wait_for_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    def answers() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    _wait(process, log, answers)


def _wait(process: subprocess.Popen[bytes], log: Path, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    raise GatewayError(f"the demo's {log.stem} did not start", remedy=f"See {log}: {_tail(log)}")


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-600:].strip()
