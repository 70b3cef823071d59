"""What is too much is turned away before it is read: told so, counted, and nobody else suffers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from gateway.api.gate import Gate, Limits
from gateway.api.pressure import Pressure
from gateway.api.rates import Rates, who
from gateway.store.database import Database
from tests.api.door import LARGEST, body, door, environment, signed

pytestmark = pytest.mark.usefixtures("secrets")


async def deliver(web: httpx.AsyncClient, name: str, **more: Any) -> httpx.Response:
    return await web.post("/webhooks/acme", content=body(), headers=signed(body(), message_id=name, **more))


def told(answer: httpx.Response) -> tuple[int, str, bool]:
    """Status, title, and whether it says when to come again."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["title"], int(answer.headers.get("retry-after", "0")) > 0


async def test_an_account_that_sends_too_often_is_told_when_to_come_again_and_strangers_cannot_use_its_rate_up(
    tmp_path: Path, database: Database
) -> None:
    async with door(environment(tmp_path, account_rate=0.5), database.url) as web:
        strangers = [await deliver(web, f"s{number}", secret="whsec_" + "A" * 44) for number in range(8)]
        answers = [await deliver(web, f"a{number}") for number in range(6)]
        ready = await web.get("/readyz?verbose")
        metrics = await web.get("/metrics")

    assert {answer.status_code for answer in strangers} == {401}
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]
    assert told(answers[-1]) == (429, "Too many requests", True)
    assert "turned away in the last minute: 1 by account_rate" in ready.text
    assert 'countersign_turned_away_total{why="account_rate"}' in metrics.text


async def test_an_address_that_comes_too_often_is_turned_away_and_others_are_not(
    tmp_path: Path, database: Database
) -> None:
    settings = environment(tmp_path, address_rate=0.5, proxies="127.0.0.0/8")
    async with door(settings, database.url) as web:
        from_one = [
            await web.post("/webhooks/nobody", content=b"x", headers={"x-forwarded-for": f"1.2.3.{n}, 203.0.113.5"})
            for n in range(7)
        ]
        of_another = await web.post("/webhooks/nobody", content=b"x", headers={"x-forwarded-for": "203.0.113.6"})
        health = [await web.get("/livez", headers={"x-forwarded-for": "203.0.113.5"}) for _ in range(7)]

    assert [answer.status_code for answer in from_one] == [401] * 5 + [429] * 2
    assert told(from_one[-1]) == (429, "Too many requests", True)
    assert of_another.status_code == 401
    assert {answer.status_code for answer in health} == {200}


async def test_two_thousand_at_once_and_two_hundred_a_second_pass_by_the_defaults() -> None:
    now = 0.0
    rates = Rates(200, clock=lambda: now)
    for number in range(4000):
        now = max(0, number - 1999) / 200
        assert rates.wait("acme") == pytest.approx(0, abs=1e-6)
        rates.came("acme")

    assert rates.wait("acme") == pytest.approx(1 / 200)
    assert rates.wait("other") == 0


def test_only_what_our_own_proxies_say_of_an_address_is_believed() -> None:
    ours = [ip_network("10.0.0.0/8")]
    assert who("203.0.113.5", "198.51.100.1", ours) == "203.0.113.5"
    assert who("10.0.0.1", "198.51.100.1, 203.0.113.5", ours) == "203.0.113.5"
    assert who("10.0.0.1", "198.51.100.1, 203.0.113.5, 10.0.0.2", ours) == "203.0.113.5"
    assert who("10.0.0.1", "nonsense", ours) == "10.0.0.1"
    assert who("10.0.0.1", "", ours) == "10.0.0.1"
    assert who("2001:db8::1", "", ours) == who("2001:db8::2", "", ours) != who("2001:db8:1::1", "", ours)


@pytest.mark.parametrize("account", ["acme", "nobody"])
async def test_what_is_nested_too_deep_is_refused_whoever_sends_it(
    tmp_path: Path, database: Database, account: str
) -> None:
    async with door(environment(tmp_path), database.url) as web:
        for content in (
            b'{"a":' * 65 + b"1" + b"}" * 65,
            b"[" * 4000,
            b'{"a":"\\\\","b":' + b"[" * 64 + b"]" * 64 + b"}",
        ):
            answer = await web.post(f"/webhooks/{account}", content=content, headers=signed(content))
            assert told(answer) == (413, "The delivery is too large", False)
            assert answer.json()["detail"] == "A delivery may be nested 64 deep"
        flat = body(padding='[[[{{{\\"[[' * 50, more=[[]] * 90)
        answer = await web.post("/webhooks/acme", content=flat, headers=signed(flat))
        assert answer.status_code == 202


async def test_a_page_takes_no_body_without_a_length_and_none_that_is_too_large(
    tmp_path: Path, database: Database
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"person=ann"

    async with door(environment(tmp_path), database.url) as web:
        in_pieces = await web.post("/sign-in", content=pieces())
        large = await web.post("/sign-in", content=b"x" * (LARGEST + 1))

    assert told(in_pieces)[0] == 411
    assert told(large)[0] == 413
    assert large.headers["connection"] == "close"


def gate(limits: Limits, at_once: int, app: Callable[[Request], Any]) -> httpx.AsyncClient:
    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await app(Request(scope, receive))
        await Response(status_code=202)(scope, receive, send)

    transport = httpx.ASGITransport(Gate(asgi, limits, {"acme"}, Pressure(at_once)))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost")


async def test_only_so_many_deliveries_are_in_hand_and_those_that_only_begin_take_no_place() -> None:
    finish = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"x"
        await finish.wait()

    async def app(request: Request) -> None:
        await request.body()
        await finish.wait()

    async with gate(Limits(LARGEST, 100, 100), 2, app) as client:
        beginning = [asyncio.create_task(client.post("/webhooks/acme", content=slow())) for _ in range(5)]
        in_hand = [asyncio.create_task(client.post("/webhooks/acme", content=b"x")) for _ in range(2)]
        await asyncio.sleep(0.05)
        refused = await client.post("/webhooks/acme", content=b"x")
        finish.set()
        taken = [answer.status_code for answer in await asyncio.gather(*in_hand)]
        await asyncio.gather(*beginning)
        after = await client.post("/webhooks/acme", content=b"x")

    assert told(refused) == (503, "Too much at once", True)
    assert taken == [202, 202]
    assert after.status_code == 202


async def test_a_body_that_drips_is_given_up() -> None:
    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b"x"
            await asyncio.sleep(0.02)

    async def app(request: Request) -> None:
        await request.body()

    async with gate(Limits(LARGEST, 100, 100, body_within=0.2), 2, app) as client:
        answer = await client.post("/webhooks/acme", content=dripping())

    assert told(answer) == (408, "The request did not arrive in time", False)
    assert answer.headers["connection"] == "close"


async def test_a_client_that_goes_away_in_the_middle_is_no_error() -> None:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Request(scope, receive).body()

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/webhooks/acme", "headers": [], "client": ("127.0.0.1", 1)}
    await Gate(app, Limits(LARGEST, 100, 100), {"acme"}, Pressure(2))(scope, gone, send)

    assert sent == []
