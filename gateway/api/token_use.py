"""That the admin token opened something is on record, as a sign-in is: once a day and address."""

import contextlib
import time

from gateway.access.visitor import Visitor
from gateway.audit.entries import Act
from gateway.errors import DatabaseUnavailable
from gateway.store.audit import API, record
from gateway.store.database import Database

ANEW = 24 * 3600.0  # seconds
MOST = 1000  # addresses that are remembered


class TokenUse:
    """Of this process. A program that asks each minute is one entry a day."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._until: dict[str | None, float] = {}

    async def tell(self, visitor: Visitor) -> None:
        """Where the database is away nothing is shown that is kept in it, and the next use is told instead."""
        now = time.monotonic()
        if self._until.get(visitor.address, 0.0) > now:
            return
        with contextlib.suppress(DatabaseUnavailable):
            told = {"rights": sorted(visitor.rights), "accounts": None}
            await record(self._database, Act(visitor.name, "sign-in", "api", visitor.at(API), told))
            if len(self._until) >= MOST:
                self._until.clear()
            self._until[visitor.address] = now + ANEW
