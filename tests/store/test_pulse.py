"""The pulse: a database that is away, silent, read-only or stuck is noticed, and one that is there is not suspected."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest

from gateway.errors import DatabaseUnavailable
from gateway.store.database import Database
from gateway.store.pulse import State
from tests.conftest import named

SILENCE = 2.0


@pytest.fixture
async def watched(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url, wait=20.0, silence=SILENCE)
    await opened.open()
    yield opened
    await opened.close()


async def becomes(database: Database, state: State) -> None:
    assert database.pulse is not None
    await eventually(lambda: database.pulse is not None and database.pulse.state is state)


async def eventually(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def kept(database: Database) -> str:
    await database.run("insert into policy_set (version, files) values (gen_random_uuid(), '{}')")
    return "kept"


async def test_lines_that_break_are_replaced_and_the_database_is_not_called_away(
    watched: Database, server_url: str
) -> None:
    assert watched.pulse is not None
    gone = watched.pulse.gone
    with psycopg.connect(server_url, autocommit=True) as connection:
        ours = "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s"
        assert connection.execute(ours, (psycopg.conninfo.conninfo_to_dict(watched.url)["dbname"],)).rowcount >= 3

    await asyncio.sleep(1.2)  # two beats

    assert [await watched.promptly(kept(watched), 20) for _ in range(5)] == ["kept"] * 5
    assert not gone.done()


async def test_a_server_that_takes_no_writes_is_away_until_it_does(watched: Database, server_url: str) -> None:
    name = psycopg.conninfo.conninfo_to_dict(watched.url)["dbname"]
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"alter database {name} set default_transaction_read_only = on")
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        await becomes(watched, State.AWAY)

        with pytest.raises(DatabaseUnavailable) as told:
            await watched.one("select 1")
        assert told.value.retry_after

        connection.execute(f"alter database {name} reset default_transaction_read_only")
        await becomes(watched, State.HERE)
    assert await watched.promptly(kept(watched), 20) == "kept"


async def test_what_cannot_be_kept_in_time_is_refused_at_once_until_it_can_and_pages_are_shown_meanwhile(
    watched: Database,
) -> None:
    began: list[int] = []

    async def insert() -> None:
        began.append(1)
        await watched.run("delete from event")

    with psycopg.connect(watched.url) as connection:
        connection.execute("lock table event in exclusive mode")
        with pytest.raises(DatabaseUnavailable):
            await watched.promptly(insert(), 0.3)
        assert watched.pulse is not None
        assert watched.pulse.state is State.STUCK
        with pytest.raises(DatabaseUnavailable):
            await watched.promptly(insert(), 60)
        assert await watched.one("select count(*) as n from event") == {"n": 0}
        await asyncio.sleep(1.2)
        assert watched.pulse.state is State.STUCK
        connection.rollback()

    await becomes(watched, State.HERE)
    await watched.promptly(insert(), 20)
    assert began == [1, 1]


async def test_whoever_waits_is_told_as_soon_as_the_database_is_away(watched: Database) -> None:
    assert watched.pulse is not None
    waiting = [asyncio.create_task(watched.promptly(watched.run("select pg_sleep(60)"), 60)) for _ in range(12)]
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in waiting)

    watched.pulse._limit = 0.0  # no answer is quick enough

    answers = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 20)
    assert {type(answer) for answer in answers} == {DatabaseUnavailable}


async def test_a_database_that_is_away_at_start_is_told_without_waiting(server_url: str) -> None:
    database = Database(named(server_url, "there_is_none"), silence=SILENCE)
    try:
        with pytest.raises(DatabaseUnavailable, match="does not exist"):
            await database.open()
        with pytest.raises(DatabaseUnavailable):
            await database.one("select 1")
    finally:
        await database.close()
