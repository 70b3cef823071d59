"""A machine that dies and never returns: how long its work waits for another, as installations are set by default."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.figures import Figures
from tests.faults.stubs.desk import plain_account, stored
from tests.faults.stubs.provider import provider
from tests.house import House, until

MACHINES, TICKETS = 3, 8
TAKEN_WITHIN = 30.0  # seconds
QUESTION = "When does my parcel arrive?"
HELD = """
select count(*) from procrastinate_jobs j join event e on e.id = (j.args->>'event_id')::bigint
where e.ticket_id = any(%s) and j.status = 'doing' and j.worker_id = any(%s)
"""


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    with provider(latency_ms=3000) as model:
        built = House(tmp_path, database_url, models={"default": model.route()}, account=plain_account(tmp_path))
        del built.environment["COUNTERSIGN_TAKEOVER_AFTER"]
        built.quick = True
        try:
            yield built.start()
        finally:
            built.stop()


def workers(house: House) -> set[int]:
    return {row["id"] for row in house.rows("select id from procrastinate_workers")}


@pytest.mark.whole
def test_the_work_of_a_machine_that_is_gone_is_taken_within_thirty_seconds(house: House, figures: Figures) -> None:
    name, took, written = "worker", [], []
    for number in range(MACHINES):
        mine, successor = workers(house), f"worker-{number}"
        house.start_worker(successor)
        house.signal(successor, signal.SIGSTOP)
        tickets = [house.open_ticket(f"{QUESTION} {number} {one}") for one in range(TICKETS)]
        until(lambda: house.rows(HELD, tickets, list(mine))[0]["count"] > 0, "the machine has work", 60)  # noqa: B023
        house.signal(successor, signal.SIGCONT)
        house.kill(name)
        gone = time.monotonic()
        del house.processes[name]
        until(lambda: house.rows(HELD, tickets, list(mine))[0]["count"] == 0, "its jobs are another's", 120)  # noqa: B023
        took.append(time.monotonic() - gone)
        for ticket in tickets:
            house.settled(ticket, within=120)
        written.append(time.monotonic() - gone)
        notes = [sum(n for text, n in stored(house)[one].items() if not text.startswith(QUESTION)) for one in tickets]
        assert notes == [1] * TICKETS
        name = successor

    figures.tell(
        "crashes",
        f"{MACHINES} machines that never return: the longest until work is taken",
        "30 s",
        f"{max(took):.1f} s",
    )
    figures.tell("crashes", "... and until the last note of its tickets is written", "-", f"{max(written):.1f} s")
    assert max(took) < TAKEN_WITHIN
