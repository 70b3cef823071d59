"""Recorded runs decided again under other policies: what an edit would have done, before it binds anyone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.policy import PolicySet, Recorded, Replay, replay
from gateway.store.database import Database
from gateway.store.policies import RecordedRun, recorded

BATCH = 500  # runs handed over at once
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it. `erased` runs are left out, because nobody knows their facts any more."""

    replay: Replay
    erased: int


async def replayed(
    database: Database,
    policies: PolicySet,
    since: datetime,
    *,
    account: str | None = None,
    examples: int = EXAMPLES,
    progress: Callable[[int], None] = lambda runs: None,
) -> Replayed:
    """Decide every run again that began since then. `progress` is told how many were done, from another thread.

    What was decided is taken from the policies' own word: a verdict that the help desk's limits lowered is no change.
    """
    source = _Source(recorded(database, since, account), progress)
    try:
        found = await asyncio.to_thread(replay, source.runs(), policies, examples=examples)
    finally:
        source.stopped = True
    return Replayed(found, source.erased)


class _Source:
    """Brings rows, which are read on the event loop, to the thread that decides."""

    def __init__(self, rows: AsyncIterator[RecordedRun], progress: Callable[[int], None]) -> None:
        self._rows = rows
        self._progress = progress
        self._loop = asyncio.get_running_loop()
        self.erased = 0
        self.stopped = False

    def runs(self) -> Iterator[Recorded]:
        done = 0
        while not self.stopped:
            batch = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
            for row in batch:
                if row.facts is None:
                    self.erased += 1
                else:
                    yield _recorded(row, row.facts)
            done += len(batch)
            self._progress(done)
            if len(batch) < BATCH:
                return

    async def _next(self) -> list[RecordedRun]:
        found: list[RecordedRun] = []
        async for row in self._rows:
            found.append(row)
            if len(found) == BATCH:
                break
        return found


def _recorded(row: RecordedRun, facts: Mapping[str, Any]) -> Recorded:
    return Recorded(
        run=str(row.run_id),
        facts=facts,
        verdict=str(row.explanation.get("verdict", row.verdict)),
        escalated=bool(row.explanation.get("escalation")),
        cost=row.cost_usd,
    )
