"""Health and metrics of this process, for whoever runs it. Without FastAPI, which a worker needs for nothing else."""

import contextlib
from collections.abc import Awaitable, Callable

from prometheus_client import generate_latest
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import DatabaseUnavailable
from gateway.telemetry import REGISTRY

Check = Callable[[], Awaitable[str | None]]


async def livez(_request: Request) -> Response:
    return Response("ok\n", media_type="text/plain")


async def readyz(request: Request) -> Response:
    """Database, migrations and queue; never a model or a help desk, because their absence must not stop intake."""
    checks: dict[str, Check] = request.app.state.readiness
    results = {name: await check() for name, check in checks.items()}
    ready = not any(results.values())
    lines = [
        f"[{'-' if problem else '+'}] {name}{': ' + problem if problem else ' ok'}" for name, problem in results.items()
    ]
    if ready and "verbose" in request.query_params:  # a database that is away would be waited for once a line
        lines += await _information(request)
    verdict = "ready" if ready else "not ready"
    text = "\n".join([*lines, verdict]) if "verbose" in request.query_params else verdict
    headers = {} if ready else {"retry-after": "5"}
    return Response(text + "\n", status_code=200 if ready else 503, media_type="text/plain", headers=headers)


async def _information(request: Request) -> list[str]:
    """What is worth knowing and stops nothing."""
    told: dict[str, Callable[[], Awaitable[str]]] = getattr(request.app.state, "information", {})
    lines = []
    for name, tell in told.items():
        with contextlib.suppress(DatabaseUnavailable):  # said by its own check
            lines.append(f"[i] {name}: {await tell()}")
    return lines


async def metrics(_request: Request) -> Response:
    return Response(generate_latest(REGISTRY), media_type="text/plain; version=0.0.4")


PATHS: dict[str, tuple[Callable[[Request], Awaitable[Response]], str | None]] = {  # no summary: not in the document
    "/healthz": (livez, None),
    "/livez": (livez, "Is the process alive?"),
    "/readyz": (readyz, "Can it do its work? `?verbose` lists every check"),
    "/metrics": (metrics, "Prometheus metrics of this process"),
}
