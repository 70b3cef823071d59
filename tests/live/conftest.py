"""One Request Tracker for all live tests of a session. They run with `make test-live`, and are skipped otherwise."""

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import Account
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.live.rt_house import RequestTrackerHouse
from tests.live.rt_server import CannotInstall, RequestTracker, install

SECRET = "whsec_" + "Y291bnRlcnNpZ24gbGl2ZSB0ZXN0cyBzZWNyZXQgMzI="


@pytest.fixture(scope="session")
def rt() -> Iterator[RequestTracker]:
    if not os.environ.get("COUNTERSIGN_LIVE"):
        pytest.skip("a live server is started only by `make test-live`")
    try:
        install()
    except CannotInstall as why:
        pytest.skip(f"no live server: {why}")
    server = RequestTracker("acme", SECRET)
    try:
        yield server.start()
    finally:
        server.stop()


def account(rt: RequestTracker, user: str = "countersign", **options: Any) -> Account:
    """The account as `countersign.yaml` would describe it, signed in as one of the seeded users."""
    usual = {"user": user, "queues": ["Support", "Tier 2"], "tags_field": "Tags", "articles": {"FAQ": "public"}}
    secrets = {"api_token": rt.tokens[user], "webhook_secret": SECRET}
    return Account("acme", rt.base_url, secrets, {**usual, **options}, allow_private_network=True)


@pytest.fixture
async def connector(rt: RequestTracker) -> AsyncIterator[RequestTrackerConnector]:
    connector = RequestTrackerConnector.connect(account(rt))
    yield connector
    await connector.close()


@pytest.fixture
async def connected(rt: RequestTracker) -> AsyncIterator[Callable[..., RequestTrackerConnector]]:
    """A connector signed in as another user, or with other options."""
    opened: list[RequestTrackerConnector] = []

    def connect(user: str, **options: Any) -> RequestTrackerConnector:
        opened.append(RequestTrackerConnector.connect(account(rt, user, **options)))
        return opened[-1]

    yield connect
    for one in opened:
        await one.close()


@pytest.fixture
async def ticket_id(rt: RequestTracker, connector: RequestTrackerConnector) -> str:
    """A new ticket that Rita wrote by mail, with a file."""
    _, cursor = await connector.poll(None)
    await asyncio.to_thread(
        rt.mail_in,
        "rita@customer.example",
        "Parcel late",
        "Grüße, when does my parcel arrive? 👩‍👩‍👧\nRita",
        b"%PDF-1.4 receipt",
    )
    events, _ = await connector.poll(cursor)
    return next(event.ticket_id for event in reversed(events) if event.kind == "ticket_created")


@pytest.fixture(scope="module")
def housed(
    rt: RequestTracker, tmp_path_factory: pytest.TempPathFactory, module_database_url: str
) -> Iterator[Callable[..., RequestTrackerHouse]]:
    """The gateway in its own processes, with RT as its only account, whose entry may say more."""
    built: list[RequestTrackerHouse] = []

    def start(*, webhook: bool = True, **entry: Any) -> RequestTrackerHouse:
        folder = Path(tmp_path_factory.mktemp("house"))
        known = account(rt)
        secrets = {role: value for role, value in known.secrets.items() if webhook or role != "webhook_secret"}
        signed_in = dataclasses.replace(known, secrets=secrets)
        built.append(RequestTrackerHouse(folder, module_database_url, rt, signed_in, **entry))
        built[-1].start_web()
        built[-1].start_worker()
        return built[-1]

    try:
        yield start
    finally:
        for house in built:
            house.stop()


@pytest.fixture
def rented(rt: RequestTracker, database_url: str) -> Callable[[Path, str], RequestTrackerHouse]:
    """The files of an installation that signs in as another user. None of its processes runs."""
    return lambda folder, user: RequestTrackerHouse(folder, database_url, rt, account(rt, user))
