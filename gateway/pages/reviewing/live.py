"""`/review/{run}/live`: a stream that says when something happened to a draft or its ticket."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from gateway.pages.render import Id, RunId, database_of, visitor_of
from gateway.pages.streaming import streamed
from gateway.store.reports.review import Pulse, newest_draft, pulse
from gateway.store.reviews import draft_of

routes = APIRouter()
EVERY = 1.0  # seconds between two looks


@routes.get("/review/{run_id}/live")
async def live(request: Request, run_id: RunId) -> StreamingResponse:
    visitor, database = visitor_of(request), database_of(request)
    if visitor.draft != run_id:
        draft = await draft_of(database, run_id)
        visitor.need_account(draft["account"] if draft else "")

    async def look() -> str | None:
        now = await pulse(database, run_id)
        return json.dumps(_told(now, run_id)) if now else None

    return streamed(request, look, every=EVERY)


@routes.get("/review/waiting/{account}/{ticket_id:path}")
async def waiting(request: Request, account: Id, ticket_id: Id) -> StreamingResponse:
    """For a ticket without a draft: says so once there is one."""
    visitor_of(request).need_account(account)

    async def look() -> str:
        run_id = await newest_draft(database_of(request), account, ticket_id)
        return "" if run_id is None else json.dumps({"draft": run_id})

    return streamed(request, look, every=EVERY, once=True)


def _told(now: Pulse, run_id: int) -> dict[str, object]:
    """What a page needs to know to say it: nothing personal."""
    return {
        "state": now.state,
        "review": now.last_review,
        "by": now.last_by,
        "news": now.news,
        "newer": now.newest_draft if now.newest_draft != run_id else None,
    }
