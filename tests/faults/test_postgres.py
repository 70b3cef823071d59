"""Postgres is killed, cut off, slow, locked, full, replaced: what was acknowledged stays, and nobody is restarted."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import psycopg
import pytest

from gateway.store.embedded import EmbeddedPostgres, unprivileged
from tests.faults.figures import Figures
from tests.faults.postgres import Line, Sender, promote, server_with_tables, standby_of
from tests.faults.size import size
from tests.house import House, until

AWAY = size(3, 8)  # seconds
GOAL = "503 with Retry-After within 100 ms; back by itself; 0 lost; 0 jobs left"
NOTICED = 3.6  # seconds until deliveries are refused on a line that went silent: the first of them wait for three


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    with server_with_tables(tmp_path_factory.mktemp("postgres")) as made:
        yield made


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


@pytest.mark.whole
def test_killed_and_started_again(
    house: House, tickets: list[str], figures: Figures, line: Line, server: EmbeddedPostgres
) -> None:
    trouble(house, tickets, figures, "kill -9 of the server", line, lambda: kill(server), lambda: begin(server))


@pytest.mark.whole
def test_restarted(house: House, tickets: list[str], figures: Figures, line: Line, server: EmbeddedPostgres) -> None:
    trouble(house, tickets, figures, "stopped (fast) and started", line, server.stop, lambda: begin(server))


def test_cut_off_without_a_word(house: House, tickets: list[str], figures: Figures, line: Line) -> None:
    trouble(house, tickets, figures, "line cut, half-open", line, line.cut, line.mend, noticed=NOTICED)


@pytest.mark.whole
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


@pytest.mark.whole
def test_a_locked_table(house: House, tickets: list[str], figures: Figures, line: Line) -> None:
    with contextlib.ExitStack() as held:
        trouble(
            house, tickets, figures, "table `event` locked", line,
            lambda: held.enter_context(locked(line.server, "event")), held.close, noticed=NOTICED,
        )  # fmt: skip


@pytest.mark.whole
def test_no_space_for_events_and_steps(house: House, tickets: list[str], figures: Figures, line: Line) -> None:
    """A trigger says what a full disk says, to web and worker."""
    full = """create function full_disk() returns trigger language plpgsql as
              $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
              create trigger full_disk before insert on event execute function full_disk();
              create trigger full_disk before insert on step execute function full_disk()"""
    trouble(
        house, tickets, figures, "disk full (53100)", line,
        lambda: run(line.server, full), lambda: run(line.server, "drop function full_disk cascade"),
    )  # fmt: skip


@pytest.mark.whole
def test_a_disk_that_fills_up_for_real(
    house: House, tickets: list[str], figures: Figures, line: Line, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The contents of deliveries lie on a file system of 4 MB, which something else fills."""
    with small_disk(tmp_path_factory.mktemp("disk")) as folder:
        processes = {name: process.pid for name, process in house.processes.items()}
        run(line.server, f"create tablespace small location '{folder}'")
        run(line.server, "alter table content set tablespace small")
        run(line.server, "create table filler (text text) tablespace small")
        with Sender(house, tickets).sending() as sender:
            until(lambda: 202 in sender.statuses(), "deliveries are taken")
            with contextlib.suppress(psycopg.errors.DiskFull):
                for _ in range(1000):
                    run(line.server, "insert into filler select repeat('x', 1000) from generate_series(1, 7)")
            until(lambda: 503 in sender.statuses(), "the disk is full", 60)
            run(line.server, "drop table filler")
            back = time.monotonic()
            until(lambda: sender.statuses(back + 1) == {202}, "there is space again", 40)
        assert sender.statuses() == {202, 503}
        in_order(house, sender, line, processes)
        refused = [answer for answer in sender.answers if answer.status == 503]
        worst = max(answer.seconds for answer in refused)
        figures.tell(
            "Postgres", "a file system of 4 MB fills up", GOAL,
            f"{len(refused)} refused, worst {worst * 1000:.0f} ms; 0 of {len(sender.kept())} lost, 0 left",
        )  # fmt: skip
        run(line.server, "alter table content set tablespace pg_default")
        run(line.server, "drop tablespace small")


@pytest.mark.whole
def test_another_server_takes_over(
    house: House, tickets: list[str], figures: Figures, line: Line, server: EmbeddedPostgres,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    """The address leads to the standby as soon as the first server has died, and only later may it be written to."""
    standby = standby_of(server, tmp_path_factory.mktemp("standby"))
    try:

        def fail() -> None:
            kill(server)
            line.server = standby

        trouble(house, tickets, figures, "failed over to a standby", line, fail, lambda: promote(standby))
        ticket = house.open_ticket("And where is parcel 6?")
        house.settled(ticket, within=60)
        assert len(house.written(ticket)) == 1
    finally:
        house.stop()
        standby.stop()


def kill(server: EmbeddedPostgres) -> None:
    assert server._server is not None
    os.kill(server._server.pid, signal.SIGKILL)
    server._server.wait()


def begin(server: EmbeddedPostgres) -> None:
    server.start()


def run(server: EmbeddedPostgres, sql: str) -> None:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(sql)  # type: ignore[arg-type]


@contextlib.contextmanager
def locked(server: EmbeddedPostgres, table: str) -> Iterator[None]:
    with psycopg.connect(server.url) as connection:
        connection.execute(f"lock table {table} in exclusive mode")
        yield
        connection.rollback()


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    user, _ = unprivileged()
    options = f"size=4m,uid={user},mode=0700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("file systems can be mounted by root alone: the trigger stands for a full disk")
    for above in folder.parents:
        if above.stat().st_uid == os.geteuid() and above.name.startswith("pytest"):
            above.chmod(0o711)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=False)
