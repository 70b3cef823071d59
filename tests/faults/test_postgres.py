"""Postgres is killed, cut off, slow, locked, full, replaced: what was acknowledged is there, and nobody is restarted."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import psycopg
import pytest

from gateway.store.embedded import EmbeddedPostgres
from gateway.store.migrate import migrate
from tests.faults.figures import Figures
from tests.faults.postgres import Line, Sender, promote, standby_of
from tests.faults.size import size
from tests.house import House, until

AWAY = size(2, 8)  # seconds
GOAL = "503 with Retry-After within 100 ms; back by itself; 0 lost; 0 jobs left"
NOTICED = 2.6  # seconds until a line that went silent counts as cut: half a second to the next beat, two of silence


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    try:
        migrate(made.start())
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def line(server: EmbeddedPostgres) -> Iterator[Line]:
    made = Line(server)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, line: Line) -> Iterator[House]:
    built = House(Path(tmp_path_factory.mktemp("house")), line.url)
    try:
        yield built.start()
    finally:
        built.stop()


@pytest.fixture(scope="module")
def tickets(house: House) -> list[str]:
    return [house.open_ticket(f"When does parcel {number} arrive?") for number in range(5)]


def rows(server: EmbeddedPostgres, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        return connection.execute(sql).fetchall()  # type: ignore[arg-type]


def trouble(
    house: House, tickets: list[str], figures: Figures, what: str, line: Line, hurt: Callable[[], None],
    mend: Callable[[], None], *, noticed: float = 1.0,
) -> Sender:  # fmt: skip
    """Hurt the database under a steady stream of deliveries, mend it, and see that everything is as it should be."""
    processes = {name: process.pid for name, process in house.processes.items()}
    with Sender(house, tickets).sending() as sender:
        until(lambda: 202 in sender.statuses(), "deliveries are taken")
        began = time.monotonic()
        hurt()
        time.sleep(noticed + AWAY)
        ended = time.monotonic()
        mend()
        back = time.monotonic()
        until(lambda: 202 in sender.statuses(back), f"taken again: {house.log('web')[-3000:]}", 40)
        again = min(answer.at for answer in list(sender.answers) if answer.at >= back and answer.status == 202)
        until(lambda: sender.statuses(time.monotonic() - 0.5) == {202}, "all of them", 40)
    meanwhile = [answer for answer in sender.answers if began + noticed <= answer.at <= ended - 0.1]
    assert {answer.status for answer in meanwhile} == {503}
    assert all(answer.retry_after == "5" for answer in sender.answers if answer.status == 503)
    assert sender.statuses() <= {202, 503}
    assert median(answer.seconds for answer in meanwhile) < 1  # a pool or a connection that is waited for takes three
    in_order(house, sender, line, processes)
    first = [answer.seconds for answer in sender.answers if began - 0.5 <= answer.at < began + noticed]
    slowest = sorted(answer.seconds for answer in meanwhile)
    figures.tell(
        "Postgres", what, GOAL,
        f"p50 {median(slowest) * 1000:.0f} ms, worst {slowest[-1] * 1000:.0f} ms of {len(slowest)}; until noticed "
        f"at most {max(first):.1f} s; back after {again - back:.1f} s; 0 of {len(sender.kept())} lost, 0 left",
    )  # fmt: skip
    return sender


def in_order(house: House, sender: Sender, line: Line, processes: dict[str, int]) -> None:
    """Nothing that was acknowledged is lost, no job stays behind, and nobody was started again."""
    there = {event_id for (event_id,) in rows(line.server, "select event_id from event")}
    assert sender.kept() <= there
    waiting = "select 1 from event where state = 'waiting' limit 1"
    until(lambda: not rows(line.server, waiting), f"all is walked: {house.log('worker')[-3000:]}", 120)
    jobs = "select 1 from procrastinate_jobs where status = 'doing' or (status = 'todo' and lock is not null)"
    until(lambda: not rows(line.server, jobs), "no job is left", 30)
    assert processes == {name: process.pid for name, process in house.processes.items()}
    assert all(process.poll() is None for process in house.processes.values())


def test_killed_and_started_again(
    house: House, tickets: list[str], figures: Figures, line: Line, server: EmbeddedPostgres
) -> None:
    def kill() -> None:
        assert server._server is not None
        os.kill(server._server.pid, signal.SIGKILL)
        server._server.wait()

    trouble(house, tickets, figures, "kill -9 of the server", line, kill, lambda: [server.start()] and None)


@pytest.mark.whole
def test_restarted(house: House, tickets: list[str], figures: Figures, line: Line, server: EmbeddedPostgres) -> None:
    trouble(house, tickets, figures, "restart, fast", line, server.stop, lambda: [server.start()] and None)


def test_cut_off_without_a_word(house: House, tickets: list[str], figures: Figures, line: Line) -> None:
    trouble(house, tickets, figures, "line cut, half-open", line, line.cut, line.mend, noticed=NOTICED)


def test_a_slow_line_is_still_a_line(house: House, tickets: list[str], figures: Figures, line: Line) -> None:
    line.delay = 0.15
    processes = {name: process.pid for name, process in house.processes.items()}
    try:
        with Sender(house, tickets, per_second=5).sending() as sender:
            time.sleep(AWAY + 1)
    finally:
        line.delay = 0.0
    assert sender.statuses() == {202}
    in_order(house, sender, line, processes)
    took = sorted(answer.seconds for answer in sender.answers)
    figures.tell(
        "Postgres", "every packet 150 ms late, each way", "acknowledged; 0 lost",
        f"{len(took)} of {len(took)} acknowledged, p50 {median(took) * 1000:.0f} ms, worst {took[-1] * 1000:.0f} ms",
    )  # fmt: skip


def test_a_locked_table(house: House, tickets: list[str], figures: Figures, line: Line) -> None:
    with contextlib.ExitStack() as held:
        trouble(
            house, tickets, figures, "table `event` locked", line,
            lambda: held.enter_context(locked(line.server, "event")), held.close, noticed=4.0,
        )  # fmt: skip


@contextlib.contextmanager
def locked(server: EmbeddedPostgres, table: str) -> Iterator[None]:
    with psycopg.connect(server.url) as connection:
        connection.execute(f"lock table {table} in exclusive mode")
        yield
        connection.rollback()
