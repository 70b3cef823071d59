"""`/runs`: what came in, newest first. `/runs/{id}`: the story of one walk down the line."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.pages import words
from gateway.pages.render import RunId, Word, database_of, page, visitor_of
from gateway.pages.walked import Walked
from gateway.store.reports import run_list, run_story

routes = APIRouter()
PERIODS = {"1h": ("the last hour", timedelta(hours=1)), "24h": ("24 hours", timedelta(days=1))} | {
    f"{days}d": (f"{days} days", timedelta(days=days)) for days in (7, 30)
}
PAGE = 50


@routes.get("/runs")
async def recent(
    request: Request,
    account: Word = "",
    state: Word = "",
    verdict: Word = "",
    period: Word = "",
    before: RunId | None = None,
) -> HTMLResponse:
    """An empty filter does not filter, except that runs which found nothing to do are left out until asked for."""
    since = datetime.now(UTC) - PERIODS[period][1] if period in PERIODS else None
    visitor = visitor_of(request)
    lines, older = await run_list(
        database_of(request),
        account=account or None,
        accounts=visitor.accounts,
        state=None if state in ("", "all") else state,
        nothing=state != "",
        verdict=verdict or None,
        since=since,
        before=before,
        limit=PAGE,
    )
    chosen = {"account": account, "state": state, "verdict": verdict, "period": period}
    kept = {name: value for name, value in chosen.items() if value}
    return await page(
        request,
        "recent.html",
        lines=lines,
        chosen=chosen,
        filtered=bool(kept),
        older=f"/runs?{urlencode({**kept, 'before': older})}" if older else None,
        newest=f"/runs?{urlencode(kept)}" if before else None,
        accounts=sorted({*filter(visitor.sees, request.app.state.accounts), *([account] if account else [])}),
        states=words.RUN,
        verdicts=words.VERDICT,
        periods={name: told for name, (told, _) in PERIODS.items()},
    )


@routes.get("/runs/{run_id}")
async def story(request: Request, run_id: RunId) -> HTMLResponse:
    told = await run_story(database_of(request), run_id)
    visitor_of(request).need_account(told.event["account"])
    return await page(request, "run.html", walked=Walked(told))
