"""Polling: a help desk that sends no webhooks is asked what happened. The rest of the line cannot tell the difference.

A turn is one transaction: its events and the cursor after them are kept together. Events that are told twice, or by a
webhook too, have the same event id and count once.
"""

from collections.abc import Mapping
from typing import cast

import structlog

from connectors.contract import Polls
from connectors.errors import ConnectorError, RetryLater
from gateway.store import polls
from gateway.store.database import Database
from gateway.store.polls import Failed, Standing, Told
from gateway.telemetry import polls as counted
from gateway.workflow.arrivals import arrivals
from gateway.workflow.line import Desk

log = structlog.get_logger()
LONGEST_BACKOFF = 300.0  # seconds


class Polling:
    """The accounts of a worker that are to be polled. Several workers take turns."""

    def __init__(self, database: Database, desks: Mapping[str, Desk]) -> None:
        self._database = database
        self._desks = {name: desk for name, desk in desks.items() if desk.poll_every is not None}

    @property
    def accounts(self) -> list[str]:
        return list(self._desks)

    async def begin(self) -> None:
        """Know the accounts. What had happened before the first turn is left alone."""
        for name, desk in self._desks.items():
            if await polls.know(self._database, name, desk.source):
                log.info("polling begins at this moment", account=name, every=desk.poll_every)

    async def take_turn(self, account: str) -> None:
        """Ask once, if it is time and no other worker is at it."""
        desk = self._desks[account]

        async def ask(standing: Standing) -> Told | Failed:
            return await _ask(desk, standing)

        new = await polls.take_turn(self._database, account, ask)
        if new is not None:
            counted.labels(account, "new" if new else "nothing").inc()


async def _ask(desk: Desk, standing: Standing) -> Told | Failed:
    assert desk.poll_every is not None
    try:
        events, cursor = await cast(Polls, desk.connector).poll(standing.cursor)
        told = Told(arrivals(events), cursor, desk.poll_every, desk.settle)
    except ConnectorError as error:
        return _failed(desk, standing, str(error), error.retry_after if isinstance(error, RetryLater) else None)
    except Exception as error:
        name = type(error).__name__
        if not standing.failures:
            log.exception("a bug in polling", account=desk.name, error=name)
        return _failed(desk, standing, f"a bug: {name}; see the log", None)
    if standing.failures:
        log.info("polling works again", account=desk.name, failures=standing.failures)
    return told


def _failed(desk: Desk, standing: Standing, error: str, retry_after: float | None) -> Failed:
    """The same trouble is said once, and counted every time."""
    assert desk.poll_every is not None
    counted.labels(desk.name, "failed").inc()
    backoff = min(desk.poll_every * 2 ** min(standing.failures, 10), LONGEST_BACKOFF)
    again_in = max(desk.poll_every, backoff, retry_after or 0.0)
    if error != standing.error:
        log.error("an account cannot be polled", account=desk.name, reason=error, again_in=round(again_in, 1))
    return Failed(error, again_in)
