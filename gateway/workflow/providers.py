"""Providers of models as all workers see them: who is left alone, who waits for it, and when that ends."""

from collections.abc import Collection, Iterable

import structlog

from gateway.models import Route
from gateway.store import gates, held
from gateway.store.database import Database
from gateway.telemetry import open_circuits

log = structlog.get_logger()


class Providers:
    """The providers of an installation's routes."""

    def __init__(self, database: Database, routes: Iterable[Route]) -> None:
        routes = list(routes)
        self._database = database
        self._models = keys_of(routes)
        candidates = [candidate for route in routes for candidate in route.candidates]
        self._per_minute = {one.key: one.requests_per_minute for one in candidates if one.requests_per_minute}

    async def take_turn(self) -> None:
        """Let go on what may, and set the metric."""
        released = await held.go_on(self._database, self._per_minute)
        if released:
            log.info("events go on that waited for a provider", events=released)
        rows = await gates.standing(self._database, list(self._models))
        open_ones = {self._models[row["key"]] for row in rows if row["opened_at"]}
        for model in self._models.values():
            open_circuits.labels(model).set(model in open_ones)

    async def told(self) -> str:
        """In a line for whoever runs it."""
        sentences = await away(self._database, self._models)
        if sentences and (waiting := await held.waiting(self._database)):
            sentences.append(f"{waiting} {'event waits' if waiting == 1 else 'events wait'} for one")
        return "; ".join(sentences) or "all are called"


def keys_of(routes: Iterable[Route]) -> dict[str, str]:
    """The providers of some routes, with their models; the offline drafter is none."""
    candidates = [candidate for route in routes for candidate in route.candidates]
    return {one.key: one.model for one in candidates if not one.model.startswith("offline/")}


async def away(database: Database, keys: Collection[str]) -> list[str]:
    """Providers that are left alone at this moment, a sentence each."""
    sentences = []
    for row in await gates.standing(database, list(keys)):
        if row["opened_at"]:
            said = f"{row['key']} is left alone since {row['opened_at']:%Y-%m-%dT%H:%M:%SZ}: {row['because']}"
            sentences.append(f"{said}, {row['failures']} calls in a row failed")
        elif row["not_before_in"]:
            sentences.append(f"{row['key']} wants no call for {row['not_before_in']:.0f} s")
    return sentences
