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
CONNECT = 5  # seconds to connect, and to try again to; after that, whoever asks next makes a new try at once
TRANSPORT = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout)
TABLES = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


class Database:
    """`url` is a libpq URL. Connections are in autocommit: a transaction is opened where one is meant."""

    def __init__(self, url: str, *, smallest: int = 2, largest: int = 10, wait: float = WAIT) -> None:
        self.url = url
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=smallest,
            max_size=largest,
            timeout=wait,
            # The pool waits twice as long after every failed try; left to itself it would sleep through a recovery.
            reconnect_timeout=CONNECT,
            open=False,
            # Not `autocommit` among these: the job queue's listener passes its own and would get it twice.
            kwargs={"row_factory": dict_row, "connect_timeout": CONNECT},
            configure=_autocommit,
            name="countersign",
        )

    async def open(self) -> None:
        """Raises DatabaseUnavailable where nobody answers; the pool keeps trying after that."""
        await self.pool.open()
        try:
            # Not the pool's own `wait`: it closes the pool for good when it fails.
            async with self.pool.connection(timeout=CONNECT):
                pass
        except TRANSPORT:
            raise unavailable(self.url, await self._reason()) from None

    async def close(self) -> None:
        await self.pool.close()

    async def _reason(self) -> Exception | None:
        """Why nobody can connect: the pool does not tell."""
        try:
            await (await psycopg.AsyncConnection.connect(self.url, connect_timeout=2)).close()
        except psycopg.Error as error:
            return error
        return None

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
        except TABLES as error:
            raise DatabaseUnavailable(
                "the database does not have this version's tables",
                remedy="Run `countersign migrate`",
                retry_after=30,
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


def unavailable(url: str, reason: BaseException | None) -> DatabaseUnavailable:
    """The error for a server that cannot be used, with the last of its own words."""
    # Only what a connection says: a complaint about the URL quotes it, password and all.
    words = str(reason).strip() if isinstance(reason, psycopg.OperationalError) else ""
    said = words.rpartition("\n")[2].rpartition("FATAL:")[2].strip()
    return DatabaseUnavailable(
        f"cannot use Postgres at {where(url)}" + (f" ({said})" if said else ""),
        remedy="Start it, or correct DATABASE_URL",
        retry_after=5,
    )


def where(url: str) -> str:
    """The host and the name of a database, without its password."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return "an address that is none"
    return f"{parts.get('host', 'localhost')}/{parts.get('dbname', '')}"
