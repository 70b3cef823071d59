"""What a worker does with a job: walk the event, and deal with every way in which that can end."""

import contextlib

import structlog

from connectors.counting import counted
from connectors.errors import ConnectorError, RetryLater, WriteConflict
from gateway.errors import DatabaseUnavailable, LostLease, NothingOwed, Paused, RunEnded, Superseded, Withheld
from gateway.models import ModelError, ModelsBusy
from gateway.records import RunState
from gateway.store import bursts, deadlines, events, held, pauses
from gateway.store.jobs import Again, Lease
from gateway.telemetry import dead, failures, runs
from gateway.tracing import ids
from gateway.workflow.line import Line
from gateway.workflow.run import down_the_line
from gateway.workflow.story import tell, traced
from gateway.workflow.walk import OVERTAKEN, Walk

log = structlog.get_logger()
DELAYS = (0.5, 1.0, 2.0, 4.0, 15.0, 30.0, 60.0, 120.0, 300.0)  # seconds after each failed try
HOLD_LOCK = 5.0  # seconds: a longer wait lets newer messages of the ticket pass
TRIES_OF_A_BUG = 3
TIMER_AGAIN = 60.0  # seconds
ENDS = {Superseded: RunState.SUPERSEDED, NothingOwed: RunState.NOTHING, Withheld: RunState.DONE}


class Jobs:
    """The handlers that `bootstrap` registers with the queue."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def walk(self, lease: Lease, event_id: int) -> None:
        """Walk an event to its end, or arrange for another try."""
        walk = await Walk.open(self._line, event_id, lease)
        if walk is None:
            return
        if walk.attempts_before:  # a worker may have died in one of them
            await self._line.attempts.give_up(walk.run_id)
        names = {"run": walk.run_id, "account": walk.account, "ticket": walk.ticket_id}
        with traced(walk), structlog.contextvars.bound_contextvars(**names, **ids()), counted(walk.calls):
            try:
                await self._to_its_end(walk)
            except (Again, DatabaseUnavailable):
                raise
            except RetryLater as error:
                await self._try_later(walk, error, error.retry_after, self._line.most_tries)
            except ModelsBusy as error:
                if error.shut:
                    await self._hold(walk, error)
                    return
                await self._try_later(walk, error, error.retry_after, self._line.most_tries)
            except WriteConflict as error:
                await self._try_later(walk, error, None, self._line.most_tries)
            except (ConnectorError, ModelError) as error:
                await self._give_up(walk, str(error), error)
            except Exception as error:
                log.exception("a bug in the line")
                await self._try_later(walk, error, None, TRIES_OF_A_BUG, f"a bug: {type(error).__name__}; see the log")

    async def wake(self, _lease: Lease, event_id: int) -> None:
        """A long wait is over: walk on, if the event still waits."""
        await events.walk_again(self._line.database, event_id)

    async def deadline(self, _lease: Lease, run_id: int, number: int) -> None:
        """The time of a draft is up: walk its deadline, if it still waits. A timer is never lost to an error."""
        try:
            await deadlines.time_is_up(self._line.database, run_id, number)
        except DatabaseUnavailable:
            raise
        except Exception as error:
            log.exception("a timer failed", run=run_id, number=number, error=type(error).__name__)
            raise Again(TIMER_AGAIN) from None

    async def poisoned(self, arguments: list[dict[str, int]]) -> None:
        """Jobs that took worker after worker down with them."""
        buried = [job["event_id"] for job in arguments if "event_id" in job]
        for account in await events.bury(
            self._line.database, buried, "workers died again and again while walking this event"
        ):
            dead.labels(account).inc()
            runs.labels(account, RunState.FAILED, "none").inc()

    async def _to_its_end(self, walk: Walk) -> None:
        try:
            state, reason = await down_the_line(walk)
        except LostLease as end:
            log.warning("a run was left to another worker", reason=str(end))
            await walk.rows.add_calls(walk.calls.made)
            return
        except Paused as end:
            await self._park(walk, str(end))
            return
        except RunEnded as end:
            state, reason = ENDS.get(type(end), RunState.UNCERTAIN), str(end)
            if isinstance(end, Withheld):
                walk.verdict = "withhold"
            if state is not RunState.UNCERTAIN:
                await walk.rows.end_early(reason)
        row = await walk.rows.finish(
            state,
            reason=reason,
            step_ms=walk.step_ms,
            verdict=walk.verdict,
            policy_version=walk.policy_version,
            calls=walk.calls.made,
        )
        tell(row)
        if state is RunState.SUPERSEDED and not walk.is_deadline:
            await self._end_overtaken(walk)

    async def _end_overtaken(self, walk: Walk) -> None:
        """The messages between this one and the newest need no walk to learn that they are overtaken."""
        ended = await bursts.end_overtaken(self._line.database, walk.account, walk.ticket_id, OVERTAKEN)
        if ended:
            runs.labels(walk.account, RunState.SUPERSEDED, "none").inc(ended)
            log.info("messages of a burst are answered by the newest", messages=ended)

    async def _park(self, walk: Walk, reason: str) -> None:
        """Keep what was found, so that no model is asked twice, and wait without a job until somebody resumes."""
        with contextlib.suppress(LostLease):
            await walk.rows.commit()
        await walk.rows.add_calls(walk.calls.made)
        if not await pauses.park(self._line.database, walk.account, walk.run_id):
            raise Again(0.0)
        log.info("a run waits", reason=reason)

    async def _hold(self, walk: Walk, error: ModelsBusy) -> None:
        """Nobody is to call any of its models now. It waits without a job, and that is no failed try of its own."""
        await walk.rows.add_calls(walk.calls.made)
        if await held.hold(self._line.database, walk.run_id, error.shut, str(error)):
            log.info("a run waits for a provider", reason=str(error))

    async def _try_later(
        self, walk: Walk, error: Exception, retry_after: float | None, most: int, words: str | None = None
    ) -> None:
        said = words or str(error)
        failures.labels(type(error).__name__).inc()
        tries = await events.note_failure(self._line.database, walk.run_id, said)
        if tries >= most:
            await self._give_up(walk, f"{said} (after {tries} tries)", error)
            return
        await walk.rows.add_calls(walk.calls.made)
        delay = max(DELAYS[min(tries, len(DELAYS)) - 1], retry_after or 0.0)
        log.warning("a try failed", error=type(error).__name__, reason=said, tries=tries, again_in=round(delay, 1))
        if delay <= HOLD_LOCK:
            raise Again(delay)
        await events.try_later(self._line.database, walk.run_id, delay)

    async def _give_up(self, walk: Walk, reason: str, error: Exception) -> None:
        log.error("an event was given up", error=type(error).__name__, reason=reason)
        dead.labels(walk.account).inc()
        row = await walk.rows.finish(
            RunState.FAILED,
            reason=reason,
            step_ms=walk.step_ms,
            verdict=walk.verdict,
            error=reason,
            calls=walk.calls.made,
        )
        tell(row)
