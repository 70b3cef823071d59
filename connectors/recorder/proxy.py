"""A reverse proxy between a caller and a help desk, and a receiver of webhooks: what passes is recorded, unchanged."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.recorder.folder import Folder

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
WEBHOOKS = "/webhooks"
LARGEST = 10 * 1024 * 1024  # bytes
TIMEOUT = 60.0  # seconds
# Of one connection only, or not true any more of what was unpacked on the way.
NOT_PASSED = {
    *("connection", "content-encoding", "content-length", "host", "keep-alive", "proxy-authenticate", "te", "trailer"),
    *("proxy-authorization", "transfer-encoding", "upgrade", "accept-encoding"),
}
Tell = Callable[[str, bool], None]


def recorder(upstream: str | None, folder: Folder, tell: Tell) -> Starlette:
    """`tell` is given a line for what happened, and whether it was recorded. Without `upstream` only webhooks."""
    client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
    base = httpx.URL(upstream) if upstream else None

    async def handle(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": f"more than {LARGEST} bytes"}, 413)
        if request.url.path == WEBHOOKS or request.url.path.startswith(f"{WEBHOOKS}/"):
            tell(f"delivery: {_told(folder.delivery(request.headers.items(), body))}", True)
            return JSONResponse({}, 200)
        if base is None:
            return JSONResponse({"error": "no --upstream was given"}, 502)
        return await _passed_on(client, base, request, body, folder, tell)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    return Starlette(routes=[Route("/{path:path}", handle, methods=METHODS)], lifespan=lifespan)


async def _passed_on(
    client: httpx.AsyncClient, base: httpx.URL, request: Request, body: bytes, folder: Folder, tell: Tell
) -> Response:
    path, query = request.scope["raw_path"].partition(b"?")[0], request.scope["query_string"]
    raw = base.raw_path.rstrip(b"/") + b"/" + path.lstrip(b"/") + (b"?" + query if query else b"")
    headers = [(name, value) for name, value in request.headers.items() if name not in NOT_PASSED]
    for name, value in headers:
        if name in ("authorization", "cookie") or "token" in name or "key" in name:
            folder.scrubber.secret(value.rpartition(" ")[2])
    try:
        answer = await client.request(request.method, base.copy_with(raw_path=raw), headers=headers, content=body)
    except httpx.HTTPError as error:
        tell(f"{request.method} {path.decode('latin-1')}: no answer ({type(error).__name__})", False)
        return JSONResponse({"error": f"the help desk did not answer ({type(error).__name__})"}, 502)
    passed = {name: value for name, value in answer.headers.items() if name not in NOT_PASSED}
    if answer.content:
        kept = folder.answer(request.method, path.decode("latin-1"), answer.status_code, passed.items(), answer.content)
        tell(f"answer {answer.status_code}: {_told(kept)}", True)
    return Response(answer.content, answer.status_code, passed)


async def _body(request: Request) -> bytes | None:
    """None where it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return None
    return bytes(body)


def _told(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"
