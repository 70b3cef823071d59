"""Replays the newest recorded runs under an edit, bounded in runs and in time, and says what was left out."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.pages.policies.figures import PERIOD
from gateway.policy import PolicySet, Replay
from gateway.store import policies as kept
from gateway.store.database import Database
from gateway.workflow.replay import replayed

MOST_RUNS = 5000
LONGEST = 20.0  # seconds
EXAMPLES = 10
NARROWINGS = 12  # halvings of thirty days: to ten minutes


@dataclass(frozen=True, slots=True)
class Bounded:
    """A replay, and how much of the period it covers.

    `found`: None where the time was up. `since`: where the runs begin that were decided again. `older`: runs of the
    period before that. `earlier`: decided before the set in force was published. `erased`: runs whose facts are gone.
    """

    found: Replay | None
    since: datetime
    older: int
    earlier: int
    erased: int


async def replay_newest(
    database: Database, edited: PolicySet, in_force: kept.Publication, most: int = MOST_RUNS
) -> Bounded:
    """What the edit would have done to the newest runs of the period."""
    first = datetime.now(UTC) - PERIOD
    decided = await kept.decisions(database, first)
    since = await _narrowed(database, first, most) if decided > most else first
    taken = await kept.decisions(database, since)
    earlier = max(0, taken - await kept.decisions(database, in_force.at))
    try:
        async with asyncio.timeout(LONGEST):
            done = await replayed(database, edited, since, examples=EXAMPLES)
    except TimeoutError:
        return Bounded(None, since, decided - taken, earlier, 0)
    return Bounded(done.replay, since, decided - taken, earlier, done.erased)


async def _narrowed(database: Database, first: datetime, most: int) -> datetime:
    """The earliest moment, to some minutes, since which no more runs were decided than are read."""
    step, since = PERIOD, first
    for _ in range(NARROWINGS):
        step /= 2
        if await kept.decisions(database, since + step) > most:
            since += step
    return since + step
