"""The web process's application behind a socket, with the CPU that each request took, and all of its description."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.app import create_app
from gateway.store.database import Database
from tests.measuring import work
from tests.security.place import TOKEN, built, settings


@dataclass
class Served:
    """`slowest`: the most CPU seconds that one request took, and which one."""

    app: ASGIApp
    url: str = ""
    document: dict[str, Any] = field(default_factory=dict)
    runs: Sequence[int] = ()
    slowest: tuple[float, str] = (0.0, "")
    asked: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {TOKEN}", "origin": self.url}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with work() as took:
            await self.app(scope, receive, send)
            self.slowest = max(self.slowest, (took(), f"{scope['method']} {scope['path'][:200]}"))
        self.asked += 1


@contextmanager
def served(folder: Path, database_url: str) -> Iterator[Served]:
    """The application with rows of two accounts in it, answering as long as the block."""
    app = create_app(settings(folder), database_url)
    made = Served(app, runs=asyncio.run(_runs(app, folder, database_url)), document=whole_document(app))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(made, log_config=None, http="httptools", timeout_graceful_shutdown=2))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield made
        server.should_exit = True
        thread.join(20)


async def _runs(app: Any, folder: Path, database_url: str) -> list[int]:
    database = Database(database_url)
    await database.open()
    place = await built(app, folder, database)
    await database.close()
    return list(place.runs.values())


def whole_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of everything, pages included, which the public one leaves out."""
    described = FastAPI(title="everything")
    for router in _routers(app.router.routes):
        described.include_router(router)
    return described.openapi()


def _routers(routes: Sequence[Any]) -> Iterator[Any]:
    """Routers that hold routes themselves."""
    for route in routes:
        if (included := getattr(route, "original_router", None)) is not None:
            inner = [one for one in included.routes if hasattr(one, "original_router")]
            yield from _routers(inner) if inner else [included]
