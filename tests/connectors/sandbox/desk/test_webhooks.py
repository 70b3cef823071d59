"""The desk's webhooks, over real loopback HTTP: signed, thin, and sent again until they are accepted."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors import contract
from connectors.sandbox.desk import Brand, DeskSettings, create_desk
from connectors.sandbox.desk.webhooks import Delivery, Webhooks
from connectors.signatures import standard_webhooks
from tests.connectors.sandbox.conftest import OTHER_SECRET, SECRET, Caller, eventually, served


@dataclass
class Gateway:
    """An endpoint that answers what a test wants, then 202 for ever."""

    answers: list[Response] = field(default_factory=list)
    received: list[tuple[str, contract.Request]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = HttpRequest(scope, receive)
        headers = [(name, value) for name, value in request.headers.items()]
        told = contract.Request(headers, await request.body(), datetime.now(UTC))
        self.received.append((request.url.path, told))
        answer = self.answers.pop(0) if self.answers else Response(status_code=202)
        await answer(scope, receive, send)

    async def gets(self, number: int) -> list[contract.Request]:
        await eventually(lambda: len(self.received) >= number)
        return [request for _, request in self.received]


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def desk(gateway: Gateway) -> AsyncIterator[FastAPI]:
    async with served(gateway) as url:
        brands = (
            Brand("parcels", "agents-p", "bot-p", f"{url}/webhooks/parcels", SECRET),
            Brand("bank", "agents-b", "bot-b", f"{url}/webhooks/bank", OTHER_SECRET),
        )
        yield create_desk(DeskSettings(brands, retry_after=(0.05, 0.05, 0.05)))


@pytest.fixture
async def line(desk: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with served(desk) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


def newest(desk: FastAPI) -> Delivery:
    webhooks: Webhooks = desk.state.webhooks
    return webhooks.deliveries[-1]


async def test_delivery_is_authentic_thin_and_names_who_did_it(line: httpx.AsyncClient, gateway: Gateway) -> None:
    await Caller(line, "agents-p").opens(body="My secret sorrow")

    [request] = await gateway.gets(1)

    assert standard_webhooks(request, [SECRET]).startswith("msg_")
    data = json.loads(request.body)["data"]
    assert data["actor"]["type"] == data["message"]["author"]["type"] == "requester"
    assert b"sorrow" not in request.body
    assert b"marta" not in request.body.lower()


async def test_each_brand_has_its_own_endpoint_and_secret(line: httpx.AsyncClient, gateway: Gateway) -> None:
    await Caller(line, "agents-p").opens()
    await gateway.gets(1)
    await Caller(line, "agents-b").opens()
    await gateway.gets(2)

    (first_path, first), (second_path, second) = gateway.received
    assert (first_path, second_path) == ("/webhooks/parcels", "/webhooks/bank")
    assert standard_webhooks(first, [SECRET]) != standard_webhooks(second, [OTHER_SECRET])


async def test_refused_delivery_comes_again_under_the_same_id(
    line: httpx.AsyncClient, gateway: Gateway, desk: FastAPI
) -> None:
    gateway.answers = [Response(status_code=500), Response(status_code=302, headers={"location": "/elsewhere"})]
    agents = Caller(line, "agents-p")
    await agents.opens()

    requests = await gateway.gets(3)

    assert len({standard_webhooks(request, [SECRET]) for request in requests}) == 1
    assert {path for path, _ in gateway.received} == {"/webhooks/parcels"}
    await eventually(lambda: newest(desk).state != "waiting")
    [told] = (await agents("GET", "/control/deliveries"))["data"]
    assert (told["state"], told["outcomes"]) == ("delivered", ["500", "302", "accepted"])


async def test_retry_after_is_honoured(line: httpx.AsyncClient, gateway: Gateway) -> None:
    gateway.answers = [Response(status_code=429, headers={"retry-after": "1"})]
    await Caller(line, "agents-p").opens()

    first, second = await gateway.gets(2)

    assert (second.received_at - first.received_at).total_seconds() >= 1
    stamps = [int(request.header("webhook-timestamp") or 0) for request in (first, second)]
    assert stamps[1] > stamps[0]


async def test_endpoint_that_is_gone_is_left_alone(line: httpx.AsyncClient, gateway: Gateway, desk: FastAPI) -> None:
    gateway.answers = [Response(status_code=410)]
    await Caller(line, "agents-p").opens()

    await eventually(lambda: newest(desk).state == "given up")

    assert newest(desk).outcomes == ["410"]
    assert len(gateway.received) == 1


async def test_delivery_that_nobody_accepts_is_given_up_and_can_be_sent_again(
    line: httpx.AsyncClient, gateway: Gateway, desk: FastAPI
) -> None:
    gateway.answers = [Response(status_code=503) for _ in range(4)]
    agents = Caller(line, "agents-p")
    await agents.opens()
    await eventually(lambda: newest(desk).state == "given up")
    [given_up] = (await agents("GET", "/control/deliveries"))["data"]

    await agents("POST", f"/control/deliveries/{given_up['id']}/again", 202)

    again = (await gateway.gets(5))[-1]
    assert given_up["outcomes"] == ["503"] * 4
    assert standard_webhooks(again, [SECRET]) == given_up["id"]


async def test_own_note_and_own_change_are_told_like_everybodys(line: httpx.AsyncClient, gateway: Gateway) -> None:
    ticket = await Caller(line, "agents-p").opens()
    update = {"message": {"body": "A draft", "visibility": "internal", "client_ref": "cs-1"}, "tags_added": ["x"]}
    await Caller(line, "bot-p")("PATCH", f"/api/tickets/{ticket}", json=update)

    told = [json.loads(request.body) for request in (await gateway.gets(3))[1:]]

    assert {delivery["type"] for delivery in told} == {"message.created", "ticket.updated"}
    assert {delivery["data"]["actor"]["type"] for delivery in told} == {"integration"}
    [message] = [delivery["data"]["message"] for delivery in told if "message" in delivery["data"]]
    assert (message["client_ref"], message["visibility"]) == ("cs-1", "internal")
