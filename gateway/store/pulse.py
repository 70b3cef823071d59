"""Is the database there? Felt twice a second on a line of its own, so that nobody else waits for one that is not.

A server that was killed refuses at once. One behind a line that was cut says nothing, and the system would wait a
quarter of an hour for it. So whoever does not answer in time is away, and every line to it is hung up.
"""

import asyncio
import contextlib
import enum
import os
import socket
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import psycopg
import structlog

from gateway.telemetry import database_away

EVERY = 0.5  # seconds between two beats
SILENCE = 5.0  # seconds without an answer after which it is away; a loop that is held up may be for one
# A standby that is still reached after a change of servers answers too, and keeps nothing.
FEEL = "select current_setting('transaction_read_only')"
# May rows be added? The lock is the one that adding takes; nothing is added.
TRY = "set local lock_timeout = '900ms'; lock table event, delivery, content, procrastinate_jobs in row exclusive mode"

log = structlog.get_logger()
Line = psycopg.AsyncConnection[Any]


class State(enum.Enum):
    """`STUCK`: it answers, and a delivery was not kept in time: by a lock on a table, say, or by too much at once."""

    HERE = "here"
    STUCK = "stuck"
    AWAY = "away"


class Silent(Exception):
    """No answer in time."""


class ReadOnly(Exception):
    """It answers, and takes no writes."""


class Pulse:
    """`limit`: seconds that an answer may take; a delivery waits less, see `STUCK`. `renew` is called when lines have
    broken and the database is there."""

    def __init__(self, url: str, options: Mapping[str, Any], *, limit: float, renew: Callable[[], Awaitable[None]]):
        self._url = url
        self._options = options
        self._limit = limit
        self._renew = renew
        self._own: Line | None = None
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._asked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._gone: asyncio.Future[None] | None = None
        self.state = State.HERE
        self.reason: Exception | None = None

    async def begin(self) -> None:
        """Returns after the first beat."""
        if self._task is None:
            await self._beat()
            self._task = asyncio.create_task(self._beat_for_ever())

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        await self._drop()

    @property
    def gone(self) -> asyncio.Future[None]:
        """Done as soon as the database is away."""
        if self._gone is None or self._gone.done():
            self._gone = asyncio.get_running_loop().create_future()
        return self._gone

    def watch(self, line: Line) -> None:
        """This line is hung up when the database is found to be away, so that whoever waits on it learns it too."""
        self._lines.add(line)

    def ask(self) -> None:
        """Somebody had trouble: the next beat is now."""
        self._asked.set()

    def found_stuck(self) -> None:
        """A delivery was not kept in time."""
        if self.state is State.HERE:
            self._turn(State.STUCK)
        self.ask()

    async def _beat_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), EVERY)
            self._asked.clear()
            await self._beat()

    async def _beat(self) -> None:
        before, line = self.state, self._own
        state, self.reason = await self._felt()
        if state is State.AWAY:
            await self._drop()
            for other in list(self._lines):
                hang_up(other)
        self._turn(state)
        if state is not State.AWAY and (before is State.AWAY or (line is not None and line is not self._own)):
            await self._renew()

    async def _felt(self) -> tuple[State, Exception | None]:
        for again in (self._own is not None, False):  # a line may have broken by itself: a new one tells
            try:
                return await self._feel(), None
            except (psycopg.OperationalError, OSError) as error:  # a TimeoutError is an OSError
                await self._drop()
                if not again:
                    return State.AWAY, error
            except (Silent, ReadOnly) as error:
                return State.AWAY, error
        raise AssertionError("unreachable")

    async def _feel(self) -> State:
        if self._own is None:
            async with asyncio.timeout(self._limit):
                self._own = await psycopg.AsyncConnection.connect(self._url, **self._options)
                await self._own.set_autocommit(True)
        line = self._own
        silent = asyncio.get_running_loop().call_later(self._limit, hang_up, line)
        try:
            row = await (await line.execute(FEEL, prepare=False)).fetchone()
            state = await self._tried(line) if self.state is State.STUCK else State.HERE
        except psycopg.OperationalError:
            if silent.when() <= asyncio.get_running_loop().time():
                raise Silent(f"no answer within {self._limit:g} s") from None
            raise
        finally:
            silent.cancel()
        if row is None or row[0] == "on":
            raise ReadOnly("it takes no writes")
        return state

    async def _tried(self, line: Line) -> State:
        try:
            await line.execute(TRY, prepare=False)
        except psycopg.errors.LockNotAvailable:
            return State.STUCK
        except psycopg.ProgrammingError:
            pass  # without tables: whoever wants to write is told so
        return State.HERE

    def _turn(self, state: State) -> None:
        if state is self.state:
            return
        before, self.state = self.state, state
        database_away.set(state is not State.HERE)
        if state is State.HERE:
            log.info("the database is back", was=before.value)
        else:
            log.error("the database is " + state.value, reason=type(self.reason).__name__ if self.reason else None)
        if state is State.AWAY and self._gone is not None and not self._gone.done():
            self._gone.set_result(None)

    async def _drop(self) -> None:
        line, self._own = self._own, None
        if line is not None:
            await line.close()


def hang_up(line: Line) -> None:
    """End a line from our side: whoever waits on it is told by the system. To cancel would wait for an answer."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(line.fileno())) as ours:
        ours.shutdown(socket.SHUT_RDWR)
