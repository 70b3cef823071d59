"""The whole house in real processes: a sandbox help desk, a web process, a worker, and ways to hurt them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import yaml
from psycopg.rows import dict_row

from tests.cradle import Born

ROOT = Path(__file__).parent.parent
SECRET = "whsec_" + b64encode(b"a secret that only the tests use").decode()
AGENTS_TOKEN = "token-of-the-agents-of-the-tests"
BOT_TOKEN = "token-of-the-integration-user"
OWNER = {"team": "Tests", "contact": "tests@example.com"}
ARTICLES = {
    "Where is my order?": """
A parcel within the country arrives within three working days after it was sent. You can follow it with the tracking
link in the mail that we send when it leaves the warehouse.
""",
    "Returning an item": """
You can return an item within 30 days. Print the label from your account, put it on the parcel and bring it to any
parcel shop. The return is free of charge.
""",
    "Internal: refund limits": "Agents may refund up to 50 euros without asking the team lead.",
}
REVIEW = """
version: 1
policy: everything
title: A person looks at every draft
owner: {team: Tests, contact: tests@example.com}
rules:
  - rule: a-person-looks
    when: always
    then:
      reply: review
      because: A person looks at every draft.
"""


PEOPLE: dict[str, Any] = {
    "sign_in": {"picker": True},
    "people": {
        "ann": {"name": "Ann Agent", "email": "ann@acme.example", "ids": {"acme": "agent-emma"}},
        "lea": {"name": "Lea Lead", "email": "lea@acme.example", "ids": {"acme": "agent-jonas"}},
    },
    "groups": {"agents": {"members": ["ann", "lea"]}, "leads": {"members": ["lea"]}},
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], what: str, within: float = 20.0) -> Any:
    """Wait for something to become true; says what did not."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := true():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within:.0f} s: {what}")


