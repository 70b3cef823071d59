"""Health and metrics of this process, for whoever runs it."""

import contextlib
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest

from gateway.errors import DatabaseUnavailable
from gateway.telemetry import REGISTRY

router = APIRouter(tags=["operations"])
Check = Callable[[], Awaitable[str | None]]


@router.get("/livez", summary="Is the process alive?")
@router.get("/healthz", include_in_schema=False)
async def livez() -> Response:
    return Response("ok\n", media_type="text/plain")


@router.get("/readyz", summary="Can it do its work? `?verbose` lists every check")
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


@router.get("/metrics", summary="Prometheus metrics of this process")
async def metrics() -> Response:
    return Response(generate_latest(REGISTRY), media_type="text/plain; version=0.0.4")
