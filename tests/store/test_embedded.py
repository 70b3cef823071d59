"""The embedded Postgres: a stale lock file kills nobody, a killed owner loses nothing, a second process attaches."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from gateway.store.embedded import EmbeddedPostgres

OWNER = """
import sys, time
from pathlib import Path
from gateway.store.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(), flush=True)
print(server.started_here, flush=True)
sys.stdin.read()
server.stop()
"""


@contextmanager
def owner(home: Path) -> Iterator[tuple[subprocess.Popen[str], str, bool]]:
    """A process that starts the server, or attaches to it: (process, URL, did it start it)."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        yield process, url, process.stdout.readline().strip() == "True"
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path)
    try:
        yield made
    finally:
        made.stop()


def answer(url: str, sql: str) -> Any:
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        found = connection.execute(sql)
        row = found.fetchone() if found.description else None
        return row[0] if row else None


def within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_it_listens_on_no_network_and_sorts_the_same_everywhere(server: EmbeddedPostgres) -> None:
    url = server.start()

    assert answer(url, "show listen_addresses") == ""
    assert answer(url, "select array_agg(x order by x)::text from unnest(array['b','a','B','é']) x") == "{B,a,b,é}"
    assert answer(url, "select lower('ÉCOLE')") == "école"
    assert answer(url, "show fsync") == answer(url, "show full_page_writes") == "on"


def test_stale_lock_files_that_name_a_live_stranger_stop_no_start_and_the_stranger_lives(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = server.start()
    answer(url, "create table kept as select 1 as one")
    server.stop()
    home = next(tmp_path.glob("pg-*"))
    with subprocess.Popen(["sleep", "60"]) as stranger:
        told = f"{stranger.pid}\n{home / 'data'}\n{int(time.time())}\n5432\n{home / 'socket'}\n\n\n"
        (home / "data" / "postmaster.pid").write_text(told)
        (home / "socket" / ".s.PGSQL.5432.lock").write_text(told)

        again = EmbeddedPostgres(tmp_path)
        try:
            assert answer(again.start(), "select one from kept") == 1
        finally:
            again.stop()

        assert stranger.poll() is None
        stranger.kill()


def test_a_second_process_attaches_and_its_end_stops_nothing(tmp_path: Path) -> None:
    with owner(tmp_path) as (_, url, started), owner(tmp_path) as (second, other_url, started_too):
        assert (started, started_too) == (True, False)
        assert url == other_url
        second.communicate("", timeout=20)

        assert answer(url, "select 1") == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can end a child with its parent")
def test_a_killed_owner_ends_the_server_and_no_committed_row_is_lost(tmp_path: Path) -> None:
    with owner(tmp_path) as (process, url, _):
        answer(url, "create table kept (n int)")
        kept = 0
        with psycopg.connect(url, autocommit=True) as connection:
            postmaster = int((next(tmp_path.glob("pg-*")) / "data" / "postmaster.pid").read_text().split()[0])
            for kept in range(1, 301):
                connection.execute("insert into kept values (%s)", (kept,))
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert within(10, lambda: not runs(postmaster))

    with owner(tmp_path) as (_, url, started):
        assert started
        assert answer(url, "select count(*) from kept") == kept == 300


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_server_that_is_just_dying_is_waited_for_and_no_committed_row_is_lost(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    url = server.start()
    answer(url, "create table kept as select * from generate_series(1, 1000)")
    os.kill(int((next(tmp_path.glob("pg-*")) / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    again = EmbeddedPostgres(tmp_path)  # the children of the killed one still hold its lock
    try:
        assert answer(again.start(), "select count(*) from kept") == 1000
        assert again.started_here
    finally:
        again.stop()


def test_it_works_below_a_private_folder(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    below = EmbeddedPostgres(private / "checkout" / ".countersign")
    try:
        assert answer(below.start(), "select 1") == 1
        assert private.stat().st_mode & 0o777 == 0o700
    finally:
        below.stop()


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    deep = EmbeddedPostgres(tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 4))
    try:
        assert answer(deep.start(), "select 1") == 1
    finally:
        deep.stop()


def test_half_a_cluster_is_made_anew(server: EmbeddedPostgres, tmp_path: Path) -> None:
    home = tmp_path / "pg-18"
    (home / "half-made" / "base").mkdir(parents=True)
    (home / "half-made" / "base" / "1").write_text("what a killed initdb left")

    assert answer(server.start(), "select 1") == 1


def test_stopping_twice_or_before_a_start_is_harmless(server: EmbeddedPostgres) -> None:
    server.stop()
    server.start()
    server.stop()
    server.stop()
