"""The HTTP edge for people: pages rendered here, without scripts, that read `app.state.database`."""

from fastapi import APIRouter, FastAPI

from gateway.pages import assets, dead, pause, policies, runs, tickets


def install(app: FastAPI) -> None:
    """All pages. The application has the open database in `state.database` and its accounts in `state.accounts`."""
    pages = APIRouter(include_in_schema=False)
    for part in (runs.routes, tickets.routes, policies.routes, dead.routes, pause.routes, assets.routes):
        pages.include_router(part)
    app.include_router(pages)
