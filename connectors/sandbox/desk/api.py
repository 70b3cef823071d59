"""The desk's REST API under `/api`: what a help desk offers to integrations, page by page and under rights."""

import itertools
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request, Response

from connectors.contract import Article, Attachment, Change, Message, Person, Role, Status, Visibility
from connectors.sandbox.desk.access import Authenticated, Caller, InCharge, Right
from connectors.sandbox.desk.shapes import (
    NewArticle,
    NewAttachment,
    NewMessage,
    NewTicket,
    TicketUpdate,
    article_json,
    attachments_of,
    contents_of,
    message_json,
    person_json,
    requester_of,
    ticket_json,
)
from connectors.sandbox.desk.tickets import Desk, Entry, Refusal, Ticket

router = APIRouter(prefix="/api", tags=["help desk"])
Cursor = Annotated[int, Query(ge=0, description="`next_cursor` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=100)]
Json = dict[str, Any]
Item = TypeVar("Item", Ticket, Message, Article)
article_ids = itertools.count(1)


@router.get("/me")
async def me(caller: Authenticated) -> Json:
    """Whose token this is, what it may do, and where the brand's webhooks go."""
    brand = caller.brand
    return {
        "user": person_json(caller.person),
        "brand": brand.name,
        "rights": sorted(right.value for right in caller.rights),
        "webhook": {"url": brand.webhook_url, "signed": True} if brand.webhook_url else None,
    }


@router.get("/tickets")
async def tickets(
    request: Request,
    caller: Authenticated,
    status: Status | None = None,
    updated_since: datetime | None = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Json:
    """Tickets of the token's brand, oldest first, without their messages."""
    caller.needs(Right.READ_TICKETS)
    since = aware(updated_since)
    found = [
        ticket
        for ticket in desk_of(request).tickets(caller.brand.name)
        if status in (None, ticket.status) and ticket.updated_at >= since
    ]
    page, after = page_of(found, cursor, limit)
    return {"data": [ticket_json(ticket, str(request.base_url)) for ticket in page], "next_cursor": after}


@router.post("/tickets", status_code=201)
async def open_ticket(request: Request, caller: Authenticated, new: NewTicket) -> Json:
    """A new ticket, as if the requester had written it: needs the agents' token."""
    caller.needs(Right.CHANGE_TICKETS)
    requester = requester_of(new.requester)
    files = kept_files(desk_of(request), caller, new.attachments)
    entry = Entry(caller.person if caller.is_bot else requester, new.body, Visibility.PUBLIC, new.format, None, files)
    change = Change(tuple(new.tags), new.priority, new.team)
    ticket = desk_of(request).open(
        caller.brand.name,
        new.subject,
        entry,
        requester,
        change,
        channel=new.channel,
        language=new.language,
        earlier=earlier_of(new, caller, requester),
    )
    return ticket_json(ticket, str(request.base_url))


@router.get("/tickets/{ticket_id}")
async def ticket(request: Request, caller: Authenticated, ticket_id: str) -> Json:
    caller.needs(Right.READ_TICKETS)
    return ticket_json(own_ticket(request, caller, ticket_id), str(request.base_url))


@router.get("/tickets/{ticket_id}/messages")
async def messages(
    request: Request, caller: Authenticated, ticket_id: str, cursor: Cursor = 0, limit: Limit = 50
) -> Json:
    """The thread, oldest first, with drafts and internal notes."""
    caller.needs(Right.READ_TICKETS)
    ticket = own_ticket(request, caller, ticket_id)
    page, after = page_of(desk_of(request).visible(ticket), cursor, limit)
    return {"data": [message_json(message, ticket) for message in page], "next_cursor": after}


@router.post("/tickets/{ticket_id}/messages", status_code=201)
async def add_message(request: Request, caller: Authenticated, ticket_id: str, new: NewMessage) -> Json:
    return await update_ticket(request, caller, ticket_id, TicketUpdate(message=new))


@router.patch("/tickets/{ticket_id}")
async def update_ticket(request: Request, caller: Authenticated, ticket_id: str, update: TicketUpdate) -> Json:
    """A message and changed fields in one call; 409 where `if_version` is not the ticket's version any more."""
    ticket = own_ticket(request, caller, ticket_id)
    change = update.change()
    if change:
        caller.needs(Right.CHANGE_TICKETS)
    entry = entry_of(update.message, caller, ticket, desk_of(request)) if update.message else None
    actor = entry.author if entry else caller.person
    stored = desk_of(request).update(ticket, actor, entry, change, update.if_version)
    return {
        "ticket": ticket_json(ticket, str(request.base_url)),
        "message": message_json(stored, ticket) if stored else None,
    }


@router.delete("/tickets/{ticket_id}", status_code=204)
async def delete_ticket(request: Request, caller: Authenticated, ticket_id: str) -> None:
    caller.needs(Right.CHANGE_TICKETS)
    desk_of(request).delete(own_ticket(request, caller, ticket_id), caller.person)


@router.get("/messages")
async def find_messages(
    request: Request, caller: Authenticated, client_ref: str, ticket_id: str | None = None, mine: bool = False
) -> Json:
    """Messages that were written with this `client_ref`; `mine`: only those of the token's own user."""
    caller.needs(Right.READ_TICKETS)
    desk = desk_of(request)
    looked_at = [own_ticket(request, caller, ticket_id)] if ticket_id else desk.tickets(caller.brand.name)
    found = [
        message_json(message, ticket)
        for ticket in looked_at
        for message in desk.visible(ticket)
        if message.mark == client_ref and (not mine or message.author.id == caller.person.id)
    ]
    return {"data": found[:100], "next_cursor": None}


@router.get("/files/{file_id}")
async def file(request: Request, caller: Authenticated, file_id: str) -> Response:
    """What is in an attached file of the token's brand, as bytes that no browser takes for a page."""
    caller.needs(Right.READ_TICKETS)
    found = desk_of(request).contents[caller.brand.name].get(file_id)
    if found is None:
        raise Refusal(404, "no_such_file", f"The desk keeps no content of {file_id}.")
    return Response(found, media_type="application/octet-stream")


@router.get("/articles")
async def articles(
    request: Request,
    caller: Authenticated,
    updated_since: datetime | None = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> Json:
    caller.needs(Right.READ_ARTICLES)
    since = aware(updated_since)
    found = [
        article
        for article in desk_of(request).articles[caller.brand.name]
        if article.updated_at is None or article.updated_at >= since
    ]
    page, after = page_of(found, cursor, limit)
    return {"data": [article_json(article) for article in page], "next_cursor": after}


@router.post("/articles", status_code=201)
async def add_article(request: Request, caller: InCharge, new: NewArticle) -> Json:
    now = datetime.now(UTC)
    article = Article(str(next(article_ids)), new.title, new.body, new.format, new.url, new.language, new.public, now)
    desk_of(request).articles[caller.brand.name].append(article)
    return article_json(article)


def earlier_of(new: NewTicket, caller: Caller, requester: Person) -> list[tuple[datetime, Entry]]:
    """The thread that stood there before, oldest first."""
    now = datetime.now(UTC)
    past = [
        (
            now - timedelta(hours=said.hours_ago),
            Entry(caller.speaks_as(said.author, requester), said.body, said.visibility),
        )
        for said in new.earlier
    ]
    return sorted(past, key=lambda entry: entry[0])


def entry_of(new: NewMessage, caller: Caller, ticket: Ticket, desk: Desk) -> Entry:
    """What will be stored, if the caller may: a public message needs another right than a note."""
    public = new.visibility is Visibility.PUBLIC
    caller.needs(Right.WRITE_REPLIES if public else Right.WRITE_NOTES)
    author = caller.speaks_as(new.author, ticket.requester)
    visibility = Visibility.PUBLIC if author.role is Role.REQUESTER else new.visibility
    files = kept_files(desk, caller, new.attachments)
    return Entry(author, new.body, visibility, new.format, new.client_ref, files)


def kept_files(desk: Desk, caller: Caller, new: list[NewAttachment]) -> tuple[Attachment, ...]:
    files = attachments_of(new, uuid.uuid4().hex[:8])
    desk.contents[caller.brand.name] |= contents_of(new, files)
    return files


def aware(moment: datetime | None) -> datetime:
    """A time to compare with: UTC where no zone was named, the beginning of time where nothing was."""
    if moment is None:
        return datetime.min.replace(tzinfo=UTC)
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def own_ticket(request: Request, caller: Caller, ticket_id: str) -> Ticket:
    return desk_of(request).ticket(ticket_id, caller.brand.name)


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def page_of(found: Iterable[Item], cursor: int, limit: int) -> tuple[list[Item], int | None]:
    """A page, and the id that it ends with if another follows. Ids only grow, so nothing that goes away in between
    makes a reader miss an entry."""
    rest = [item for item in found if int(item.id) > cursor]
    page = rest[:limit]
    return page, int(page[-1].id) if len(rest) > limit else None
