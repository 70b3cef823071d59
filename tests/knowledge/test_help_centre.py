"""A help centre as a source, with the sandbox's desk at the other end of the line."""

import base64
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from connectors.contract import Account
from connectors.sandbox.connector import SandboxConnector
from connectors.sandbox.desk import Brand, DeskSettings, create_desk
from gateway.knowledge import Defaults
from gateway.knowledge.sources import Declared, HelpCentre
from gateway.knowledge.sync import Librarian
from gateway.store import knowledge
from gateway.store.database import Database

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def desk() -> Iterator[str]:
    """The address of a help desk."""
    brand = Brand("demo", "agents-token", "the-bots-token", "http://127.0.0.1:1/webhooks/demo", SECRET)
    app = create_desk(DeskSettings((brand,), hosts=("127.0.0.1",)))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def put(desk: str, title: str, body: str, *, public: bool = True) -> None:
    answer = httpx.post(
        f"{desk}/api/articles",
        json={"title": title, "body": body, "public": public},
        headers={"Authorization": "Bearer agents-token"},
    )
    answer.raise_for_status()


async def test_articles_come_by_the_connector_with_who_may_read_them(desk: str, database: Database) -> None:
    put(desk, "Returns", "Send it back within 30 days.")
    put(desk, "Limits", "Refund up to 100 EUR.", public=False)
    account = Account(
        "demo", desk, {"webhook_secret": SECRET, "api_token": "the-bots-token"}, allow_private_network=True
    )
    connector = SandboxConnector.connect(account)
    defaults = Defaults("centre", "en", owner="Content")
    keeper = Librarian(
        database, [Declared(defaults, "content@example.com", "account demo", HelpCentre(connector, defaults))]
    )
    await keeper.begin()
    (first,) = await keeper.take_turn()
    put(desk, "Delivery", "A parcel takes two days.")
    (second,) = await keeper.sync(whole=False)
    await connector.close()

    assert (first.error, first.read, first.whole) == (None, 2, True)
    assert (second.error, second.whole) == (None, False)
    kept = {row["title"]: row["audience"] for row in await knowledge.articles(database)}
    assert kept == {"Returns": "public", "Limits": "internal", "Delivery": "public"}
