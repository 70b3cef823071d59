"""Settle: what became of writes that an earlier try may have made, before anything is written again.

The help desk is asked for the mark. What it does not show may still be on its way: a help desk that refuses a write
against an old version may be written to at once, because one of the two will be refused; with any other, a try that
nobody heard the end of is waited for, and one that stays silent is left to a person.
"""

from typing import NoReturn

from connectors.contract import Capability
from connectors.errors import RetryLater
from gateway.errors import Uncertain
from gateway.records import LastTry, WriteState
from gateway.store.database import Row
from gateway.workflow.deliver import EXPECTED, MAKES_DRAFT, STEP, earlier, keep_receipt
from gateway.workflow.walk import Walk

UNDER_WAY = 10.0  # seconds that the last call of a process which died may take; an answer is waited for as long
LATE = 60.0  # seconds after which a write that nobody answered and nobody can find is a person's


async def settle(walk: Walk) -> None:
    """Find out about writes that an earlier try may have made. Afterwards no intent is in doubt but those that may be
    made again. Raises RetryLater where it is too early to say, and Uncertain where nobody can."""
    for purpose, write in list(walk.writes.items()):
        if write["state"] == WriteState.INTENT:
            with walk.timed(STEP):
                await _settle(walk, purpose, write)


async def _settle(walk: Walk, purpose: str, write: Row) -> None:
    connector = walk.desk.connector
    if Capability.MARKS not in connector.capabilities:
        await _leave(walk, purpose, "the help desk cannot tell whether this was stored; look into the ticket")
    ago = float(write["tried_ago"])  # by the database's clock: the one of this machine may be another
    if (wait := connector.search_lag.total_seconds() - ago) > 0:
        raise RetryLater("an earlier write may not be visible yet", retry_after=wait)
    if receipt := await earlier(walk, purpose):
        await keep_receipt(walk, purpose, receipt)
    elif Capability.CONDITIONAL_WRITE not in connector.capabilities and purpose in EXPECTED:
        await _may_still_come(walk, purpose, write["last_try"], ago)


async def _may_still_come(walk: Walk, purpose: str, last_try: str, ago: float) -> None:
    """Nothing would refuse a second entry, should the first one be stored late."""
    if last_try == LastTry.BEGUN and (wait := UNDER_WAY - ago) > 0:
        raise RetryLater("an earlier write may be under way", retry_after=wait)
    if last_try == LastTry.SILENT:
        if ago < LATE:
            raise RetryLater("the help desk did not answer a write, and does not show it yet")
        await _leave(walk, purpose, "the help desk did not say whether it stores this; look into the ticket")


async def _leave(walk: Walk, purpose: str, detail: str) -> NoReturn:
    """To a person, for good."""
    await walk.rows.uncertain(purpose, detail, with_draft=purpose in MAKES_DRAFT)
    raise Uncertain(detail)
