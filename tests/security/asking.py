"""Asks an application directly, as any sender could: any method, address and header; streams are heard and left."""

import asyncio
import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

ELSEWHERE = ("203.0.113.9", 50_000)
HERE = ("127.0.0.1", 50_000)
HEARD = 1.0  # seconds that a stream is listened to


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, a stream's as far as it was heard."""

    status: int
    headers: Mapping[str, str]
    text: str


async def ask(
    app: ASGIApp,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    client: tuple[str, int] = ELSEWHERE,
) -> Answered:
    """The answer to one request. An error that the application lets through is raised."""
    path, _, query = url.partition("?")
    named = [(name.lower().encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": named, "client": client, "server": ("localhost", 80),
    }  # fmt: skip
    messages: list[Message] = []
    heard, given = asyncio.Event(), False

    async def receive() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)
        if b"data: " in message.get("body", b""):
            heard.set()

    asked = asyncio.ensure_future(app(scope, receive, send))
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(asyncio.shield(asked), HEARD if _streams(path) else 30.0)
    heard.set()
    await asked
    start = next(message for message in messages if message["type"] == "http.response.start")
    told = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    text = b"".join(message.get("body", b"") for message in messages).decode("utf-8", "replace")
    return Answered(start["status"], told, text)


def _streams(path: str) -> bool:
    return path.endswith("/live") or path.startswith("/review/waiting/")


def routes_of(routes: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Every method and path that an application answers, as it is declared."""
    for route in routes:
        if (included := getattr(route, "original_router", None)) is not None:
            yield from routes_of(included.routes)
            continue
        for method in sorted(route.methods - {"HEAD"} or {"HEAD"}):
            yield method, route.path
