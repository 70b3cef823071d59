"""The page of costs, and the file of each of its parts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, Response

from gateway.errors import NotFound
from gateway.pages.costs import by_day, figures, listed
from gateway.pages.costs.asked import Asked, asked, periods
from gateway.pages.costs.budgets import budgets
from gateway.pages.costs.gathered import Gathered
from gateway.pages.costs.part import Part
from gateway.pages.costs.sheets import Sheet
from gateway.pages.render import HEADERS, database_of, page, visitor_of
from gateway.store.audit import PAGE, record_export
from gateway.store.reports.overview import TooMuch, looking

routes = APIRouter()
PARTS: Mapping[str, Callable[[Gathered], Awaitable[Part]]] = {
    "spend": by_day.spend,
    "tickets": by_day.tickets,
    "times": by_day.times,
    "rates": by_day.rates,
    "budgets": budgets,
    "dearest": listed.dearest,
    "unpriced": listed.unpriced,
}
TURNS = asyncio.Semaphore(2)  # that add up at once: deliveries want the database too
Wanted = Annotated[Asked, Depends(asked)]
File = Annotated[str, InPath(pattern=r"^[a-z]{1,20}\.(csv|json)$")]


@routes.get("/costs")
async def costs(request: Request, wanted: Wanted) -> HTMLResponse:
    """Filters are in the address, so that a view can be kept as a bookmark."""
    async with _gathering(request, wanted) as gathered:
        await gathered.cheapest_first()
        told = await figures.figures(gathered, _only_account(request))
        empty = await _empty(gathered)
        shown = {name: await part_or_why(gathered, name) for name in PARTS if name == "budgets" or not empty}
        choices = await _choices(request, gathered)
    return await page(
        request, "costs.html", asked=wanted, figures=told, parts=shown, empty=empty, sheet="costs.css", **choices
    )


@routes.get("/costs/{file}")
async def download(request: Request, file: File, wanted: Wanted) -> Response:
    """What the page shows of one part, with the same filters."""
    name, _, format_ = file.partition(".")
    if name != "figures" and name not in PARTS:
        raise NotFound("there is no such part of the page of costs", remedy="Take a link of the page /costs")
    visitor = visitor_of(request)
    told: dict[str, object] = {**wanted.filters, "format": format_}
    await record_export(database_of(request), who=visitor.name, where=visitor.at(PAGE), what=f"costs {name}", told=told)
    async with _gathering(request, wanted) as gathered:
        sheet = await _sheet(request, gathered, name)
    if format_ == "csv":
        return _file(f"costs-{name}-{wanted.period}.csv", "text/csv; charset=utf-8", sheet.csv().encode())
    body = sheet.json(wanted.filters, wanted.since, wanted.until)
    return _file(f"costs-{name}-{wanted.period}.json", "application/json", body)


@asynccontextmanager
async def _gathering(request: Request, wanted: Asked) -> AsyncIterator[Gathered]:
    async with TURNS, looking(database_of(request)) as look:
        yield Gathered(look, wanted, visitor_of(request).accounts, request.app.state.budgets)


async def _empty(gathered: Gathered) -> bool:
    try:
        return not (await gathered.calls() or await gathered.tickets())
    except TooMuch:
        return False


async def part_or_why(gathered: Gathered, name: str) -> Part:
    try:
        return await PARTS[name](gathered)
    except TooMuch as error:
        return Part.too_much(name, error)


async def _sheet(request: Request, gathered: Gathered, name: str) -> Sheet:
    if name == "figures":
        return figures.sheet(await figures.figures(gathered, _only_account(request)))
    return (await PARTS[name](gathered)).sheet


def _only_account(request: Request) -> str | None:
    seen = [name for name in request.app.state.accounts if visitor_of(request).sees(name)]
    return seen[0] if len(seen) == 1 else None


async def _choices(request: Request, gathered: Gathered) -> dict[str, Any]:
    """What the filters offer: what was called this month and lately, and what is chosen."""
    wanted = gathered.asked
    try:
        paces, models = await gathered.paces(), await gathered.models()
    except TooMuch:
        paces, models = (), ()
    declared = [name for name in request.app.state.accounts if visitor_of(request).sees(name)]
    return {
        "accounts": _offered(wanted.account, declared),
        "queues": _offered(wanted.queue, [one.queue for one in paces]),
        "models": _offered(wanted.model, [*(one.model for one in paces), *models]),
        "periods": periods(wanted.now, wanted.period),
    }


def _offered(chosen: str, found: list[str]) -> list[str]:
    return sorted({name for name in (chosen, *found) if name})


def _file(name: str, kind: str, body: bytes) -> Response:
    return Response(body, media_type=kind, headers={**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'})
