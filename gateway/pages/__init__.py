"""The HTTP edge for people: pages rendered here, that work without scripts and read `app.state.database`."""

from fastapi import APIRouter, FastAPI

from gateway.pages import (
    assets,
    costs,
    dead,
    hand_over,
    inbox,
    knowledge,
    pause,
    policies,
    reviewing,
    runs,
    sidebar,
    sign_in,
    tickets,
)


def install(app: FastAPI) -> None:
    """All pages. The application has the open database in `state.database` and its accounts in `state.accounts`."""
    pages = APIRouter(include_in_schema=False)
    plain = (inbox, runs, tickets, costs, policies, knowledge, dead, pause, sidebar, sign_in, hand_over, assets)
    for part in (*reviewing.ROUTES, *(module.routes for module in plain)):
        pages.include_router(part)
    app.include_router(pages)
