"""Limits that help desks told, as all workers know them: a time before which an account wants no call.

What is left of a limit each worker reads in the help desk's own answers. That nothing is left, and a Retry-After, is
told to the others, who look twice a second: no call of an account costs a trip to the database.
"""

import contextlib
from collections.abc import Sequence

from connectors.limits import Budget, LocalLimits
from gateway.errors import DatabaseUnavailable
from gateway.store.database import Database

STOP = """
insert into desk_limit as d (account, not_before) values (%(account)s, now() + make_interval(secs => %(wait)s))
on conflict (account) do update set not_before = greatest(d.not_before, excluded.not_before)
"""
TOLD = "select account, extract(epoch from not_before - now())::float as wait from desk_limit where not_before > now()"


class SharedLimits(LocalLimits):
    """The limits of one account."""

    def __init__(self, database: Database, account: str) -> None:
        super().__init__()
        self._database = database
        self._account = account

    async def tell(self, budgets: Sequence[Budget]) -> None:
        await super().tell(budgets)
        if wait := self.used_up_for():
            await self.stop(wait)

    async def stop(self, seconds: float) -> None:
        if seconds <= self.stopped_for() + 1:
            return  # the others know
        await super().stop(seconds)
        with contextlib.suppress(DatabaseUnavailable):  # the help desk has answered: what it said is what counts
            await self._database.run(STOP, {"account": self._account, "wait": self.stopped_for()})

    async def hear(self, seconds: float) -> None:
        """Another worker was told."""
        await super().stop(seconds)


class DeskLimits:
    """The limits of all accounts, in one worker."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._limits: dict[str, SharedLimits] = {}

    def of(self, account: str) -> SharedLimits:
        """What the connector of an account goes by."""
        return self._limits.setdefault(account, SharedLimits(self._database, account))

    async def look(self) -> None:
        """What other workers were told meanwhile."""
        for row in await self._database.all(TOLD):
            if row["account"] in self._limits:
                await self._limits[row["account"]].hear(row["wait"])
