"""The stop, for programs: what is paused, and how to pause and resume."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, StringConstraints

from gateway.access.visitor import Visitor
from gateway.api.problems import EVERYWHERE, responses
from gateway.errors import NotFound
from gateway.store import pauses
from gateway.store.audit import API
from gateway.store.database import Database
from gateway.store.pauses import ALL
from gateway.workflow.pause import LONGEST_REASON

router = APIRouter(prefix="/api", tags=["operations"], responses=responses(*EVERYWHERE))
WITHOUT_NUL = r"^[^\x00]*$"  # Postgres keeps no text with one

Account = Annotated[str, Field(min_length=1, max_length=255, pattern=WITHOUT_NUL, description="`*` is every account")]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON, pattern=WITHOUT_NUL)
]


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause in force: nothing is written or sent for the account."""

    account: str
    by: str
    because: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Paused:
    """What is paused, and how many events wait because of it."""

    pauses: Sequence[Pause]
    waiting: int


class Stop(BaseModel):
    account: Account
    because: Reason


class Go(BaseModel):
    account: Account


@dataclass(frozen=True, slots=True)
class Resumed:
    """`walking`: how many events that waited walk again."""

    walking: int


@router.get("/pauses", summary="What is paused")
async def paused(request: Request) -> Paused:
    database = _database(request)
    found = await pauses.active(database)
    return Paused([Pause(**row) for row in found], await pauses.parked(database))


@router.post("/pause", summary="Write and send nothing any more", responses=responses(404))
async def pause(request: Request, stop: Stop) -> Paused:
    """Holds when this answers. A call to a help desk that was already on its way may still arrive. Paused twice, the
    first reason stays."""
    if stop.account != ALL and stop.account not in request.app.state.accounts:
        raise NotFound(f"there is no account {stop.account}", remedy="`countersign.yaml` names them; `*` is all")
    who = _who(request)
    await pauses.pause(_database(request), stop.account, by=who.name, because=stop.because, where=who.at(API))
    return await paused(request)


@router.post("/resume", summary="Go on where it stopped", responses=responses(404))
async def resume(request: Request, go: Go) -> Resumed:
    """`*` ends the pause of all accounts; those that were paused by name stay so."""
    who = _who(request)
    woken = await pauses.resume(_database(request), go.account, by=who.name, where=who.at(API))
    if woken is None:
        raise NotFound(f"{go.account} is not paused", remedy="GET /api/pauses tells what is")
    return Resumed(woken)


def _who(request: Request) -> Visitor:
    visitor: Visitor = request.state.visitor
    return visitor


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
