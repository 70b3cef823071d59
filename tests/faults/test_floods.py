"""Floods at the door: what is acknowledged is drained, a backlog costs no memory, and slow strangers hold nobody up."""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import httpx
import psutil
import psycopg
import pytest

from gateway.store.database import Database
from tests.api.door import body, door, environment, signed
from tests.faults.figures import Figures
from tests.faults.postgres import Sender
from tests.house import AGENTS_TOKEN, House, until

FLOOD, SECONDS = 2000, 10
BACKLOG = 50_000
MANY = """
with given as (
  insert into event (account, event_id, kind, ticket_id, author, visibility, message_id, received_at, supersedes)
  select 'acme', 'backlog-' || n, 'message.created', (%(tickets)s::text[])[1 + n %% cardinality(%(tickets)s::text[])],
         'requester', 'public', 'b' || n, now(), true from generate_series(1, %(many)s) n
  returning id, ticket_id)
insert into procrastinate_jobs (queue_name, task_name, lock, args)
select 'line', 'walk', 'acme:' || ticket_id, jsonb_build_object('event_id', id) from given order by id
"""
CONNECTED = """select 1 from pg_stat_activity
               where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"""
LOST = """select (select count(*) from event where state <> 'done') as open,
                 (select count(*) from procrastinate_jobs where status in ('todo', 'doing')) as jobs"""


@pytest.mark.usefixtures("acme_secrets")
async def test_a_hundred_deliveries_at_once_are_all_kept(tmp_path: Path, database: Database) -> None:
    async with door(environment(tmp_path), database.url) as web:
        contents = [body(str(1000 + number)) for number in range(100)]
        answers = await asyncio.gather(
            *(
                web.post("/webhooks/acme", content=content, headers=signed(content, message_id=f"m{number}"))
                for number, content in enumerate(contents)
            )
        )

    assert {answer.status_code for answer in answers} == {202}
    assert await database.one("select count(*) as n from event") == {"n": 100}


