"""Tickets down the whole line: opened at the help desk, told by its webhooks, drafted by a stub model, written back.

The note that we write comes back as a webhook of its own. That event is part of what a ticket costs, so nothing counts
as done before it is."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.acknowledgement import percentile
from bench.house import House

BODY = """<p>Hello,</p><p>I ordered boots on 3 November (order HT-{number}) and the tracking has not moved for six
working days. Where is my parcel, and what can you do? My phone number is +49 30 901820.</p><p>Kind regards,<br>
Marta Lindqvist</p>"""
DONE_WITHIN = 150.0  # seconds
COUNTERS = """
select (select sum(xact_commit) from pg_stat_database where datname is not null)::bigint as commits,
  (select pg_current_wal_lsn() - '0/0')::bigint as wal_bytes, pg_database_size(current_database()) as bytes
"""
LEFT = """
select count(*) as events, count(*) filter (where state = 'waiting') as waiting,
  (select count(*) from write_back where run_id > %s and state = 'written') as notes
from event where id > %s
"""
RUNS = """
select r.id, r.verdict is not null as drafted, r.waited_ms, r.took_ms, e.received_at, r.finished_at, r.state, r.step_ms
from run r join event e on e.id = r.id where r.id > %s order by r.id
"""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a number of tickets took and used. Times in ms; `cpu_ms`, commits and bytes are those of one ticket."""

    tickets: int
    drafted: int
    events: int
    per_second: float
    wait_p50: float
    wait_p99: float
    took_p50: float
    took_p99: float
    cpu_ms: dict[str, float]
    commits: float
    wal_bytes: float
    table_bytes: float
    steps_ms: dict[str, float] = field(default_factory=dict)  # median of each step


def walk(house: House, tickets: int, *, rate: float | None = None, within: float = 0.0) -> Stretch:
    """Open tickets, `rate` a second or all at once, and wait until nothing is left to do. `within`: seconds that the
    opening alone takes."""
    last = house.rows("select coalesce(max(id), 0) as id from event")[0]["id"]
    before, cpu = counters(house), house.cpu()
    asyncio.run(_open(house, tickets, rate))
    runs = _all_done(house, last, tickets, within)
    spent = {name: (seconds - cpu[name]) * 1000 / tickets for name, seconds in house.cpu().items()}
    after = counters(house)
    return _stretch(tickets, runs, spent, {key: (after[key] - before[key]) / tickets for key in before})


async def _open(house: House, tickets: int, rate: float | None) -> None:
    headers = {"authorization": f"Bearer {house.agents_token}"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{house.desk_port}", headers=headers, timeout=60) as desk:
        began = time.perf_counter()

        async def one(number: int) -> None:
            if rate is not None:
                await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            (await desk.post("/api/tickets", json=_ticket(number))).raise_for_status()

        await asyncio.gather(*(one(number) for number in range(tickets)))


def _ticket(number: int) -> dict[str, Any]:
    requester = {"name": "Marta Lindqvist", "email": f"marta.{number}@example.com"}
    body = BODY.format(number=480000 + number)
    return {"subject": "Where are my boots?", "requester": requester, "body": body, "format": "html"}


def _all_done(house: House, last: int, tickets: int, within: float) -> list[dict[str, Any]]:
    """The runs, once every ticket's event and every own note's event has ended."""
    deadline = time.monotonic() + DONE_WITHIN + within
    while time.monotonic() < deadline:
        (left,) = house.rows(LEFT, last, last)
        if left["waiting"] == 0 and left["notes"] >= tickets and left["events"] >= tickets + left["notes"]:
            return house.rows(RUNS, last)
        time.sleep(0.5)
    raise SystemExit(f"the line did not finish {tickets} tickets in {DONE_WITHIN:.0f} s; see {house.folder}")


def counters(house: House) -> dict[str, float]:
    """What Postgres has done so far: transactions, bytes of its log, bytes on disk."""
    time.sleep(1.2)  # backends report what they did once a second
    return {key: float(value) for key, value in house.rows(COUNTERS)[0].items()}


def _stretch(tickets: int, runs: list[dict[str, Any]], cpu_ms: dict[str, float], used: dict[str, float]) -> Stretch:
    drafted = [run for run in runs if run["drafted"]]
    waits = [float(run["waited_ms"]) for run in drafted]
    took = [float(run["took_ms"]) for run in drafted]
    span = max(run["finished_at"] for run in drafted) - min(run["received_at"] for run in drafted)
    steps = {name for run in drafted for name in run["step_ms"]}
    return Stretch(
        tickets=tickets,
        drafted=len(drafted),
        events=len(runs),
        per_second=len(drafted) / span.total_seconds(),
        wait_p50=percentile(waits, 50),
        wait_p99=percentile(waits, 99),
        took_p50=percentile(took, 50),
        took_p99=percentile(took, 99),
        cpu_ms=cpu_ms,
        commits=used["commits"],
        wal_bytes=used["wal_bytes"],
        table_bytes=used["bytes"],
        steps_ms={name: percentile([run["step_ms"].get(name, 0.0) for run in drafted], 50) for name in sorted(steps)},
    )
