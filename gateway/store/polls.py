"""Turns at polling: one worker at a time, and what was told is committed with the cursor after it, or not at all."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gateway.store.database import Database
from gateway.store.intake import Arrival, accept_within

# A cursor of another help desk would skip events, or tell those of years ago: it is forgotten.
KNOW = """
insert into poll (account, source) values (%(account)s, %(source)s)
on conflict (account) do update set source = %(source)s, cursor = null, failures = 0, error = null, next_at = now()
where poll.source <> %(source)s
"""
DUE = """
select cursor, failures, error from poll where account = %(account)s and next_at <= now() for update skip locked
"""
KEEP = """
update poll set cursor = %(cursor)s, polled_at = clock_timestamp(), failures = 0, error = null,
  next_at = clock_timestamp() + make_interval(secs => %(delay)s)
where account = %(account)s
"""
FAILED = """
update poll set failures = failures + 1, error = %(error)s,
  next_at = clock_timestamp() + make_interval(secs => %(delay)s)
where account = %(account)s
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an account stands when its turn begins. `failures` in a row, and the last one's words."""

    cursor: str | None
    failures: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """What happened since, the cursor after it, in how many seconds to ask again, and how long a message waits for the
    next one."""

    events: Sequence[Arrival]
    cursor: str
    again_in: float
    settle: float = 0.0


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing was told. The cursor stays where it was."""

    error: str
    again_in: float


Ask = Callable[[Standing], Awaitable[Told | Failed]]


async def know(database: Database, account: str, source: str) -> bool:
    """Begin with an account, or with another help desk behind it. False where it is known already."""
    return await database.run(KNOW, {"account": account, "source": source}) == 1


async def take_turn(database: Database, account: str, ask: Ask) -> int | None:
    """Ask what happened, if it is time and nobody else is asking; returns how many events were new, None where nothing
    was told.

    The row's lock ends with the connection, so that a worker that dies leaves the cursor to the next one."""
    async with database.transaction() as connection:
        row = await (await connection.execute(DUE, {"account": account})).fetchone()
        if row is None:
            return None
        told = await ask(Standing(**row))
        if isinstance(told, Failed):
            await connection.execute(FAILED, {"account": account, "error": told.error, "delay": told.again_in})
            return None
        events, settle = told.events, told.settle
        new = await accept_within(connection, account, events, None, None, settle=settle) if events else 0
        await connection.execute(KEEP, {"account": account, "cursor": told.cursor, "delay": told.again_in})
        return new
