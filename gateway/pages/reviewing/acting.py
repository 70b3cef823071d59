"""The forms of the review page. What is refused brings the page back with the reason, and with what was typed."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.access.people import Person, Right
from gateway.errors import GatewayError, NotAllowed
from gateway.pages.render import RunId, database_of, only_from_our_pages, visitor_of
from gateway.pages.reviewing.showing import Key, linked, links_act, review_page
from gateway.store.reviews import draft_of
from gateway.workflow.review import LONGEST_TEXT, Act, Said, Via, say
from gateway.workflow.sampling import check_sample

routes = APIRouter()
LONGEST_READING = 15 * 60 * 1000  # ms: who leaves a page open is not reading it
Text = Annotated[str, Form(max_length=LONGEST_TEXT * 4)]
Short = Annotated[str, Form(max_length=8000)]
Count = Annotated[int | None, Form(ge=0, lt=2**31)]


@routes.post("/review/{run_id}/{act}")
async def act(
    request: Request,
    run_id: RunId,
    act: Act,
    text: Text = "",
    seen: Annotated[str, Form(max_length=64)] = "",
    reason: Short = "",
    why: Short = "",
    instruction: Short = "",
    team: Annotated[str, Form(max_length=200)] = "",
    priority: Annotated[str, Form(pattern="^(low|normal|high|urgent)?$")] = "",
    reading_ms: Count = None,
    sources_opened: Count = None,
    aside: Annotated[bool, Form()] = False,
    key: Key = "",
) -> Response:
    """Approve (with the text as it stands in the editor), reject, redraft, hold or escalate."""
    only_from_our_pages(request)
    said = Said(
        act=act,
        who=await _person(request, run_id),
        via=Via.SIDEBAR if aside else Via.PAGE,
        text=text if act is Act.APPROVE else None,
        words=_words(act, reason, why, instruction),
        seen=seen or None,
        reading_ms=None if reading_ms is None else min(reading_ms, LONGEST_READING),
        sources_opened=sources_opened,
        team=team.strip() or None,
        priority=priority or None,
    )
    try:
        await say(database_of(request), run_id, said)
    except GatewayError as refused:
        return await review_page(request, run_id, key=key, aside=aside, refused=refused, typed=text or None)
    kept = {"done": act, **({"aside": 1} if aside else {}), **({"key": key} if key else {})}
    return RedirectResponse(f"/review/{run_id}?{urlencode(kept)}", 303)


@routes.post("/review/{run_id}/check/afterwards")
async def check(
    request: Request,
    run_id: RunId,
    finding: Annotated[str, Form(pattern="^(good|flawed)$")],
    why: Short = "",
    aside: Annotated[bool, Form()] = False,
) -> Response:
    """What somebody found who looked at a reply that a policy had sent."""
    only_from_our_pages(request)
    who = await _person(request, run_id)
    try:
        await check_sample(database_of(request), run_id, who, finding == "good", why)
    except GatewayError as refused:
        return await review_page(request, run_id, aside=aside, refused=refused)
    return RedirectResponse(f"/review/{run_id}?done=check", 303)


async def _person(request: Request, run_id: int) -> Person:
    """Who acts. Somebody else's draft is not told apart from one that does not exist."""
    visitor = visitor_of(request)
    draft = await draft_of(database_of(request), run_id)
    if draft is not None and visitor.draft != run_id:
        visitor.need_account(draft["account"])
    if visitor.draft == run_id and draft is not None and links_act(request, draft["account"]):
        return linked(draft["account"])
    if visitor.person is None:
        raise NotAllowed("nobody in particular cannot act on a draft", remedy="Sign in first")
    visitor.need(Right.AGENT)
    return replace(visitor.person)


def _words(act: Act, reason: str, why: str, instruction: str) -> str | None:
    if act is Act.REDRAFT:
        return instruction
    return ": ".join(part for part in (reason.strip(), why.strip()) if part) or None
