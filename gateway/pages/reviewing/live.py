"""`/review/{run}/live`: a stream that says when something happened to a draft or its ticket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from gateway.errors import DatabaseUnavailable
from gateway.pages.render import STREAM, Id, RunId, database_of, visitor_of
from gateway.store.database import Database
from gateway.store.reports.review import Pulse, newest_draft, pulse
from gateway.store.reviews import draft_of

routes = APIRouter()
EVERY = 1.0  # seconds between two looks
LONGEST = 600.0  # seconds; the browser then asks again by itself


@routes.get("/review/{run_id}/live")
async def live(request: Request, run_id: RunId) -> StreamingResponse:
    visitor, database = visitor_of(request), database_of(request)
    if visitor.draft != run_id:
        draft = await draft_of(database, run_id)
        visitor.need_account(draft["account"] if draft else "")
    return StreamingResponse(_stream(request, database, run_id), media_type="text/event-stream", headers=STREAM)


@routes.get("/review/waiting/{account}/{ticket_id:path}")
async def waiting(request: Request, account: Id, ticket_id: Id) -> StreamingResponse:
    """For a ticket without a draft: says so once there is one."""
    visitor_of(request).need_account(account)
    told = _until_drafted(request, database_of(request), account, ticket_id)
    return StreamingResponse(told, media_type="text/event-stream", headers=STREAM)


async def _until_drafted(request: Request, database: Database, account: str, ticket_id: str) -> AsyncIterator[str]:
    began = time.monotonic()
    yield "retry: 3000\n\n"
    while time.monotonic() - began < LONGEST and not await request.is_disconnected():
        try:
            run_id = await newest_draft(database, account, ticket_id)
        except DatabaseUnavailable:
            return
        if run_id is not None:
            yield f"data: {json.dumps({'draft': run_id})}\n\n"
            return
        yield ": still none\n\n"
        await asyncio.sleep(EVERY)


async def _stream(request: Request, database: Database, run_id: int) -> AsyncIterator[str]:
    began, last = time.monotonic(), None
    yield "retry: 3000\n\n"
    while time.monotonic() - began < LONGEST and not await request.is_disconnected():
        try:
            now = await pulse(database, run_id)
        except DatabaseUnavailable:
            return
        if now is None:
            return
        if now != last:
            last = now
            yield f"data: {json.dumps(_told(now, run_id))}\n\n"
        else:
            yield ": still here\n\n"
        await asyncio.sleep(EVERY)


def _told(now: Pulse, run_id: int) -> dict[str, object]:
    """What a page needs to know to say it: nothing personal."""
    return {
        "state": now.state,
        "review": now.last_review,
        "by": now.last_by,
        "news": now.news,
        "newer": now.newest_draft if now.newest_draft != run_id else None,
    }
