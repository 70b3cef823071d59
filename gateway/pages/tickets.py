"""`/tickets/{account}/{id}`: every run of a ticket, and what they came to together."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.pages.render import Id, database_of, page, visitor_of
from gateway.pages.walked import Walked
from gateway.store.reports import ticket_story

routes = APIRouter()


@routes.get("/tickets/{account}/{ticket_id:path}")
async def ticket(request: Request, account: Id, ticket_id: Id) -> HTMLResponse:
    """A help desk's ids may hold slashes, hence the rest of the path."""
    visitor_of(request).need_account(account)
    told = await ticket_story(database_of(request), account, ticket_id)
    return await page(request, "ticket.html", ticket=told, walked=Walked(told.latest))
