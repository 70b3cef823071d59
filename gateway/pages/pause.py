"""`/pause`: the button that stops everything, what is stopped, and who stopped what before."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import StringConstraints

from gateway.errors import NotFound
from gateway.pages.render import WITHOUT_NUL, database_of, only_from_our_pages, page, visitor_of
from gateway.store import pauses
from gateway.store.audit import PAGE
from gateway.store.pauses import ALL
from gateway.workflow.pause import LONGEST_REASON

routes = APIRouter()
Account = Annotated[str, Form(min_length=1, max_length=255, pattern=WITHOUT_NUL)]
Reason = Annotated[
    str,
    Form(),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON, pattern=WITHOUT_NUL),
]


@routes.get("/pause")
async def shown(request: Request, resumed: Annotated[int | None, Query(ge=0, lt=2**31)] = None) -> HTMLResponse:
    database = database_of(request)
    return await page(
        request,
        "pause.html",
        accounts=sorted(request.app.state.accounts),
        parked=await pauses.parked(database),
        ended=await pauses.ended(database),
        resumed=resumed,
        longest=LONGEST_REASON,
    )


@routes.post("/pause")
async def stop(request: Request, account: Account, because: Reason) -> RedirectResponse:
    """From this answer on nothing is written or sent. Paused twice, the first reason stays."""
    only_from_our_pages(request)
    if account != ALL and account not in request.app.state.accounts:
        raise NotFound("there is no such account")
    who = visitor_of(request)
    await pauses.pause(database_of(request), account, by=who.name, because=because, where=who.at(PAGE))
    return RedirectResponse("/pause", status_code=303)


@routes.post("/resume")
async def go(request: Request, account: Account) -> RedirectResponse:
    """What waited walks again. Whoever presses a button twice is told of no event the second time."""
    only_from_our_pages(request)
    who = visitor_of(request)
    woken = await pauses.resume(database_of(request), account, by=who.name, where=who.at(PAGE))
    return RedirectResponse(f"/pause?resumed={woken or 0}", status_code=303)
