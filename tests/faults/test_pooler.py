"""Behind PgBouncer in transaction mode: sessions change from statement to statement, and the line works as ever."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import psycopg
import pytest

from gateway.store.embedded import EmbeddedPostgres, unprivileged
from gateway.store.migrate import migrate
from gateway.store.revisions import head
from tests.conftest import named
from tests.faults.figures import Figures
from tests.faults.size import size
from tests.house import House, free_port, until

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed (apt-get install pgbouncer)"),
]
TICKETS = size(4, 12)
SETTINGS = """[databases]
* = host={socket} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = transaction
default_pool_size = 4
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def pooled(server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of PgBouncer, with four sessions for everybody."""
    folder, port = tmp_path_factory.mktemp("pgbouncer"), free_port()
    users, settings = folder / "users", folder / "pgbouncer.ini"
    users.write_text('"postgres" ""\n')
    socket = unquote(server.url.partition("host=")[2])
    settings.write_text(SETTINGS.format(socket=socket, port=port, users=users))
    command = [str(PGBOUNCER), "-q", str(settings)]
    if os.geteuid() == 0:  # it refuses to run as root
        user, group = unprivileged()
        for path in (folder, users, settings):
            os.chown(path, user, group)
        rights = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
        command = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *rights, *command]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        until(lambda: answers(url), f"pgbouncer answers: {(folder / 'log').read_text()}")
        yield url
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("direct", [True, False], ids=["with a direct URL", "pooled alone"])
def test_tickets_are_drafted_and_a_killed_worker_is_taken_over(
    server: EmbeddedPostgres, pooled: str, direct: bool, tmp_path: Path, figures: Figures
) -> None:
    name = f"direct_{direct}".lower()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
    assert migrate(named(pooled, name)) == (None, head())
    assert migrate(named(pooled, name)) == (head(), head())
    house = House(tmp_path, named(pooled, name))
    if direct:
        house.environment["COUNTERSIGN_DIRECT_DATABASE_URL"] = named(server.url, name)
    try:
        house.start()
        until(lambda: house.web.get("/readyz").is_success, "ready")
        waits = []
        for number in range(TICKETS):
            began = time.monotonic()
            ticket = house.open_ticket(f"When does parcel {number} arrive?")
            until(lambda ticket=ticket: house.written(ticket), f"a draft: {house.log('worker')[-3000:]}", 30)
            waits.append(time.monotonic() - began)
        last = house.open_ticket("And how can I return an item?")
        house.kill("worker")
        house.start_worker("second")
        house.settled(last, within=60)
        assert len(house.written(last)) == 1
        for name in ("web", "second"):
            assert "prepared statement" not in house.log(name)
            assert "failed unexpectedly" not in house.log(name)
        assert ("a pooler stands before" in house.log("second")) is not direct
        jobs = "select 1 from procrastinate_jobs where status = 'doing'"
        until(lambda: not house.rows(jobs), "no job is left")
    finally:
        house.stop()
    figures.tell(
        "Postgres", f"PgBouncer, transaction mode, {'and a direct URL' if direct else 'alone'}", "works",
        f"{TICKETS + 1} of {TICKETS + 1} tickets once; webhook to note p50 {sorted(waits)[len(waits) // 2]:.2f} s",
    )  # fmt: skip
