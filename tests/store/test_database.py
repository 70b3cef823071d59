"""One pool of connections: what breaks is said in our words, and mends itself."""

import asyncio
import time

import psycopg
import pytest

from gateway.errors import DatabaseUnavailable
from gateway.store.database import TRANSACTION_TIMEOUT, Database, Row, where
from gateway.store.embedded import EmbeddedPostgres


async def test_a_database_that_was_away_at_start_is_used_as_soon_as_it_is_there(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    database = Database(server.url, wait=1.0)
    try:
        with pytest.raises(DatabaseUnavailable, match="cannot use Postgres"):
            await database.open()
        server.start()

        began = time.monotonic()
        await database.open()

        assert await database.one("select 1 as one") == {"one": 1}
        assert time.monotonic() - began < 3
    finally:
        await database.close()
        server.stop()


async def test_broken_connections_are_replaced_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    database = Database(server.start(), smallest=4, wait=1.0)
    try:
        await database.open()
        server.stop()
        for _ in range(5):
            with pytest.raises(DatabaseUnavailable) as told:
                await database.one("select 1")
            assert told.value.retry_after
        await asyncio.sleep(4)  # long enough for the pool to wait longer and longer between its own tries
        server = EmbeddedPostgres(server._home.parent)
        server.start()

        began = time.monotonic()
        while True:
            try:
                await database.one("select 1")
                break
            except DatabaseUnavailable:
                assert time.monotonic() - began < 3
    finally:
        await database.close()
        server.stop()


async def test_a_database_without_tables_says_what_to_do(database: Database) -> None:
    with pytest.raises(DatabaseUnavailable, match="countersign migrate"):
        await database.one("select 1 from a_table_of_tomorrow")


async def test_an_error_inside_a_transaction_keeps_nothing(database: Database) -> None:
    async def keep_two() -> None:
        async with database.transaction() as connection:
            await connection.execute("insert into policy_set (version, files) values ('v', '{}')")
            await connection.execute("insert into policy_set (version, files) values (null, '{}')")

    with pytest.raises(psycopg.errors.NotNullViolation):
        await keep_two()

    assert await database.all("select version from policy_set") == []


async def test_a_statement_without_a_transaction_is_committed_at_once(database: Database) -> None:
    await database.run("insert into policy_set (version, files) values ('v', '{}')")

    other = await psycopg.AsyncConnection.connect(database.url)
    async with other:
        assert await (await other.execute("select version from policy_set")).fetchone() == ("v",)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://me:hunter2@db.example.com/prod", "db.example.com/prod"),
        ("postgresql:///prod", "localhost/prod"),
        ("nonsense://", "an address that is none"),
    ],
)
def test_a_place_is_told_without_its_password(url: str, told: str) -> None:
    assert where(url) == told


async def test_a_process_that_is_stopped_within_a_transaction_loses_it_in_time_for_whoever_takes_over(
    database: Database,
) -> None:
    async def stopped() -> None:
        async with database.transaction() as connection:
            told = await (await connection.execute("show idle_in_transaction_session_timeout")).fetchone()
            assert told == {"idle_in_transaction_session_timeout": "10s"}
            await connection.execute("set local idle_in_transaction_session_timeout = '50ms'")
            await asyncio.sleep(1)
            await connection.execute("select 1")

    with pytest.raises(DatabaseUnavailable):
        await stopped()

    assert await database.one("select 1 as one") == {"one": 1}


async def test_statements_that_are_sent_together_lose_their_transaction_too(database: Database) -> None:
    async with database.connection() as connection:
        if connection.info.server_version < TRANSACTION_TIMEOUT:
            pytest.skip("this Postgres knows no such limit; it waits for the process to go on or to die")

    async def stopped() -> None:
        async with database.at_once() as connection:
            told = await (await connection.execute("show transaction_timeout")).fetchone()
            assert told == {"transaction_timeout": "10s"}
            await connection.execute("set local transaction_timeout = 0")
            await connection.execute("set local transaction_timeout = '50ms'")
            await connection.execute("select pg_sleep(1)")

    with pytest.raises(DatabaseUnavailable):
        await stopped()


@pytest.mark.parametrize("together", [False, True])
async def test_a_table_that_a_migration_has_changed_is_read_again_with_a_new_connection(
    database_url: str, together: bool
) -> None:
    database = Database(database_url, smallest=1, largest=1)
    await database.open()
    await database.run("create table growing as select 1 as id")

    async def read() -> Row | None:
        if not together:
            return await database.one("select * from growing where id = %(id)s", {"id": 1})
        async with database.connection() as connection, connection.pipeline():
            cursor = await connection.execute("select * from growing where id = %(id)s", {"id": 1})
            await connection.execute("select 1")
            return await cursor.fetchone()

    for _ in range(8):  # often enough to be prepared
        await read()
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as migration:
        await migration.execute("alter table growing add column more int default 2")

    with pytest.raises(DatabaseUnavailable):
        await read()

    assert await read() == {"id": 1, "more": 2}
    await database.close()
