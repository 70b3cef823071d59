"""One connection, one moment and one deadline for all figures of a page, and what they are figures of."""

import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg

from gateway.errors import GatewayError
from gateway.store.database import Connection, Database, Row

WITHIN = 20.0  # seconds for all questions of one page
EACH = 10.0  # of them for a single one, so that others are answered where it is not
REMEDY = "Choose a shorter period, or one account"
# Sums over a million calls stay in memory; nobody writes in between, so that all figures agree with each other.
BEGIN: LiteralString = """
set transaction isolation level repeatable read, read only; set local work_mem = '64MB'; set local jit = off
"""
# Of a row of `attempt` or of `run`, which is called t.
CHOSEN: LiteralString = """t.started_at >= %(since)s and t.started_at < %(until)s
  and (%(accounts)s::text[] is null or t.account = any(%(accounts)s))
  and (%(account)s::text is null or t.account = %(account)s)
  and (%(queue)s::text is null or t.queue = %(queue)s) and (%(model)s::text is null or t.model = %(model)s)"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is looked at. `accounts`: those that may be seen; None means all. Days are of UTC."""

    since: datetime
    until: datetime
    accounts: Sequence[str] | None = None
    account: str | None = None
    queue: str | None = None
    model: str | None = None

    @property
    def values(self) -> dict[str, Any]:
        return asdict(self)


class TooMuch(GatewayError):
    """So many rows that nobody would wait for their sum."""

    status = 503
    title = "Too much to add up"


class Look:
    """Asks the database, as long as there is time left."""

    def __init__(self, connection: Connection, within: float, each: float) -> None:
        self._connection = connection
        self._end = time.monotonic() + within
        self._each = each

    async def all(self, sql: LiteralString, values: Mapping[str, Any]) -> Sequence[Row]:
        """Raises TooMuch; other questions can be asked after it."""
        ms = max(1, round(min(self._each, self._end - time.monotonic()) * 1000))
        try:
            async with self._connection.transaction():
                await self._connection.execute("select set_config('statement_timeout', %(ms)s, true)", {"ms": f"{ms}"})
                return await (await self._connection.execute(sql, values)).fetchall()
        except psycopg.errors.QueryCanceled:
            raise TooMuch("this could not be added up in time", remedy=REMEDY) from None


@asynccontextmanager
async def looking(database: Database, within: float = WITHIN, each: float = EACH) -> AsyncIterator[Look]:
    async with database.transaction() as connection:
        await connection.execute(BEGIN)
        yield Look(connection, within, each)
