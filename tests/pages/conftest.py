"""A web process with the pages and nothing else, on a real database."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from gateway import pages
from gateway.api import problems
from gateway.store.database import Database

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture
async def browser(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database = database
    app.state.accounts = {"acme": "Acme", "acme-auto": "Acme, automatic"}
    problems.install(app)
    pages.install(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=BROWSER) as client:
        yield client