@pytest.fixture
def acme_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.api.door import SECRET

    monkeypatch.setenv("ACME_SECRET", SECRET)
    monkeypatch.setenv("ACME_TOKEN", "token-of-the-integration-user")


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A desk alone: it gives its own webhooks up, so that nothing but the flood comes."""
    built = House(tmp_path, database_url)
    built.webhook_pauses = (0.01,)
    built.environment["COUNTERSIGN_PROXIES"] = "127.0.0.0/8"
    try:
        built.start_desk()
        yield built
    finally:
        built.stop()


@pytest.mark.whole
def test_two_thousand_in_ten_seconds_are_acknowledged_and_drained(house: House, figures: Figures) -> None:
    tickets = asyncio.run(opened(house, FLOOD))
    house.start_web()
    house.start_worker()
    sender = Sender(house, tickets, per_second=FLOOD / SECONDS, patience=60, again=True, most=FLOOD)
    began = time.monotonic()
    connections = 0
    with sender.sending():
        while len(sender.kept()) < FLOOD and time.monotonic() - began < 240:
            connections = max(connections, len(house.rows(CONNECTED)))
            time.sleep(0.5)
    acknowledged = time.monotonic() - began

    assert len(sender.kept()) == FLOOD
    assert sender.statuses() <= {202, 503}  # a busy machine may ask for some of them once more
    assert connections <= 11 + 14  # as deploy/README.md has it
    until(lambda: house.rows(LOST) == [{"open": 0, "jobs": 0}], f"all are drained: {house.rows(LOST)}", 900)
    drained = time.monotonic() - began
    written = house.rows("select ticket_id, purpose, state from write_back order by ticket_id")
    assert sorted(tickets) == [row["ticket_id"] for row in written]
    assert {row["state"] for row in written} == {"written"}
    assert all(len(house.written(ticket)) == 1 for ticket in tickets[:50])
    waits = quantiles([answer.seconds * 1000 for answer in sender.answers if answer.status == 202], n=100)
    refused = sum(answer.status == 503 for answer in sender.answers)
    figures.tell(
        "floods", f"{FLOOD} webhooks in {SECONDS} s", "all acknowledged, all drained",
        f"{FLOOD} of {FLOOD} within {acknowledged:.0f} s, {refused} answers 503; p50 {waits[49]:.0f} ms, p99 "
        f"{waits[98]:.0f} ms; drained after {drained:.0f} s, one note a ticket; {connections} connections",
    )  # fmt: skip


@pytest.mark.whole
def test_a_backlog_of_fifty_thousand_costs_neither_memory_nor_a_late_start(house: House, figures: Figures) -> None:
    tickets = asyncio.run(opened(house, 300))
    house.start_web()
    house.start_worker()
    until(lambda: house.rows(LOST) == [{"open": 0, "jobs": 0}], "nothing waits")
    without, empty = memory(house), worked(house)
    house.kill("worker")
    with psycopg.connect(house.database_url) as connection:
        connection.execute(MANY, {"tickets": tickets, "many": BACKLOG})
        connection.execute("analyze event")
        connection.execute("analyze procrastinate_jobs")
    told = house.web.get("/readyz?verbose").text
    assert re.search(rf"events: {BACKLOG} wait, the oldest for \d+ s", told)

    began = time.monotonic()
    house.start_worker()
    ready, full = time.monotonic() - began, worked(house)
    most = 0
    until_then = time.monotonic() + 60
    while time.monotonic() < until_then:
        most = max(most, memory(house))
        time.sleep(0.5)
    done = house.rows("select count(*) as n from event where state = 'done'")[0]["n"]

    assert done > 0
    assert most < without + 200 * 2**20
    figures.tell(
        "floods", f"{BACKLOG} waiting events", "memory bounded, ready within 5 s",
        f"ready after {ready:.1f} s ({full:.1f} s of CPU, {empty:.1f} s without); {most / 2**20:.0f} MB at most in the "
        f"first minute, {without / 2**20:.0f} MB without; {done / 60:.0f} events a second",
    )  # fmt: skip


@pytest.mark.whole
def test_a_slow_loris_and_a_flood_of_strangers_leave_the_help_desk_served(house: House, figures: Figures) -> None:
    tickets = asyncio.run(opened(house, 5))
    house.environment["COUNTERSIGN_ADDRESS_RATE"] = "2"
    house.start_web()
    before = memory(house, "web")
    hostile = [begin(what, house.web_port) for what in ("loris", "strangers")]
    try:
        time.sleep(5)
        with Sender(house, tickets, per_second=1, patience=60, again=True).sending() as sender:
            time.sleep(20)
        told = house.web.get("/readyz?verbose", timeout=60).text
        after = memory(house, "web")
    finally:
        answered = [ended(process) for process in hostile][1]

    assert sender.statuses() <= {202, 503}, {answer.trouble for answer in sender.answers}
    assert sender.kept() == {answer.event_id for answer in sender.answers}
    assert re.search(r"turned away in the last minute: .*\d+ by address_rate.*\d+ by connections", told), told
    assert "requests are turned away" in house.log("web")
    refused, unknown = answered.get("429", 0), answered.get("401", 0)
    assert refused > 0
    assert unknown > 0
    assert after < before + 150 * 2**20
    waits = quantiles([answer.seconds * 1000 for answer in sender.answers], n=100)
    figures.tell(
        "floods", "1,000 dripping connections and a stranger's flood", "others are served",
        f"{len(sender.kept())} of {len(sender.answers)} acknowledged, p50 {waits[49]:.0f} ms, p99 {waits[98]:.0f} ms; "
        f"{refused} of {refused + unknown} strangers told 429; web {(after - before) / 2**20:+.0f} MB",
    )  # fmt: skip


async def opened(house: House, many: int) -> list[str]:
    """Tickets in the desk."""
    headers = {"authorization": f"Bearer {AGENTS_TOKEN}"}
    some = asyncio.Semaphore(20)
    async with httpx.AsyncClient(base_url=str(house.desk.base_url), headers=headers, timeout=60) as desk:

        async def one(number: int) -> str:
            requester = {"name": "Marta Kowalska", "email": f"marta.{number}@example.com"}
            given = {"subject": "A question", "body": f"When does parcel {number} arrive?", "requester": requester}
            async with some:
                return str((await desk.post("/api/tickets", json=given)).raise_for_status().json()["id"])

        return list(await asyncio.gather(*(one(number) for number in range(many))))


def begin(what: str, port: int) -> "subprocess.Popen[str]":
    """A process of its own, which ends with its input, and after a minute in any case."""
    command = [sys.executable, "-m", "tests.faults.hostile", what, str(port)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ended(process: "subprocess.Popen[str]") -> dict[str, int]:
    said, _ = process.communicate(timeout=90)
    return dict(json.loads(said))


def worked(house: House) -> float:
    """Seconds of CPU that the worker has used, whatever else the machine does."""
    times = psutil.Process(house.processes["worker"].pid).cpu_times()
    return float(times.user + times.system)


def memory(house: House, name: str = "worker") -> int:
    return int(psutil.Process(house.processes[name].pid).memory_info().rss)
