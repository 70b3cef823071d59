"""Health and metrics of this process, for whoever runs it."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import generate_latest

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
    verdict = "ready" if ready else "not ready"
    text = "\n".join([*lines, verdict]) if "verbose" in request.query_params else verdict
    headers = {} if ready else {"retry-after": "5"}
    return Response(text + "\n", status_code=200 if ready else 503, media_type="text/plain", headers=headers)


@router.get("/metrics", summary="Prometheus metrics of this process")
async def metrics() -> Response:
    return Response(generate_latest(REGISTRY), media_type="text/plain; version=0.0.4")
