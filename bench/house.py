"""One installation in real processes on loopback, with what each of them costs: CPU, memory, time to start."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import yaml
from psycopg.rows import dict_row

from gateway.store.embedded import EmbeddedPostgres, end_with_parent
from gateway.store.migrate import migrate

ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "gateway" / "demo" / "articles"
ACCOUNT = "bench"
OWNER = {"team": "Bench", "contact": "bench@example.com"}
START_WITHIN = 60.0  # seconds
OURS = ("web", "worker")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes. PSS counts a page that several processes share only in part; None where the system does not tell it."""

    rss: int
    pss: int | None


@dataclass(slots=True)
class House:
    """A help desk, a stub model, Postgres, a web process and a worker. `start_*` answer seconds until ready."""

    folder: Path
    database_url: str
    server: int  # the process id of Postgres
    latency_ms: int = 300
    secret: str = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
    agents_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    bot_token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    desk_port: int = field(default_factory=free_port)
    web_port: int = field(default_factory=free_port)
    stub_url: str = ""
    model: str | None = "stub-good"  # None: the drafter that needs no model
    policies: Path = ROOT / "policies"
    knowledge: Path = ARTICLES
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def webhook_url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}/webhooks/{ACCOUNT}"

    def start_surroundings(self) -> None:
        """What is not ours to make fast: the help desk and the model."""
        arguments = ["--port", str(self.desk_port), "--brand", ACCOUNT]
        arguments += [f"--token={self.agents_token}", f"--bot-token={self.bot_token}"]  # either may begin with a dash
        arguments += ["--webhook-url", self.webhook_url, "--webhook-secret", self.secret]
        self._start("desk", ["-m", "connectors.sandbox.desk", *arguments])
        log = self._start("stub", ["-m", "gateway.demo.stub_model", "--latency-ms", str(self.latency_ms)])
        self._wait("stub", lambda: "http://" in log.read_text())
        self.stub_url = "http://" + log.read_text().split("http://", 1)[1].strip()
        self._wait("desk", lambda: self._answers(f"http://127.0.0.1:{self.desk_port}/"))
        self._configure()

    def start_web(self) -> float:
        began = time.perf_counter()
        self._start("web", ["-m", "gateway", "serve"])
        self._wait("web", lambda: self._answers(f"http://127.0.0.1:{self.web_port}/readyz"))
        return time.perf_counter() - began

    def start_worker(self) -> float:
        began = time.perf_counter()
        log = self._start("worker", ["-m", "gateway", "work"])
        self._wait("worker", lambda: "the worker is ready" in log.read_text())
        return time.perf_counter() - began

    def forget(self) -> None:
        """Empty the database of deliveries that were sent only to ask the door."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute("truncate event, delivery, content, procrastinate_jobs, procrastinate_events cascade")

    def stop(self) -> None:
        """Ends what was started here, by its handle."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # -- what it costs --------------------------------------------------------------------------------------------

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU so far, by process; `postgres` is the server with all its backends, past and present."""
        spent = {name: _cpu(psutil.Process(process.pid)) for name, process in self.processes.items()}
        return {**spent, "postgres": _cpu_of_all(psutil.Process(self.server))}

    def memory(self) -> dict[str, Memory]:
        """Of web, worker and Postgres with its backends."""
        found = {name: _memory([psutil.Process(self.processes[name].pid)]) for name in OURS}
        server = psutil.Process(self.server)
        return {**found, "postgres": _memory([server, *server.children()])}

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(sql, values or None).fetchall()  # type: ignore[arg-type]

    # -- processes ------------------------------------------------------------------------------------------------

    def _configure(self) -> None:
        stub = {
            "model": f"openai/{self.model}",
            "api_base": f"{self.stub_url}/v1",
            "api_key": {"env": "BENCH_STUB_KEY"},
            "timeout": 20,
            "retries": 0,
            "price": {"input": "0.25", "output": "2.00", "cached_read": "0.025"},
        }
        account = {
            "connector": "sandbox",
            "owner": OWNER,
            "base_url": f"http://127.0.0.1:{self.desk_port}",
            "allow_private_network": True,
            "secrets": {"webhook_secret": {"env": "BENCH_SECRET"}, "api_token": {"env": "BENCH_TOKEN"}},
            "knowledge": ["help"],
            "settle": "0s",
        }
        place = "jsonl" if self.knowledge.suffix == ".jsonl" else "folder"
        installation = {
            "version": 1,
            "accounts": {ACCOUNT: account},
            "models": {"default": {"owner": OWNER, "candidates": [stub]}} if self.model else {},
            "knowledge": {"help": {"owner": OWNER, place: str(self.knowledge)}},
        }
        (self.folder / "countersign.yaml").write_text(yaml.safe_dump(installation))

    def _environment(self) -> dict[str, str]:
        mine = {key: value for key, value in os.environ.items() if not key.startswith("COUNTERSIGN_")}
        return mine | {
            "BENCH_SECRET": self.secret,
            "BENCH_TOKEN": self.bot_token,
            "BENCH_STUB_KEY": "none",
            "DATABASE_URL": self.database_url,
            "COUNTERSIGN_HOME": str(self.folder / "home"),
            "COUNTERSIGN_CONFIG": str(self.folder / "countersign.yaml"),
            "COUNTERSIGN_POLICIES": str(self.policies),
            "COUNTERSIGN_PORT": str(self.web_port),
            "COUNTERSIGN_METRICS_PORT": "0",
        }

    def _start(self, name: str, arguments: Sequence[str]) -> Path:
        log = self.folder / f"{name}.log"
        with log.open("wb") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments],
                env=self._environment(),
                stdout=out,
                stderr=out,
                cwd=ROOT,
                preexec_fn=end_with_parent(signal.SIGTERM),
            )
        return log

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline and self.processes[name].poll() is None:
            if ready():
                return
            time.sleep(0.01)
        raise SystemExit(f"{name} did not start: {(self.folder / f'{name}.log').read_text()[-1500:]}")

    def _answers(self, url: str) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(url, timeout=2).is_success
        return False


@contextlib.contextmanager
def open_house(folder: Path, latency_ms: int, **more: Any) -> Iterator[House]:
    """A house whose surroundings run, on an embedded Postgres of its own. Everything ends with the block."""
    server = EmbeddedPostgres(folder / "postgres")
    url = server.start()
    try:
        migrate(url)
        with psycopg.connect(url, autocommit=True) as connection:
            (where,) = connection.execute("show data_directory").fetchone() or ("",)
        pid = int((Path(where) / "postmaster.pid").read_text().split()[0])
        house = House(folder, url, pid, latency_ms, **more)
        try:
            house.start_surroundings()
            yield house
        finally:
            house.stop()
    finally:
        server.stop()


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _cpu_of_all(server: psutil.Process) -> float:
    """A backend that has ended is counted with its parent, which waited for it."""
    times = server.cpu_times()
    total = _cpu(server) + float(times.children_user + times.children_system)
    for child in server.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            total += _cpu(child)
    return total


def _memory(processes: Sequence[psutil.Process]) -> Memory:
    rss, pss = 0, 0
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            full = process.memory_full_info()
            rss, pss = rss + full.rss, pss + getattr(full, "pss", 0)
    return Memory(rss, pss or None)
