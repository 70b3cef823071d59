"""How long requests to this process take, under the names that OpenTelemetry has for it: by template, never by path."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.telemetry import http_seconds
from gateway.tracing import measure

NAME = "http.server.request.duration"
KNOWN = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"})
OTHER = "_OTHER"  # whatever a stranger made up


class Timing:
    """ASGI middleware, outside of all others. A request that has no route, or was turned away before it was looked for,
    is told without one; one whose sender left is told without a status."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status: int | None = None
        error: str | None = None
        begun = time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as failure:  # it is answered outside of here
            status, error = status or 500, type(failure).__name__
            raise
        finally:
            _tell(scope, time.perf_counter() - begun, status, error)


def _tell(scope: Scope, seconds: float, status: int | None, error: str | None) -> None:
    method = scope["method"] if scope["method"] in KNOWN else OTHER
    route = getattr(scope.get("route"), "path", None)
    http_seconds.labels(method, route or "", str(status or "")).observe(seconds)
    failed = error or (str(status) if status and status >= 500 else None)
    measure(
        NAME,
        seconds,
        {
            "http.request.method": method,
            "url.scheme": scope.get("scheme", "http"),
            "http.route": route,
            "http.response.status_code": status,
            "error.type": failed,
        },
    )
