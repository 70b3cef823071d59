"""The page itself, full or as narrow as a help desk's sidebar."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.access.people import Person, Right
from gateway.errors import GatewayError
from gateway.pages.doors import Door
from gateway.pages.render import WITHOUT_NUL, Id, RunId, database_of, framed, page, visitor_of
from gateway.pages.reviewing.view import View
from gateway.pages.walked import Walked
from gateway.store.reports import run_story
from gateway.store.reports.review import newest_draft, pulse, review_story

routes = APIRouter()
LINK_RIGHTS = frozenset({Right.AGENT})
REASONS = ("Wrong facts", "Does not answer the question", "Wrong tone", "Should not be answered by us")
Key = Annotated[str, Query(max_length=500, pattern=WITHOUT_NUL)]


@routes.get("/review/{run_id}")
async def shown(
    request: Request, run_id: RunId, key: Key = "", aside: bool = False, done: Annotated[str, Query(max_length=40)] = ""
) -> HTMLResponse:
    return await review_page(request, run_id, key=key, aside=aside, done=done)


@routes.get("/review/ticket/{account}/{ticket_id:path}")
async def newest(request: Request, account: Id, ticket_id: Id, aside: bool = False) -> Response:
    """The newest draft of a ticket, for a sidebar, which knows the ticket alone; else a page that waits for one."""
    visitor_of(request).need_account(account)
    run_id = await newest_draft(database_of(request), account, ticket_id)
    if run_id is not None:
        return RedirectResponse(f"/review/{run_id}{'?aside=1' if aside else ''}", 303)
    told: dict[str, Any] = {"account": account, "ticket_id": ticket_id, "aside": aside}
    return framed(request, await page(request, "waiting.html", script="waiting.js", **told), account)


async def review_page(
    request: Request,
    run_id: int,
    *,
    key: str = "",
    aside: bool = False,
    done: str = "",
    refused: GatewayError | None = None,
    typed: str | None = None,
) -> HTMLResponse:
    """The page. `refused`: why the last act was not done; `typed`: the text that was in the editor, which is kept."""
    database, visitor = database_of(request), visitor_of(request)
    story = await review_story(database, run_id)
    if visitor.draft != run_id:
        visitor.need_account(story.account)
    view = View(story)
    person = visitor.person
    if person is None and visitor.draft == run_id and links_act(request, story.account):
        person = linked(story.account)
    made = await page(
        request,
        "review.html",
        linked=story.account if visitor.draft == run_id else None,
        view=view,
        draft=story.draft,
        walked=Walked(await run_story(database, run_id)),
        pulse=await pulse(database, run_id),
        may_act=_may_act(person),
        may_approve=_may_approve(person, view),
        reasons=REASONS,
        refused=refused,
        typed=typed,
        done=done,
        key=key,
        aside=aside,
        inserts=aside and _inserts(request, story.account),
        script="review.js",
    )
    if refused is not None:
        made.status_code = refused.status
    return framed(request, made, story.account)


def links_act(request: Request, account: str) -> bool:
    """Whether the account's owner lets the link in a note act on its draft."""
    door = _door(request)
    return door is not None and account in door.acting_links


def linked(account: str) -> Person:
    """Whoever holds the link of a draft: an agent of its account, in no group."""
    return Person(f"{account}:link", "somebody with the link", rights=LINK_RIGHTS, accounts=frozenset({account}))


def _inserts(request: Request, account: str) -> bool:
    """Whether the help desk has a call that writes into its composer."""
    door = _door(request)
    beside = door.beside.get(account) if door else None
    return beside is not None and beside.sidebar.inserts


def _door(request: Request) -> Door | None:
    door: Door | None = getattr(request.app.state, "door", None)
    return door


def _may_act(person: Person | None) -> bool:
    return person is not None and Right.AGENT in person.rights


def _may_approve(person: Person | None, view: View) -> bool:
    return person is not None and (not view.groups or bool(person.groups & set(view.groups)))
