"""One pool of connections a process, for our rows and for the job queue alike."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from gateway.errors import DatabaseUnavailable
from gateway.store.pulse import Pulse, State

Connection = psycopg.AsyncConnection[DictRow]
Cursor = psycopg.AsyncCursor[DictRow]
Row = DictRow
T = TypeVar("T")

WAIT = 10.0  # seconds for a free connection
CONNECT = 5  # seconds to connect, and to try again to; after that, whoever asks next makes a new try at once
# A line that is cut while nobody speaks is noticed within 45 s, one that takes nothing any more within 15 s.
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
# A process that is stopped within a transaction holds its locks, and whoever takes its work over would wait for it.
BEGIN_SESSION = "select pg_backend_pid() as pid, set_config('idle_in_transaction_session_timeout', '10s', false)"
# The same for statements that are sent together: between them the server does not count a session as idle.
BEGIN_TOGETHER = "set local transaction_timeout = '10s'"
TRANSACTION_TIMEOUT = 170_000  # the Postgres that knows it
TRANSPORT = (
    psycopg.OperationalError,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.TransactionTimeout,
    psycopg.InterfaceError,
    PoolTimeout,
    psycopg.errors.ReadOnlySqlTransaction,  # this was the server to write to, until another one took over
)
# A migration has changed a table under a statement that was prepared before it: only a new connection forgets that.
OUTDATED = (psycopg.errors.FeatureNotSupported, psycopg.errors.PipelineAborted)
TABLES = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedFunction)


class Database:
    """`url` is a libpq URL. Connections are in autocommit: a transaction is opened where one is meant.

    `direct_url` leads past a pooler, for what needs a session of its own. `silence`: seconds without an answer after
    which the server counts as away, so that nobody waits for it until it is back; None: it is not watched."""

    def __init__(
        self,
        url: str,
        *,
        smallest: int = 2,
        largest: int = 10,
        wait: float = WAIT,
        direct_url: str | None = None,
        silence: float | None = None,
    ) -> None:
        self.url = url
        self.direct_url = direct_url
        self.pooled = False  # known with the first connection
        kept_alive = {name: value for name, value in KEEPALIVE.items() if f"{name}=" not in url}
        self.options: dict[str, Any] = {**kept_alive, "connect_timeout": CONNECT}
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=smallest,
            max_size=largest,
            timeout=wait,
            # The pool waits twice as long after every failed try; left to itself it would sleep through a recovery.
            reconnect_timeout=CONNECT,
            open=False,
            kwargs={"row_factory": dict_row, **self.options},
            configure=self._configure,
            name="countersign",
        )
        self.pulse = None if silence is None else Pulse(url, self.options, limit=silence, renew=self.pool.drain)
        self._purge: asyncio.Future[None] | None = None
        self._under_way: set[asyncio.Future[Any]] = set()

    @property
    def listens(self) -> bool:
        """Can a notice be waited for? Behind a pooler it may reach anybody, or nobody."""
        return self.direct_url is not None or not self.pooled

    async def open(self) -> None:
        """Raises DatabaseUnavailable where nobody answers; the pool keeps trying after that."""
        await self.pool.open()
        if self.pulse is not None:
            await self.pulse.begin()
            if self.pulse.state is State.AWAY:
                raise unavailable(self.url, self.pulse.reason)
        try:
            # Not the pool's own `wait`: it closes the pool for good when it fails.
            async with self.pool.connection(timeout=CONNECT):
                pass
        except TRANSPORT:
            raise unavailable(self.url, await self._reason()) from None

    async def close(self) -> None:
        if self.pulse is not None:
            await self.pulse.end()
        await self.pool.close()

    async def _configure(self, connection: Connection) -> None:
        await connection.set_autocommit(True)
        row = await (await connection.execute(BEGIN_SESSION, prepare=False)).fetchone()
        if row is not None and row["pid"] != connection.info.backend_pid:
            # A pooler answers in the server's place, and may hand the next statement to another session.
            self.pooled, connection.prepare_threshold = True, None
        if self.pulse is not None:
            self.pulse.watch(connection)

    async def _reason(self) -> Exception | None:
        """Why nobody can connect: the pool does not tell."""
        try:
            await (await psycopg.AsyncConnection.connect(self.url, connect_timeout=2)).close()
        except psycopg.Error as error:
            return error
        return None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        if self.pulse is not None and self.pulse.state is State.AWAY:
            raise _away(self.pulse.reason)
        try:
            async with self.pool.connection() as connection:
                try:
                    yield connection
                except OUTDATED:
                    await connection.close()
                    raise
        except (*TRANSPORT, *OUTDATED) as error:
            self._look_after_lines()
            raise _away(error) from error
        except TABLES as error:
            raise DatabaseUnavailable(
                "the database does not have this version's tables",
                remedy="Run `countersign migrate`",
                retry_after=30,
            ) from error

    def _look_after_lines(self) -> None:
        """After a restart every old connection is broken."""
        if self.pulse is not None:
            self.pulse.ask()
        elif self._purge is None or self._purge.done():
            self._purge = asyncio.ensure_future(self.pool.check())

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def promptly(self, work: Coroutine[Any, Any, T], within: float) -> T:
        """The result of `work`, or DatabaseUnavailable as soon as the database is away or `within` seconds are over.

        Nobody can tell then whether it was done: `work` must be something that may be repeated."""
        pulse = self.pulse
        if pulse is None:
            return await work
        if pulse.state is not State.HERE:
            work.close()
            raise _away(pulse.reason)
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._ended)
        gone = pulse.gone
        either: set[asyncio.Future[Any]] = {task, gone}
        await asyncio.wait(either, timeout=within, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if not gone.done():
            pulse.found_stuck()
        task.cancel()
        raise _away(pulse.reason)

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._under_way.discard(task)
        if not task.cancelled():
            task.exception()  # nobody may be left to hear it

    @asynccontextmanager
    async def at_once(self) -> AsyncIterator[Connection]:
        """A transaction whose statements go to the server together."""
        async with self.transaction() as connection, connection.pipeline():
            if connection.info.server_version >= TRANSACTION_TIMEOUT:
                await connection.execute(BEGIN_TOGETHER)
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


def _away(reason: BaseException | None) -> DatabaseUnavailable:
    said = f" ({type(reason).__name__})" if reason is not None else ""
    return DatabaseUnavailable(
        f"the database cannot be used now{said}", remedy="It is tried again by itself", retry_after=5
    )


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
