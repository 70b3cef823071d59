"""A web process with the pages and nothing else, on a real database."""

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import pages
from gateway.access.cookies import Cookies
from gateway.access.people import Declared, Group, People
from gateway.access.sessions import Signer
from gateway.access.visitor import Visitor
from gateway.api import problems
from gateway.ledger.budgets import Budget, Per
from gateway.pages.doors import Door
from gateway.store.database import Database

PEOPLE = People(
    [
        Declared("ann", "Ann Agent", "ann@acme.example", {}, frozenset({"care"})),
        Declared("lea", "Lea Lead", "lea@acme.example", {}, frozenset({"care", "leads"})),
        Declared("else", "Somebody Else", "else@acme.example", {}, frozenset({"others"})),
    ],
    [Group("care", "Care"), Group("leads", "Leads"), Group("others", "Others", accounts=frozenset({"acme-auto"}))],
)
BUDGETS = (
    Budget("everything", "Support", "support@acme.example", Per.MONTH, Decimal("50")),
    Budget("acme-month", "Acme", "acme@acme.example", Per.MONTH, Decimal("0.02"), account="acme"),
    Budget("auto-day", "Automatic", "auto@acme.example", Per.DAY, Decimal("1"), account="acme-auto"),
    Budget("each-ticket", "Support", "support@acme.example", Per.TICKET, Decimal("0.1")),
)
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def door() -> Door:
    return Door(
        PEOPLE, Signer("a key that only the tests use"), Cookies(secure=False), "http://localhost", picker=True,
        framed_by={"acme": "https://acme.desk.example/api"}, acting_links=frozenset({"acme-auto"}),
    )  # fmt: skip


class As:
    """The middleware's place: whoever asks is this visitor."""

    def __init__(self, app: ASGIApp, visitor: Visitor) -> None:
        self._app, self._visitor = app, visitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})["visitor"] = self._visitor
        await self._app(scope, receive, send)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(operator=True)


@pytest.fixture
async def browser(database: Database, visitor: Visitor) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.state.rates = {}
    app.state.budgets = BUDGETS
    app.state.accounts = {"acme": "Acme", "acme-auto": "Acme, automatic"}
    app.state.knowledge = {"help": frozenset({"acme"}), "handbook": frozenset({"acme-auto"})}
    app.state.door = door()
    problems.install(app)
    pages.install(app)
    app.add_middleware(As, visitor=visitor)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=BROWSER) as client:
        yield client
