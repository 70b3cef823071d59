"""What happened, for programs: the same stories and sums as on the pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field, model_validator

from gateway.access.visitor import Visitor
from gateway.api.problems import EVERYWHERE, responses
from gateway.store import events, quarantine
from gateway.store.audit import API, record_export
from gateway.store.database import Database
from gateway.store.reports import (
    CostBy,
    CostGroup,
    RunLine,
    Story,
    TicketCost,
    cost_groups,
    run_list,
    run_story,
    ticket_costs,
    ticket_story,
)

router = APIRouter(prefix="/api", tags=["reports"], responses=responses(*EVERYWHERE))
MOST = 100_000
WITHOUT_NUL = r"^[^\x00]*$"  # Postgres keeps no text with one
Word = Annotated[str | None, Query(max_length=255, pattern=WITHOUT_NUL)]
Id = Annotated[str, Path(max_length=255, pattern=WITHOUT_NUL)]
RunId = Annotated[int, Field(ge=1, lt=2**63)]


@dataclass(frozen=True, slots=True)
class RunPage:
    """`next` is the `before` of the next page; null on the last one."""

    runs: Sequence[RunLine]
    next: int | None


@dataclass(frozen=True, slots=True)
class StoryOfTicket:
    """Sums over all runs. `known_usd` is null where no call has a known price; `unpriced_attempts` are not in it."""

    account: str
    ticket_id: str
    attempts: int
    known_usd: Decimal | None
    unpriced_attempts: int
    input_tokens: int | None
    output_tokens: int | None
    runs: Sequence[RunLine]
    latest: Story


@dataclass(frozen=True, slots=True)
class DeadEvent:
    """`id` is the run's id too."""

    id: int
    account: str
    ticket_id: str
    kind: str
    received_at: datetime
    finished_at: datetime | None
    tries: int
    error: str | None


@dataclass(frozen=True, slots=True)
class QuarantinedDelivery:
    """`missing`, `added`: paths and types, against the last good delivery of the kind `like_kind`."""

    id: int
    account: str
    received_at: datetime
    size: int
    reason: str
    like_kind: str | None
    missing: Sequence[str]
    added: Sequence[str]
    tries: int
    error: str | None


class Replay(BaseModel):
    """Which dead events to walk again, and which deliveries to translate again: some ids, or all of them."""

    ids: list[RunId] = Field(default_factory=list, max_length=1000)
    deliveries: list[RunId] = Field(default_factory=list, max_length=1000)
    all: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> "Replay":
        if bool(self.ids or self.deliveries) == self.all:
            raise ValueError("give either ids and deliveries, or all")
        return self


@dataclass(frozen=True, slots=True)
class Replayed:
    """Events that were dead and walk again, deliveries that could be read, and why others could not."""

    replayed: Sequence[int]
    deliveries: Sequence[int] = ()
    refused: Mapping[int, str] = field(default_factory=dict)


@router.get("/runs", summary="Runs, newest first")
async def runs(
    request: Request,
    account: Word = None,
    ticket: Word = None,
    state: Word = None,
    verdict: Word = None,
    since: datetime | None = None,
    before: RunId | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> RunPage:
    """Events that no worker has begun are among them, with state `waiting`. Milliseconds, USD, tokens."""
    lines, older = await run_list(
        _database(request),
        account=account,
        ticket_id=ticket,
        state=state,
        verdict=verdict,
        since=_utc(since) if since else None,
        before=before,
        limit=limit,
    )
    return RunPage(lines, older)


@router.get("/runs/{run_id}", summary="The story of a run, step by step", responses=responses(404))
async def run(request: Request, run_id: RunId) -> Story:
    """What was masked before the model is shown as placeholders."""
    return await run_story(_database(request), run_id)


@router.get("/tickets/{account}/{ticket_id:path}", summary="All runs of a ticket", responses=responses(404))
async def ticket(request: Request, account: Id, ticket_id: Id) -> StoryOfTicket:
    told = await ticket_story(_database(request), account, ticket_id)
    return StoryOfTicket(
        account=told.account,
        ticket_id=told.ticket_id,
        attempts=told.attempts,
        known_usd=told.cost.known,
        unpriced_attempts=told.cost.unpriced,
        input_tokens=told.tokens.input,
        output_tokens=told.tokens.output,
        runs=told.runs,
        latest=told.latest,
    )


@router.get("/ledger/tickets", summary="Cost and latency per ticket")
async def ledger(
    request: Request,
    since: datetime | None = None,
    account: Word = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
) -> Sequence[TicketCost]:
    """Without `since`, of the last seven days. That it was asked for is on the audit record."""
    await _on_record(request, "ledger tickets", since=since, account=account, limit=limit)
    return await ticket_costs(
        _database(request), since=_since(since), account=account, limit=limit, rates=request.app.state.rates
    )


@router.get("/ledger/groups", summary="Cost and latency of tickets, grouped")
async def ledger_groups(
    request: Request,
    by: CostBy,
    since: datetime | None = None,
    account: Word = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> Sequence[CostGroup]:
    """Without `since`, of the last seven days. `limit`: of the newest so many tickets. That it was asked for is on the
    audit record."""
    await _on_record(request, "ledger tickets", since=since, account=account, limit=limit, by=by)
    lines = await ticket_costs(
        _database(request), since=_since(since), account=account, limit=limit, rates=request.app.state.rates
    )
    return cost_groups(lines, by)


@router.get("/dead", summary="Events that were given up")
async def dead(
    request: Request, account: Word = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> Sequence[DeadEvent]:
    return [DeadEvent(**row) for row in await events.dead(_database(request), account=account, limit=limit)]


@router.get("/dead/deliveries", summary="Authentic deliveries that could not be read")
async def quarantined(
    request: Request, account: Word = None, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> Sequence[QuarantinedDelivery]:
    """What they say is not shown: it is the help desk's own words, and may be personal."""
    rows = await quarantine.waiting(_database(request), account=account, limit=limit)
    return [QuarantinedDelivery(**row) for row in rows]


@router.post("/dead/replay", summary="Walk dead events again, and translate deliveries again")
async def replay(request: Request, asked: Replay) -> Replayed:
    """Each goes on from where its rows end. Ids that are not dead are left alone. The body must be JSON by its content
    type, which a form of another site cannot send."""
    database = _database(request)
    ids, deliveries = asked.ids, asked.deliveries
    if asked.all:
        ids = [row["id"] for row in await events.dead(database, limit=MOST)]
        deliveries = [row["id"] for row in await quarantine.waiting(database, limit=MOST)]
    act = _act(request)
    told = await request.app.state.quarantine.replay(deliveries, **act) if deliveries else {}
    return Replayed(
        await events.replay(database, ids, **act),
        [number for number, why in told.items() if why is None],
        {number: why for number, why in told.items() if why is not None},
    )


async def _on_record(request: Request, what: str, **told: object) -> None:
    """What many rows leave by is an export; a page of runs and a single story are read."""
    act = _act(request)
    await record_export(_database(request), who=act["by"], where=act["where"], what=what, told=told)


def _act(request: Request) -> dict[str, str]:
    """Who acts, and from where."""
    visitor: Visitor = request.state.visitor
    return {"by": visitor.name, "where": visitor.at(API)}


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _since(moment: datetime | None) -> datetime:
    return _utc(moment) if moment else datetime.now(UTC) - timedelta(days=7)


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
