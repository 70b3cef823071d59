"""The desk in a browser: the list of tickets, a thread, and the forms to write as anybody."""

import dataclasses
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from connectors.contract import BodyFormat, Change, Person, Priority, Role, Status, Visibility
from connectors.sandbox.desk.rendering import ago, shown
from connectors.sandbox.desk.shapes import Requester, requester_of
from connectors.sandbox.desk.tickets import NOTHING, Desk, Entry, Refusal, Ticket

LONGEST_BODY = 256_000
router = APIRouter(include_in_schema=False)
environment = Environment(
    loader=PackageLoader("connectors.sandbox.desk"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters["shown"] = shown
Text = Annotated[str, Form(min_length=1, max_length=LONGEST_BODY)]
Line = Annotated[str, Form(min_length=1, max_length=300)]
OptionalLine = Annotated[str, Form(max_length=300)]


@router.get("/")
async def tickets(request: Request, brand: str | None = None) -> HTMLResponse:
    desk = desk_of(request)
    found = sorted(desk.tickets(brand), key=lambda ticket: ticket.updated_at, reverse=True)
    return await page("tickets.html", request, tickets=[frozen(ticket) for ticket in found[:500]], brand=brand)


@router.get("/tickets/new")
async def new_ticket(request: Request) -> HTMLResponse:
    return await page("new_ticket.html", request)


@router.post("/tickets/new")
async def open_ticket(
    request: Request,
    brand: Line,
    name: Line,
    subject: Line,
    body: Text,
    email: OptionalLine = "",
    format: Annotated[BodyFormat, Form()] = BodyFormat.TEXT,
) -> RedirectResponse:
    desk = desk_of(request)
    if brand not in desk.brands:
        raise Refusal(422, "no_such_brand", f"There is no brand {brand}.")
    requester = requester_of(Requester(name=name, email=email or None))
    ticket = desk.open(brand, subject, Entry(requester, body, format=format), requester)
    return see(ticket)


@router.get("/tickets/{ticket_id}")
async def ticket(request: Request, ticket_id: str) -> HTMLResponse:
    desk = desk_of(request)
    ticket = desk.ticket(ticket_id)
    return await page("ticket.html", request, ticket=frozen(ticket), agents=desk.brands[ticket.brand].agents)


@router.post("/tickets/{ticket_id}/requester")
async def write_as_requester(
    request: Request, ticket_id: str, body: Text, format: Annotated[BodyFormat, Form()] = BodyFormat.TEXT
) -> RedirectResponse:
    ticket = desk_of(request).ticket(ticket_id)
    desk_of(request).update(ticket, ticket.requester, Entry(ticket.requester, body, format=format), NOTHING)
    return see(ticket)


@router.post("/tickets/{ticket_id}/agent")
async def write_as_agent(
    request: Request, ticket_id: str, agent: Line, visibility: Annotated[Visibility, Form()], body: Text
) -> RedirectResponse:
    """Notes are Markdown, as colleagues write them; a reply is text, as the requester will read it."""
    ticket = desk_of(request).ticket(ticket_id)
    author = agent_of(request, ticket, agent)
    format = BodyFormat.TEXT if visibility is Visibility.PUBLIC else BodyFormat.MARKDOWN
    desk_of(request).update(ticket, author, Entry(author, body, visibility, format), NOTHING)
    return see(ticket)


@router.post("/tickets/{ticket_id}/fields")
async def change_fields(
    request: Request,
    ticket_id: str,
    agent: Line,
    status: OptionalLine = "",
    priority: OptionalLine = "",
    assignee: OptionalLine = "",
    team: OptionalLine = "",
    tag: OptionalLine = "",
) -> RedirectResponse:
    """What is left empty stays as it is."""
    ticket = desk_of(request).ticket(ticket_id)
    try:
        chosen = Status(status) if status else None, Priority(priority) if priority else None
    except ValueError:
        raise Refusal(422, "invalid", "There is no such status or priority.") from None
    change = Change(tuple(tag.split()), chosen[1], team or None, assignee or None, chosen[0])
    desk_of(request).update(ticket, agent_of(request, ticket, agent), None, change)
    return see(ticket)


@router.post("/tickets/{ticket_id}/drafts/{message_id}")
async def settle_draft(
    request: Request, ticket_id: str, message_id: str, agent: Line, do: Annotated[str, Form()]
) -> RedirectResponse:
    """An agent sends the draft as it is, or throws it away."""
    desk = desk_of(request)
    ticket = desk.ticket(ticket_id)
    settle = desk.send_draft if do == "send" else desk.discard_draft
    settle(ticket, message_id, agent_of(request, ticket, agent))
    return see(ticket)


async def page(template: str, request: Request, status: int = 200, **told: Any) -> HTMLResponse:
    """Rendered in a thread, because a long thread takes longer than the event loop should wait."""
    now = datetime.now(UTC)
    words = {
        "brands": list(desk_of(request).brands),
        "path": request.url.path,
        "Role": Role,
        "Status": Status,
        "Priority": Priority,
        "Visibility": Visibility,
        "BodyFormat": BodyFormat,
        "ago": lambda moment: ago(moment, now),
    }
    rendered = await run_in_threadpool(environment.get_template(template).render, **words, **told)
    return HTMLResponse(rendered, status)


async def refused(request: Request, refusal: Refusal) -> HTMLResponse:
    return await page("refused.html", request, refusal.status, refusal=refusal)


def frozen(ticket: Ticket) -> Ticket:
    """As it is now, for a thread that renders while the desk goes on."""
    return dataclasses.replace(ticket, messages=list(ticket.messages), tags=list(ticket.tags))


def agent_of(request: Request, ticket: Ticket, agent_id: str) -> Person:
    for agent in desk_of(request).brands[ticket.brand].agents:
        if agent.id == agent_id:
            return agent
    raise Refusal(422, "no_such_agent", f"There is no agent {agent_id}.")


def see(ticket: Ticket) -> RedirectResponse:
    return RedirectResponse(f"/tickets/{ticket.id}#newest", status_code=303)


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk
