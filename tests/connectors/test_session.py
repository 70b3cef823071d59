"""A session signs in once, again when it must, and never takes a refused write for a stored one."""

import asyncio
import json

import pytest

from connectors.errors import AuthFailed, Rejected, Unavailable
from connectors.session import Session
from tests.connectors.loopback import Loopback, answers, http_answer

TOKEN = http_answer(body={"access_token": "first-token", "token_type": "bearer", "expires_in": 7200})
OTHER = http_answer(body={"access_token": "second-token"})
ENDED = http_answer(401, {"error": "invalid_token"})
DONE = http_answer(body={"done": True})


def session(server: Loopback) -> Session:
    return Session(server.client(headers={}), "/oauth2/token", "app", "a-secret-that-nobody-may-see")


def asked(server: Loopback) -> list[str]:
    return [head.split(b" HTTP")[0].decode() for head in server.requests]


async def test_token_is_asked_for_once_and_shown_with_each_call() -> None:
    async with Loopback(answers(TOKEN, DONE)) as server:
        one = session(server)
        assert await one.get("/tickets", {"page": "1"}) == {"done": True}
        await one.send("PUT", "/tickets/1", json={})

    assert asked(server) == ["POST /oauth2/token", "GET /tickets?page=1", "PUT /tickets/1"]
    assert b"grant_type=client_credentials&client_id=app&client_secret=a-secret" in server.requests[0]
    assert all(b"authorization: bearer first-token" in head.lower() for head in server.requests[1:])


async def test_call_is_repeated_with_a_new_token_when_the_old_one_has_ended() -> None:
    async with Loopback(answers(TOKEN, ENDED, OTHER, DONE)) as server:
        body, _ = await session(server).send_and_hear("POST", "/tickets", json={"a": 1})

    assert body == {"done": True}
    assert asked(server) == ["POST /oauth2/token", "POST /tickets", "POST /oauth2/token", "POST /tickets"]
    assert b"second-token" in server.requests[-1]
    assert json.loads(server.requests[-1].split(b"\r\n\r\n")[1]) == {"a": 1}


async def test_token_that_is_refused_at_once_is_not_tried_for_ever() -> None:
    async with Loopback(answers(TOKEN, ENDED, OTHER, ENDED)) as server:
        with pytest.raises(AuthFailed):
            await session(server).get("/tickets")

    assert len(server.requests) == 4


async def test_missing_right_asks_for_no_new_token() -> None:
    async with Loopback(answers(TOKEN, http_answer(403, {}))) as server:
        with pytest.raises(AuthFailed):
            await session(server).get("/tickets")

    assert len(server.requests) == 2


async def test_calls_at_the_same_time_sign_in_together() -> None:
    async with Loopback(answers(TOKEN, DONE)) as server:
        one = session(server)
        await asyncio.gather(*(one.get("/x") for _ in range(4)))

    assert asked(server).count("POST /oauth2/token") == 1


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_wrong_secret_is_told_as_such_and_not_told(status: int) -> None:
    async with Loopback(answers(http_answer(status, {"error": "invalid_client"}))) as server:
        with pytest.raises(AuthFailed) as caught:
            await session(server).get("/x")

    assert "invalid_client" in str(caught.value)
    assert "nobody-may-see" not in str(caught.value)


@pytest.mark.parametrize(
    "answer", [http_answer(500, {}), http_answer(body={"surprise": 1}), http_answer(body=b"<html>")]
)
async def test_write_that_could_not_sign_in_is_not_stored(answer: bytes) -> None:
    async with Loopback(answers(answer)) as server:
        with pytest.raises(Unavailable) as caught:
            await session(server).send("POST", "/x", json={})

    assert not caught.value.may_be_stored


async def test_address_that_leads_elsewhere_is_no_matter_of_credentials() -> None:
    async with Loopback(answers(http_answer(302, b"", {"location": "https://elsewhere.example/"}))) as server:
        with pytest.raises(Rejected):
            await session(server).get("/x")
