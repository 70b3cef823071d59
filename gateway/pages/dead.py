"""`/dead`: events that were given up, why, and the button that walks them again."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from gateway.pages.render import RunId, database_of, only_from_our_pages, page
from gateway.store import events

routes = APIRouter()
MOST = 200  # events on one page, and so in one form


@routes.get("/dead")
async def listed(request: Request, replayed: Annotated[int | None, Query(ge=0, le=MOST)] = None) -> HTMLResponse:
    rows = await events.dead(database_of(request), limit=MOST)
    return await page(request, "dead.html", rows=rows, replayed=replayed)


@routes.post("/dead/replay")
async def replay(request: Request, run: Annotated[list[RunId], Form(max_length=MOST)]) -> RedirectResponse:
    """Walk the chosen events again, from where their rows end. Events that are not dead are left alone."""
    only_from_our_pages(request)
    done = await events.replay(database_of(request), run)
    return RedirectResponse(f"/dead?replayed={len(done)}", status_code=303)
