"""Puts the desk together: one process, everything in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.trustedhost import TrustedHostMiddleware

from connectors.sandbox.desk import api, control, pages, switchboard
from connectors.sandbox.desk.access import Access
from connectors.sandbox.desk.counters import Counters
from connectors.sandbox.desk.faults import FaultyLine, Switches
from connectors.sandbox.desk.settings import Brand, DeskSettings
from connectors.sandbox.desk.tickets import Desk, Happening, Refusal
from connectors.sandbox.desk.webhooks import Webhooks

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def create_desk(settings: DeskSettings, webhooks: Webhooks | None = None) -> FastAPI:
    """A desk with its pages at `/`, its API at `/api` and its switches at `/switches` and `/control`.

    The pages know no sign-in, so they answer only to the host names in `settings.hosts`. `webhooks`: another sender
    than the one that posts. Tests may look at `app.state`: `desk`, `access`, `switches`, `counters`, `webhooks`.
    """
    sender, counters, switches = webhooks or Webhooks(settings.retry_after), Counters(), Switches()

    def tell(brand: Brand, happening: Happening) -> None:
        if happening.message:
            counters.stored(happening.ticket_id, happening.message)
        sender.tell(brand, happening)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await sender.close()

    app = FastAPI(title="Sandbox help desk", lifespan=lifespan, redoc_url=None, docs_url=None)
    app.state.desk = Desk(settings.brands, tell)
    app.state.access = Access(settings.brands)
    app.state.webhooks, app.state.counters, app.state.switches = sender, counters, switches
    for part in (api, control, pages, switchboard):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.middleware("http")(_guarded)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(settings.hosts))
    app.add_middleware(FaultyLine, switches=switches, counters=counters, desk=app.state.desk)
    return app


async def _guarded(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Another site in the same browser may not press our buttons, and our pages run nothing but our own."""
    origin = request.headers.get("origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.headers.get("host"):
        return JSONResponse({"error": "cross_site", "detail": "This form is not from this desk."}, 403)
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _refused(request: Request, error: Exception) -> Response:
    refusal = error if isinstance(error, Refusal) else Refusal(500, "broken", "Something broke.")
    if _is_for_programs(request):
        return JSONResponse({"error": refusal.code, "detail": refusal.detail}, refusal.status)
    return await pages.refused(request, refusal)


async def _not_understood(request: Request, error: Exception) -> Response:
    problems = error.errors() if isinstance(error, RequestValidationError) else []
    fields = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in problems)
    return await _refused(request, Refusal(422, "invalid", f"Missing or not understood: {fields}."))


def _is_for_programs(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/control/"))
