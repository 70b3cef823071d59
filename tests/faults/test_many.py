"""Many machines: web and worker processes on one Postgres, which come, go, die, and have clocks of their own."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.figures import Figures
from tests.faults.fleet import FAKETIME, NO_FAKETIME, Fleet, before_the_newest_migration, migrated, run
from tests.faults.size import size
from tests.faults.stubs.desk import accepted, plain_account, stored
from tests.faults.stubs.provider import Provider, provider
from tests.house import ROOT, until

WEBS, WORKERS = size(1, 2), size(2, 4)
TICKETS = size(20, 600)
EVERY = 0.25  # seconds between two tickets, where the load goes on while something happens
DRAINED = size(30, 10)  # seconds
WITHIN = size(90, 300)
SLOW = 180  # seconds that a worker may take to stop where that is not what is measured
QUESTION = "When does my parcel arrive?"


@pytest.fixture(scope="module")
def model() -> Iterator[Provider]:
    with provider(latency_ms=300) as stub:
        yield stub


def fleet_on(url: str, folder: Path, model: Provider) -> Fleet:
    built = Fleet(folder, url, models={"default": model.route(retries=0)}, account=plain_account(folder))
    built.webhook_pauses = (0.2, *[1.0] * 600)
    built.environment["COUNTERSIGN_TAKEOVER_AFTER"] = "15"  # as it is where nobody says: two seconds are a busy machine
    return built


@contextmanager
def standing(fleet: Fleet, tree: Path = ROOT, version: str = "") -> Iterator[Fleet]:
    try:
        with fleet.begin(web=WEBS, workers=WORKERS, tree=tree, version=version).balancer.running():
            yield fleet
    finally:
        fleet.stop()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, model: Provider) -> Iterator[Fleet]:
    folder = Path(tmp_path_factory.mktemp("fleet"))
    with standing(fleet_on(module_database_url, folder, model)) as built:
        yield built


class Load(threading.Thread):
    """Requesters who go on opening tickets, whatever is done to the machines."""

    def __init__(self, fleet: Fleet) -> None:
        super().__init__(daemon=True)
        self.fleet = fleet
        self.tickets: list[str] = []
        self._enough = threading.Event()

    def run(self) -> None:
        while not self._enough.wait(EVERY):
            self.tickets.append(self.fleet.open_ticket(f"{QUESTION} My number is {len(self.tickets)}."))

    def end(self) -> list[str]:
        self._enough.set()
        self.join(30)
        return self.tickets


def opened(fleet: Fleet, count: int) -> list[str]:
    return [fleet.open_ticket(f"{QUESTION} My number is {number}.") for number in range(count)]


def all_done(fleet: Fleet, tickets: list[str]) -> None:
    """Every ticket has its one note, everything accepted is done, and nothing was given up."""

    def notes() -> dict[str, int]:
        texts = stored(fleet)
        return {
            ticket: sum(times for text, times in texts[ticket].items() if not text.startswith(QUESTION))
            for ticket in tickets
        }

    until(lambda: all(notes().values()), "every ticket has a note", WITHIN)
    until(lambda: not unfinished(fleet), "all that was accepted is done", WITHIN)
    assert {ticket: times for ticket, times in notes().items() if times != 1} == {}
    assert fleet.rows("select distinct state from event") == [{"state": "done"}]
    assert fleet.rows("select state, reason from run where state in ('failed', 'uncertain')") == []
    assert fleet.rows("select distinct state from write_back") == [{"state": "written"}]


def unfinished(fleet: Fleet) -> set[str]:
    done = {row["event_id"] for row in fleet.rows("select event_id from event where state = 'done'")}
    return accepted(fleet) - done


def workers(fleet: Fleet) -> list[str]:
    return sorted(name for name, process in fleet.processes.items() if "worker" in name and process.poll() is None)


def test_work_spreads_over_all_workers(fleet: Fleet, figures: Figures) -> None:
    all_done(fleet, opened(fleet, TICKETS))

    shares = [fleet.runs_of(name) for name in workers(fleet)]
    figures.tell("many machines", f"runs by each of {len(shares)} workers", "spread", ", ".join(map(str, shares)))
    assert min(shares) >= sum(shares) / len(shares) / 4
    assert all(fleet.answers(name, "/readyz") for name in fleet.ports)


def test_one_that_is_told_to_stop_finishes_what_it_has_begun_and_nothing_fails(fleet: Fleet, figures: Figures) -> None:
    load = Load(fleet)
    load.start()
    until(lambda: len(load.tickets) >= 5, "the load goes on")

    took = {name: fleet.drain(name, DRAINED) for name in (workers(fleet)[0], *list(fleet.ports)[1:])}

    all_done(fleet, load.end())
    figures.tell("many machines", "drained after SIGTERM under load: worker, web", "10 s, 0 failed",
                 ", ".join(f"{seconds:.1f} s" for seconds in took.values()) + ", 0 failed")  # fmt: skip
    assert fleet.rows("select 1 from attempt where outcome = 'abandoned'") == []


@pytest.mark.whole
def test_one_that_dies_and_never_returns_loses_nothing(fleet: Fleet, figures: Figures) -> None:
    load = Load(fleet)
    load.start()
    until(lambda: len(load.tickets) >= 5, "the load goes on")
    victim = workers(fleet)[0]

    fleet.kill(victim)
    died = time.monotonic()
    held = [row["id"] for row in fleet.rows("select id from procrastinate_jobs where status = 'doing'")]
    left = "select 1 from procrastinate_jobs where id = any(%s) and status in ('todo', 'doing')"
    until(lambda: not fleet.rows(left, held), "others have done its work", 60)
    took = time.monotonic() - died

    all_done(fleet, load.end())
    figures.tell("many machines", "work of a killed worker done by others", "30 s", f"{took:.1f} s")
    assert took < 30


@pytest.mark.whole
@pytest.mark.skipif(not FAKETIME, reason=NO_FAKETIME)
def test_clocks_that_are_an_hour_apart_make_nobody_wait_and_write_nothing_twice(
    fleet: Fleet, model: Provider, figures: Figures
) -> None:
    fleet.add(workers=2, version="fast ", hours=1)
    fleet.add(workers=1, version="slow ", hours=-1)
    for name in workers(fleet):
        if "fast" not in name and "slow" not in name:
            fleet.drain(name, SLOW)
    model.behave("503", times=5)  # retried by whoever is next, at a time that another one has set
    load = Load(fleet)
    load.start()
    until(lambda: len(load.tickets) >= 20, "the load goes on", WITHIN)
    fleet.drain("worker fast 1", SLOW)  # what it gives back is taken up at once, and not in an hour

    all_done(fleet, load.end())

    (slowest,) = fleet.rows(
        "select max(extract(epoch from finished_at - received_at)) as seconds from event where ticket_id = any(%s)",
        load.tickets,
    )
    figures.tell("many machines", f"clocks an hour fast and slow, {len(load.tickets)} tickets, 5 failed calls",
                 "0 lost, 0 doubled", f"0, 0; the slowest event took {slowest['seconds']:.0f} s")  # fmt: skip
    assert slowest["seconds"] < 120
    assert "is what was sealed" in run(ROOT, fleet, ["audit", "verify"])


@pytest.mark.whole
def test_a_migration_is_rolled_out_under_load(
    tmp_path: Path, empty_url: str, model: Provider, figures: Figures
) -> None:
    """Expand: the tables first, then workers, then web processes; the version before works with the new tables."""
    (tmp_path / "house").mkdir()
    fleet = fleet_on(empty_url, tmp_path / "house", model)
    old, commit, was = before_the_newest_migration(tmp_path, fleet)
    with standing(fleet, old, "N "):
        before = workers(fleet)
        load = Load(fleet)
        load.start()
        until(lambda: len(load.tickets) >= 20, "the load goes on", WITHIN)

        now = migrated(ROOT, fleet)
        so_far = len(load.tickets)
        until(lambda: len(load.tickets) >= so_far + 20, "the old version goes on with the new tables", WITHIN)
        ready = all(fleet.answers(name, "/readyz") for name in fleet.ports)
        fleet.add(workers=WORKERS, version="N+1 ")
        for name in before:
            fleet.drain(name, SLOW)
        webs = list(fleet.ports)
        fleet.add(web=WEBS, version="N+1 ")
        for name in webs:
            fleet.drain(name, SLOW)
        so_far = len(load.tickets)
        until(lambda: len(load.tickets) >= so_far + 20, "the new version goes on", WITHIN)

        all_done(fleet, load.end())

        told = f"{commit} to this version ({was} to {now}) under load, {len(load.tickets)} tickets"
        figures.tell("many machines", f"{told}: lost, doubled, failed", "0, 0, 0", "0, 0, 0")
        figures.tell("many machines", "web processes of the version before stay ready with the new tables", "yes",
                     "yes" if ready else f"no ({commit} asks for its own tables)")  # fmt: skip
