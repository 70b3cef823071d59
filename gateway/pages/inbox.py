"""`/`: what waits for whom, the oldest deadline first, and what became of drafts today."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from gateway.pages.render import Word, database_of, page, visitor_of
from gateway.pages.streaming import streamed
from gateway.store import outcomes
from gateway.store.reports.inbox import fingerprint, today, waiting_drafts

routes = APIRouter()
EVERY = 2.0  # seconds between two looks


@routes.get("/")
async def inbox(request: Request, account: Word = "", group: Word = "", rule: Word = "") -> HTMLResponse:
    """Filters are in the address, so that a view can be kept as a bookmark."""
    database, visitor = database_of(request), visitor_of(request)
    now = datetime.now(UTC)
    waiting = await waiting_drafts(
        database, accounts=visitor.accounts, account=account or None, group=group or None, rule=rule or None
    )
    return await page(
        request,
        "inbox.html",
        waiting=waiting,
        overdue=sum(one.deadline is not None and one.deadline < now for one in waiting),
        today=await today(database, now.replace(hour=0, minute=0, second=0, microsecond=0), visitor.accounts),
        accounts=sorted(filter(visitor.sees, request.app.state.accounts)),
        groups=sorted({*(name for one in waiting for name in one.groups), *([group] if group else [])}),
        chosen={"account": account, "group": group, "rule": rule},
        filtered=bool(account or group or rule),
        to_check=await outcomes.sample(database, visitor.accounts),
        script="inbox.js",
    )


@routes.get("/inbox/live")
async def live(request: Request) -> StreamingResponse:
    """Says when anything that waits has changed; the page then asks for itself again."""
    database, accounts = database_of(request), visitor_of(request).accounts
    return streamed(request, lambda: fingerprint(database, accounts), every=EVERY)
