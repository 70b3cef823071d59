"""The database goes away and comes back: nothing is lost, nothing hangs, and nobody has to be restarted."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gateway.store.database import Database
from gateway.store.embedded import EmbeddedPostgres
from tests.faults.postgres import server_with_tables
from tests.house import House, until
from tests.store.working import RAN, add, settled, story, working

AWAY = 4.0  # seconds


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, with all tables."""
    with server_with_tables(tmp_path_factory.mktemp("postgres")) as made:
        yield made


async def test_a_restart_under_a_running_worker_leaves_no_job_behind(server: EmbeddedPostgres) -> None:
    database = Database(server.url, wait=3.0)
    await database.open()
    await database.run(RAN)
    for number in range(60):
        await add(database, "sleep", {"name": str(number), "seconds": 0.3}, lock=f"acme:{number % 20}")

    async with working(database, takeover_after=2.0):
        await asyncio.sleep(0.5)
        server.stop()
        await asyncio.sleep(2)
        server.start()  # from the main thread, with which it would end
        assert await settled_after_restart(database) == {"succeeded": 60}

    ended = {name for name, what in await story(database) if what == "ended"}
    assert ended == {str(number) for number in range(60)}
    await database.close()


async def settled_after_restart(database: Database) -> dict[str, int]:
    """The pool may still hold a connection of before."""
    deadline = time.monotonic() + 40
    while True:
        try:
            return await settled(database, within=deadline - time.monotonic())
        except Exception as error:
            if time.monotonic() > deadline or isinstance(error, AssertionError):
                raise
            await asyncio.sleep(0.1)


@pytest.fixture
def house(server: EmbeddedPostgres, tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path, server.url)
    try:
        yield built.start()
    finally:
        built.stop()


def test_web_and_worker_outlive_the_database_and_no_delivery_is_lost(house: House, server: EmbeddedPostgres) -> None:
    before = house.open_ticket("When does my parcel arrive?")
    house.settled(before)
    server.stop()

    meanwhile = house.open_ticket("How can I return an item?")
    began = time.monotonic()
    ready = house.web.get("/readyz?verbose")
    took = time.monotonic() - began
    assert ready.status_code == 503
    assert int(ready.headers["retry-after"]) > 0
    assert took < 5
    assert house.web.get("/livez").status_code == 200
    until(lambda: "503" in _told(house, meanwhile), "the desk was told to come again")
    time.sleep(AWAY)
    server.start()

    back = time.monotonic()
    until(lambda: house.web.get("/readyz").is_success, "the web process is ready again", within=5)
    until(lambda: _runs(house, meanwhile), "the desk sends the delivery again", within=40)
    house.settled(meanwhile, within=40)
    assert time.monotonic() - back < 60
    assert len(house.written(before)) == len(house.written(meanwhile)) == 1
    for name in ("web", "worker"):
        assert house.processes[name].poll() is None
        assert "hunter2" not in house.log(name)
    assert not house.rows("select 1 from procrastinate_jobs where status = 'doing'")


def _told(house: House, ticket: str) -> list[str]:
    """What the desk was told when it delivered this ticket."""
    sent = house.desk.get("/control/deliveries").json()["data"]
    return [outcome for delivery in sent if delivery["ticket_id"] == ticket for outcome in delivery["outcomes"]]


def _runs(house: House, ticket: str) -> bool:
    try:
        return bool(house.runs(ticket))
    except psycopg.OperationalError:
        return False
