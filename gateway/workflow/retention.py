"""Retention, as a routine of workers: what was kept long enough goes, a little at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import structlog

from gateway.store.database import Database
from gateway.store.retention import BATCH, expire

MOST = 20  # batches of a kind in one turn, so that a first turn after years keeps nobody from working
log = structlog.get_logger()


class Retention:
    """`spans`: by kind, how long it is kept; None: for ever."""

    def __init__(self, database: Database, spans: Mapping[str, timedelta | None]) -> None:
        self._database = database
        self._spans = spans

    async def take_turn(self) -> dict[str, int]:
        """How many of each kind went."""
        gone: dict[str, int] = {}
        for kind, span in self._spans.items():
            if span is not None:
                gone[kind] = await self._expire(kind, datetime.now(UTC) - span)
        if any(gone.values()):
            log.info("what was kept long enough is gone", **gone)
        return gone

    async def _expire(self, kind: str, before: datetime) -> int:
        total = 0
        for _ in range(MOST):
            went = await expire(self._database, kind, before)
            total += went
            if went < BATCH:
                break
        return total
