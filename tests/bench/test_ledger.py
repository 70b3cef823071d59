"""The bench of the ledger finds nothing where all is well, and a single token where it is not."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bench.ledger import Bench
from gateway.demo.stub_model import make_app

CALLED = 25  # a draft of each kind of behaviour
LIAR = "stub-markdown:9-1"


class OneTokenMore:
    """A provider that tells one token more than it counts, of one model: 105 where it was 104."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            body = message.get("body", b"")
            if LIAR.encode() in body and b"prompt_tokens" in body:
                before, name, after = body.partition(b'"prompt_tokens": ')
                digits = after.split(b",", 1)[0]
                told = str(int(digits) + 1).zfill(len(digits)).encode()
                message = {**message, "body": before + name + told + after[len(digits) :]}
            await send(message)

        await self._app(scope, receive, sending if scope["path"].endswith("/completions") else send)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A stub over real HTTP, which lies where the test asks for it."""
    app: ASGIApp = OneTokenMore(make_app()) if getattr(request, "param", False) else make_app()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_the_ledger_is_what_the_stub_counted_and_a_budget_is_never_overshot(url: str, database_url: str) -> None:
    bench = Bench(database_url, url)

    assert bench.calls(100, None) == []
    assert bench.budget("budget") == []
    with psycopg.connect(database_url) as connection:
        made = connection.execute("select count(*) from attempt where account = 'bench'").fetchone()
    assert made is not None
    assert made[0] >= 100


@pytest.mark.parametrize("url", [True], indirect=True)
def test_a_provider_that_lies_by_one_token_is_found(url: str, database_url: str) -> None:
    (found,) = Bench(database_url, url).calls(CALLED, None)

    assert found.startswith(f"{LIAR}: ")
