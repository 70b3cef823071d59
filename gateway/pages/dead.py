"""`/dead`: events that were given up, deliveries that could not be read, why, and the button that tries again."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse

from gateway.pages.render import RunId, database_of, only_from_our_pages, page, visitor_of
from gateway.store import events, quarantine
from gateway.store.audit import PAGE

routes = APIRouter()
MOST = 200  # events, and deliveries, on one page, and so in one form
Count = Annotated[int | None, Query(ge=0, le=2 * MOST)]


@routes.get("/dead")
async def listed(request: Request, replayed: Count = None, refused: Count = None) -> HTMLResponse:
    rows = await events.dead(database_of(request), limit=MOST)
    deliveries = await quarantine.waiting(database_of(request), limit=MOST)
    return await page(request, "dead.html", rows=rows, deliveries=deliveries, replayed=replayed, refused=refused or 0)


@routes.post("/dead/replay")
async def replay(
    request: Request,
    run: Annotated[list[RunId] | None, Form(max_length=MOST)] = None,
    delivery: Annotated[list[RunId] | None, Form(max_length=MOST)] = None,
) -> RedirectResponse:
    """Walk the chosen events again, from where their rows end, and translate the chosen deliveries again. What is not
    dead is left alone."""
    only_from_our_pages(request)
    if not run and not delivery:
        nothing = {"type": "missing", "loc": ("body", "run"), "msg": "Choose an event or a delivery", "input": None}
        raise RequestValidationError([nothing])
    who = visitor_of(request)
    act = {"by": who.name, "where": who.at(PAGE)}
    told = await request.app.state.quarantine.replay(delivery, **act) if delivery else {}
    refused = sum(why is not None for why in told.values())
    done = len(await events.replay(database_of(request), run or [], **act)) + len(told) - refused
    return RedirectResponse(f"/dead?replayed={done}&refused={refused}", status_code=303)
