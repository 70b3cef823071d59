"""`/tickets/{account}/{id}`: every run of a ticket, and what they came to together."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.pages.render import Id, database_of, page, visitor_of
from gateway.pages.walked import Walked
from gateway.store.reports import ticket_costs, ticket_story

routes = APIRouter()
EVER = datetime(2000, 1, 1, tzinfo=UTC)


@routes.get("/tickets/{account}/{ticket_id:path}")
async def ticket(request: Request, account: Id, ticket_id: Id) -> HTMLResponse:
    """A help desk's ids may hold slashes, hence the rest of the path."""
    visitor_of(request).need_account(account)
    told = await ticket_story(database_of(request), account, ticket_id)
    costs = await ticket_costs(
        database_of(request), since=EVER, account=account, ticket_id=ticket_id, rates=request.app.state.rates
    )
    return await page(request, "ticket.html", ticket=told, cost=costs[0] if costs else None, walked=Walked(told.latest))