class House:
    """One installation with one account, `acme`, on a database of its own."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        approval: str = REVIEW,
        models: dict[str, Any] | None = None,
        account: dict[str, Any] | None = None,
    ):
        self.folder = folder
        self.database_url = database_url
        self.desk_port, self.web_port = free_port(), free_port()
        self.processes: dict[str, subprocess.Popen[bytes] | Born] = {}
        self.quick = False  # whether gateways come from the cradle
        self.webhook_pauses: tuple[float, ...] = ()  # seconds between the desk's tries; none: its own
        self.desk = httpx.Client(
            base_url=f"http://127.0.0.1:{self.desk_port}",
            headers={"authorization": f"Bearer {AGENTS_TOKEN}"},
            timeout=30,
        )
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{self.web_port}", timeout=10)
        self._environment = self._write_files(approval, models or {}, account or {})

    def _write_files(self, approval: str, models: dict[str, Any], more: dict[str, Any]) -> dict[str, str]:
        policies = self.folder / "policies"
        (policies / "approval").mkdir(parents=True)
        (policies / "approval" / "everything.yaml").write_text(approval)
        (policies / "prompts").symlink_to(ROOT / "policies" / "prompts")
        (policies / "topics").symlink_to(ROOT / "policies" / "topics")
        articles = self.folder / "articles"
        articles.mkdir()
        for number, (title, text) in enumerate(ARTICLES.items()):
            front = f'---\ntitle: "{title}"\nurl: https://help.acme.example/{number}\nlanguage: en\n---\n'
            (articles / f"{number}.md").write_text(f"{front}\n{text}\n")
        account = {
            "connector": "sandbox",
            "owner": OWNER,
            "base_url": f"http://127.0.0.1:{self.desk_port}",
            "allow_private_network": True,
            "secrets": {"webhook_secret": {"env": "ACME_SECRET"}, "api_token": {"env": "ACME_TOKEN"}},
            "knowledge": ["help"],
            "settle": "0s",
            **more,
        }
        installation = {
            "version": 1,
            "accounts": {"acme": account},
            "models": models,
            "knowledge": {"help": {"owner": OWNER, "folder": "articles"}},
            **PEOPLE,
        }
        (self.folder / "countersign.yaml").write_text(yaml.safe_dump(installation))
        return {
            "ACME_SECRET": SECRET,
            "ACME_TOKEN": BOT_TOKEN,
            "STUB_KEY": "none",
            "DATABASE_URL": self.database_url,
            "COUNTERSIGN_CONFIG": str(self.folder / "countersign.yaml"),
            "COUNTERSIGN_HOME": str(self.folder / "home"),
            "COUNTERSIGN_POLICIES": str(policies),
            "COUNTERSIGN_PORT": str(self.web_port),
            "COUNTERSIGN_METRICS_PORT": "0",
            "COUNTERSIGN_TAKEOVER_AFTER": "2",
        }

    @property
    def environment(self) -> dict[str, str]:
        """For commands beside the processes."""
        return self._environment

    # -- processes ------------------------------------------------------------------------------------------------

    def start_desk(self) -> None:
        arguments = [
            *("-m", "connectors.sandbox.desk", "--port", str(self.desk_port), "--brand", "acme"),
            *("--token", AGENTS_TOKEN, "--bot-token", BOT_TOKEN, "--webhook-secret", SECRET),
            *("--webhook-url", f"http://127.0.0.1:{self.web_port}/webhooks/acme"),
            *(("--retry-after", *map(str, self.webhook_pauses)) if self.webhook_pauses else ()),
        ]
        self._start("desk", arguments)
        until(lambda: _answers(self.desk, "/api/me"), "the desk answers", 60)

    def start_web(self, within: float = 120.0) -> None:
        self._start("web", ["-m", "gateway", "serve"])
        until(lambda: _answers(self.web, "/livez"), "the web process answers", within)

    def start_worker(self, name: str = "worker", within: float = 180.0) -> None:
        log = self._start(name, ["-m", "gateway", "work"])
        until(lambda: "the worker is ready" in log.read_text(), f"{name} is ready, see {log}", within)

    def start(self) -> "House":
        self.start_desk()
        self.start_web()
        self.start_worker()
        return self

    def _start(self, name: str, arguments: list[str]) -> Path:
        log = self.folder / f"{name}.log"
        if self.quick and arguments[:2] == ["-m", "gateway"]:
            self.processes[name] = Born(arguments[2:], self._environment, log)
            return log
        with log.open("wb") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments], env={**os.environ, **self._environment}, stdout=out, stderr=out, cwd=ROOT
            )
        return log

    def kill(self, name: str) -> None:
        """`kill -9`: nothing is finished, nothing is said."""
        self.processes[name].kill()
        self.processes[name].wait()

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def stop(self) -> None:
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.wait()
        self.desk.close()
        self.web.close()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def set_account(self, **more: Any) -> None:
        """Edit the account's entry; whoever starts next goes by it."""
        file = self.folder / "countersign.yaml"
        installation = yaml.safe_load(file.read_text())
        installation["accounts"]["acme"] |= more
        file.write_text(yaml.safe_dump(installation))

    # -- the desk -------------------------------------------------------------------------------------------------

    def open_ticket(self, body: str = "Where is my parcel?", **more: Any) -> str:
        ticket = {"subject": "A question", "requester": {"name": "Marta Kowalska", "email": "marta@example.com"}}
        answer = self.desk.post("/api/tickets", json={**ticket, "body": body, **more}).raise_for_status()
        return str(answer.json()["id"])

    def say(self, ticket_id: str, body: str, *, author: str = "requester", visibility: str = "public") -> None:
        message = {"body": body, "author": author, "visibility": visibility}
        self.desk.post(f"/api/tickets/{ticket_id}/messages", json=message).raise_for_status()

    def thread(self, ticket_id: str) -> list[dict[str, Any]]:
        found = self.desk.get(f"/api/tickets/{ticket_id}/messages", params={"limit": 100}).raise_for_status()
        return list(found.json()["data"])

    def written(self, ticket_id: str, visibility: str = "internal") -> list[str]:
        """What the gateway wrote into a ticket."""
        return [
            message["body"]
            for message in self.thread(ticket_id)
            if message["author"]["type"] == "integration" and message["visibility"] == visibility
        ]

    def fault(self, trouble: str, **more: Any) -> None:
        self.desk.post("/control/faults", json={"trouble": trouble, **more}).raise_for_status()

    def no_faults(self) -> None:
        self.desk.delete("/control/faults").raise_for_status()

    # -- the pages ------------------------------------------------------------------------------------------------

    def signed_in(self, person: str) -> httpx.Client:
        """A browser in which somebody has signed in."""
        base = f"http://127.0.0.1:{self.web_port}"
        client = httpx.Client(base_url=base, timeout=10, headers={"origin": base})
        answer = client.post("/sign-in", data={"person": person})
        assert answer.status_code == 303, answer.text
        return client

    def draft_of(self, ticket_id: str) -> dict[str, Any]:
        """The newest draft of a ticket."""
        return self.rows("select * from draft where ticket_id = %s order by run_id desc limit 1", ticket_id)[0]

    def reviewed(self, body: str = "Where is my parcel?") -> tuple[str, int]:
        """A ticket with a draft that waits in it: (ticket, run)."""
        ticket = self.open_ticket(body)
        self.settled(ticket)
        draft = self.draft_of(ticket)
        assert draft["state"] == "shown"
        return ticket, int(draft["run_id"])

    # -- the rows -------------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(sql, values).fetchall()  # type: ignore[arg-type]

    def runs(self, ticket_id: str) -> list[dict[str, Any]]:
        """The ticket's runs, oldest first; one that no worker has begun is `waiting`."""
        return self.rows(
            """select e.id, coalesce(r.state, e.state) as state, r.verdict, r.reason, e.state as event, e.error
               from event e left join run r on r.id = e.id where e.ticket_id = %s order by e.id""",
            ticket_id,
        )

    def settled(self, ticket_id: str, within: float = 30.0) -> list[dict[str, Any]]:
        """Wait until nothing is under way on a ticket; its runs."""

        def ended() -> list[dict[str, Any]]:
            found = self.runs(ticket_id)
            return found if found and all(run["event"] != "waiting" for run in found) else []

        until(ended, f"ticket {ticket_id} is done: {self.runs(ticket_id)}\n{self.log('worker')[-3000:]}", within)
        time.sleep(0.4)  # our own note comes back as a webhook
        return list(until(ended, "its own note's event is done", within))

    @contextlib.contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Nobody can write to a table: whoever wants to stands still right there."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(f"lock table {table} in exclusive mode")
            yield
            connection.rollback()

    def waits_for_lock(self, table: str) -> bool:
        """Somebody stands before a locked table."""
        return bool(self.rows("select 1 from pg_locks where relation = %s::regclass and not granted limit 1", table))


def _answers(client: httpx.Client, path: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return client.get(path).is_success
    return False
