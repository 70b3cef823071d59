"""What goes wrong below an answer: a line that ends, a proxy that says nonsense, bytes that come one by one."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.demo.stub_model.behaviour import Behaviour

JSON = "application/json"
DRIP_S = 0.2
LONGEST_DRIP = 3000  # bytes


async def broken(behaviour: Behaviour, request: Request) -> Response | None:
    """What comes instead of an answer; None where it is not the line that is broken."""
    match behaviour:
        case Behaviour.RESET:
            await hang_up(request)
            return Response()
        case Behaviour.BLANK:
            return Response(b"", media_type=JSON)
        case Behaviour.GARBLED:
            return Response(b'{"id": "chatcmpl-1", "choices": [{', media_type=JSON)
        case Behaviour.DRIPS:
            return StreamingResponse(drips(), media_type=JSON)
        case _:
            return None


async def hang_up(request: Request) -> None:
    """Drop the connection. ASGI has no word for this, so uvicorn's own transport is closed."""
    transport = getattr(getattr(request.receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("the stub drops the line, as it was asked to")
    transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def drips() -> AsyncIterator[bytes]:
    """White space, which JSON may begin with."""
    for _ in range(LONGEST_DRIP):
        yield b" "
        await asyncio.sleep(DRIP_S)
