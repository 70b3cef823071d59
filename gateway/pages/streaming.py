"""Streams of server-sent events: a page that is open asks once, and is told whenever something has changed."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi import Request
from fastapi.responses import StreamingResponse

from gateway.errors import DatabaseUnavailable

LONGEST = 600.0  # seconds; the browser then asks again by itself
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
Look = Callable[[], Awaitable[str | None]]


def streamed(request: Request, look: Look, *, every: float, once: bool = False) -> StreamingResponse:
    """Tells what `look` finds, each time that it is something else; looks again after `every` seconds.

    Nothing to tell yet is an empty text, nothing to look at any more is None, and ends the stream. `once`: the first
    thing that is told is the last."""
    return StreamingResponse(_lines(request, look, every, once), media_type="text/event-stream", headers=HEADERS)


async def _lines(request: Request, look: Look, every: float, once: bool) -> AsyncIterator[str]:
    began, last = time.monotonic(), ""
    yield "retry: 3000\n\n"
    while time.monotonic() - began < LONGEST and not await request.is_disconnected():
        try:
            now = await look()
        except DatabaseUnavailable:
            return
        if now is None:
            return
        yield f"data: {now}\n\n" if now != last else ": still here\n\n"
        if once and now:
            return
        last = now
        await asyncio.sleep(every)
