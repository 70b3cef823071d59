"""`kill -9` of web, workers and Postgres at random moments under load: nothing accepted is lost, nothing is doubled.

The help desk has no idempotency and takes whatever it is sent; its own count, by ticket and by text, is the judge.
"""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from gateway.store.embedded import EmbeddedPostgres
from tests.faults.figures import Figures
from tests.faults.postgres import server_with_tables
from tests.faults.size import WHOLE, chance, size
from tests.faults.stubs.desk import accepted, plain_account, stored
from tests.faults.stubs.provider import Provider, provider
from tests.house import House, until

TICKETS = size(30, 2500)  # each is two events: the question, and our own note that comes back
KILLS = size(3, 60)
AT_ONCE = size(30, 40)  # events that may wait before another ticket is opened
WITHIN = size(60, 600)  # seconds for what is left after the last kill
QUESTION = "When does my parcel arrive?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with server_with_tables(tmp_path_factory.mktemp("postgres")) as made:
        yield made


@pytest.fixture(scope="module")
def model() -> Iterator[Provider]:
    with provider(latency_ms=100) as stub:
        yield stub


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, server: EmbeddedPostgres, model: Provider) -> Iterator[House]:
    folder = Path(tmp_path_factory.mktemp("house"))
    built = House(folder, server.url, models={"default": model.route()}, account=plain_account(folder))
    built.webhook_pauses = (0.2, *[1.0] * 600)
    built.quick = True
    try:
        built.start()
        if WHOLE:
            built.start_worker("second")
        yield built
    finally:
        built.stop()


@dataclass
class Load(threading.Thread):
    """Requesters who open tickets, no faster than they are answered."""

    house: House
    tickets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    __hash__ = threading.Thread.__hash__

    def run(self) -> None:
        while len(self.tickets) < TICKETS:
            if waiting(self.house) < AT_ONCE:
                self.tickets.append(self.house.open_ticket(f"{QUESTION} My number is {len(self.tickets)}."))
            else:
                time.sleep(0.2)


def waiting(house: House) -> int:
    """Events under way; as many as there may be while the database is away."""
    with contextlib.suppress(psycopg.Error):
        return int(house.rows("select count(*) from event where state = 'waiting'")[0]["count"])
    return AT_ONCE


def kill(house: House, server: EmbeddedPostgres, victim: str, pause: float) -> None:
    """`kill -9`, some moments without it, and a new one."""
    if victim == "postgres":
        os.kill(process_of(server), signal.SIGKILL)
        time.sleep(pause)
        server.stop()  # what was killed is only waited for
        server.start()
        return
    house.kill(victim)
    time.sleep(pause)
    if victim == "web":
        house.start_web(within=180)
    else:
        house.start_worker(victim)


def process_of(server: EmbeddedPostgres) -> int:
    with psycopg.connect(server.url) as connection:
        (folder,) = connection.execute("show data_directory").fetchone() or ("",)
    return int((Path(folder) / "postmaster.pid").read_text().split()[0])


def unfinished(house: House) -> set[str]:
    """Events that the gateway said yes to and that are not done."""
    with contextlib.suppress(psycopg.Error):
        done = {row["event_id"] for row in house.rows("select event_id from event where state = 'done'")}
        return accepted(house) - done
    return {"the database is away"}


def notes_of(house: House) -> dict[str, int]:
    """How many notes of ours the desk has stored, by ticket."""
    return {
        ticket: sum(times for text, times in texts.items() if not text.startswith(QUESTION))
        for ticket, texts in stored(house).items()
    }


def nothing_is_left(house: House) -> bool:
    """Every question and every note that came back was accepted, and nothing of it is under way."""
    return len(accepted(house)) == TICKETS + sum(notes_of(house).values()) and not unfinished(house)


def test_nothing_is_lost_and_nothing_is_doubled_whoever_is_killed(
    house: House, server: EmbeddedPostgres, model: Provider, seeded: int, figures: Figures
) -> None:
    random, began = chance(), time.monotonic()
    load = Load(house)
    load.start()
    killed: list[str] = []
    while len(killed) < KILLS:
        victims = [*house.processes.keys() - {"desk"}, "postgres"]
        for victim in random.sample(sorted(victims), len(victims)):
            until(lambda: len(load.tickets) >= TICKETS * len(killed) / KILLS, "the load goes on", WITHIN)
            time.sleep(random.uniform(0, 1.0))
            kill(house, server, victim, random.uniform(0, 1.0))
            killed.append(victim)
    load.join(WITHIN)
    until(lambda: nothing_is_left(house), "all that was told is accepted, and all that was accepted is done", WITHIN)

    notes = notes_of(house)
    left = {row["ticket_id"] for row in house.rows("select ticket_id from write_back where state = 'uncertain'")}
    lost = [ticket for ticket in load.tickets if notes[ticket] < 1 and ticket not in left]
    doubled = [ticket for ticket in load.tickets if notes[ticket] > 1]
    events = len(accepted(house))
    (slowest,) = house.rows("select max(extract(epoch from finished_at - received_at)) as seconds from event")
    asked = house.rows("select count(*) from attempt")[0]["count"]
    took = time.monotonic() - began
    what = f"{len(killed)} kills of {', '.join(sorted(set(killed)))} over {events} accepted events in {took:.0f} s"
    figures.tell("crashes", f"{what}: lost, doubled", "0, 0", f"{len(lost)}, {len(doubled)}")
    figures.tell("crashes", "... left to a person, because the help desk never answered", "-", len(left))
    figures.tell("crashes", "... the longest that an accepted event took meanwhile", "-", f"{slowest['seconds']:.1f} s")
    assert (lost, doubled) == ([], [])
    assert house.rows("select distinct state from event") == [{"state": "done"}]
    assert {row["state"] for row in house.rows("select state from write_back")} <= {"written", "uncertain"}
    assert model.calls() <= asked, "every call to the model has its row"
