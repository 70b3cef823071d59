"""One pool of connections a process, for our rows and for the job queue alike."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from gateway.errors import DatabaseUnavailable

Connection = psycopg.AsyncConnection[DictRow]
Row = DictRow

WAIT = 10.0  # seconds for a free connection
TRANSPORT = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)


class Database:
    """`url` is a libpq URL. Connections are in autocommit: a transaction is opened where one is meant."""

    def __init__(self, url: str, *, smallest: int = 2, largest: int = 10, wait: float = WAIT) -> None:
        self.url = url
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=smallest,
            max_size=largest,
            timeout=wait,
            open=False,
            # Not `autocommit` among these: the job queue's listener passes its own and would get it twice.
            kwargs={"row_factory": dict_row, "connect_timeout": 5},
            configure=_autocommit,
            name="countersign",
        )

    async def open(self) -> None:
        """Raises DatabaseUnavailable where nobody answers; the pool keeps trying after that."""
        await self.pool.open()
        try:
            await self.pool.wait(timeout=5)
        except PoolTimeout:
            raise DatabaseUnavailable(
                f"no Postgres answers at {where(self.url)}", remedy="Start it, or correct DATABASE_URL"
            ) from None

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        try:
            async with self.pool.connection() as connection:
                yield connection
        except TRANSPORT as error:
            self._purge = asyncio.ensure_future(self.pool.check())  # after a restart every old connection is broken
            raise DatabaseUnavailable(
                f"the database does not answer ({type(error).__name__})",
                remedy="It is tried again by itself",
                retry_after=5,
            ) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def one(self, sql: LiteralString, values: Mapping[str, Any] | None = None) -> Row | None:
        async with self.connection() as connection:
            return await (await connection.execute(sql, values)).fetchone()

    async def all(self, sql: LiteralString, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        async with self.connection() as connection:
            return await (await connection.execute(sql, values)).fetchall()

    async def run(self, sql: LiteralString, values: Mapping[str, Any] | None = None) -> int:
        """Returns how many rows it touched."""
        async with self.connection() as connection:
            return (await connection.execute(sql, values)).rowcount


async def _autocommit(connection: Connection) -> None:
    await connection.set_autocommit(True)


def where(url: str) -> str:
    """The host and the name of a database, without its password."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
