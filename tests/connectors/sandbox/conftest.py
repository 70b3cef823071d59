"""A desk of two brands: in this process for most tests, behind a real port for those about the line."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from connectors.sandbox.desk import Brand, DeskSettings, create_desk
from connectors.sandbox.desk.tickets import Happening
from connectors.sandbox.desk.webhooks import Webhooks

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()


class Unsent(Webhooks):
    """Keeps what would be told, for tests that are not about telling."""

    def __init__(self) -> None:
        super().__init__(())
        self.told: list[tuple[str, Happening]] = []

    def tell(self, brand: Brand, happening: Happening) -> None:
        self.told.append((brand.name, happening))


@pytest.fixture
def unsent() -> Unsent:
    return Unsent()


@pytest.fixture
def desk(unsent: Unsent) -> FastAPI:
    brands = (Brand("parcels", "agents-p", "bot-p"), Brand("bank", "agents-b", "bot-b"))
    return create_desk(DeskSettings(brands, hosts=("desk.example",)), unsent)


class Caller:
    """One token's view of the API."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self._client = client
        self._headers = {"authorization": f"Bearer {token}"}

    async def __call__(self, method: str, path: str, status: int = 200, **kwargs: Any) -> Any:
        answer = await self._client.request(method, path, headers=self._headers, **kwargs)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def opens(self, subject: str = "Parcel late", body: str = "Where is it?", **kwargs: Any) -> str:
        """A new ticket's id."""
        new = {"subject": subject, "requester": {"name": "Marta", "email": "marta@example.net"}, "body": body, **kwargs}
        ticket = await self("POST", "/api/tickets", 201, json=new)
        return str(ticket["id"])


@pytest.fixture
async def browser(desk: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The desk's pages, without a token."""
    transport = httpx.ASGITransport(desk, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example") as client:
        yield client


@pytest.fixture
def agents(browser: httpx.AsyncClient) -> Caller:
    return Caller(browser, "agents-p")


@pytest.fixture
def bot(browser: httpx.AsyncClient) -> Caller:
    return Caller(browser, "bot-p")


@pytest.fixture
def other_bot(browser: httpx.AsyncClient) -> Caller:
    return Caller(browser, "bot-b")


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds, at most five seconds."""
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within five seconds")


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """An application behind a real port of loopback; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
