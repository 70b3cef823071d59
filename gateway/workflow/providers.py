"""Providers of models as all workers see them: who is left alone, who waits for it, and when that ends."""

from collections.abc import Collection, Iterable

import structlog

from gateway.models import Candidate, Route
from gateway.store import gates, held
from gateway.store.database import Database
from gateway.telemetry import open_circuits

log = structlog.get_logger()


class Providers:
    """The providers of an installation's routes."""

    def __init__(self, database: Database, routes: Iterable[Route]) -> None:
        self._database = database
        candidates = [candidate for route in routes for candidate in route.candidates]
        self._models = {candidate.key: candidate.model for candidate in candidates if not _offline(candidate)}
        self._per_minute = {one.key: one.requests_per_minute for one in candidates if one.requests_per_minute}

    async def take_turn(self) -> None:
        """Let go on what may, and set the metric."""
        released = await held.go_on(self._database, self._per_minute)
        if released:
            log.info("events go on that waited for a provider", events=released)
        rows = await gates.standing(self._database, list(self._models))
        away = {self._models[row["key"]] for row in rows if row["opened_at"]}
        for model in self._models.values():
            open_circuits.labels(model).set(model in away)

    async def told(self) -> str:
        """In a line for whoever runs it."""
        return "; ".join(await told(self._database, self._models)) or "all are called"


async def told(database: Database, keys: Collection[str]) -> list[str]:
    """Providers that are left alone, a sentence each."""
    sentences = []
    for row in await gates.standing(database, list(keys)):
        if row["opened_at"]:
            said = f"{row['key']} is left alone since {row['opened_at']:%Y-%m-%dT%H:%M:%SZ}: {row['because']}"
            sentences.append(f"{said}, {row['failures']} calls in a row failed")
        elif row["not_before_in"]:
            sentences.append(f"{row['key']} wants no call for {row['not_before_in']:.0f} s")
    waiting = await held.waiting(database) if sentences else 0
    if waiting:
        sentences.append(f"{waiting} {'event waits' if waiting == 1 else 'events wait'} for one")
    return sentences


def _offline(candidate: Candidate) -> bool:
    return candidate.model.startswith("offline/")
