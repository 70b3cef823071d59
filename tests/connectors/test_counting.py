"""Calls to a help desk are counted for the work that makes them."""

import asyncio

import httpx
import pytest
import respx

from connectors.counting import Calls, counted
from connectors.errors import Unavailable
from connectors.http import HttpClient

DESK = "https://desk.example.com"


async def test_every_call_is_counted_also_repeats_and_failures_and_those_of_tasks() -> None:
    client, calls = HttpClient(DESK), Calls()
    with respx.mock(base_url=DESK) as desk:
        desk.get("/good").mock(return_value=httpx.Response(200, json={}))
        desk.post("/bad").mock(return_value=httpx.Response(503))
        desk.get("/shaky").mock(side_effect=[httpx.Response(503), httpx.Response(200, json={})])
        await client.get("/good")  # nobody counts yet
        with counted(calls):
            await asyncio.gather(client.get("/good"), client.get("/shaky"))
            with pytest.raises(Unavailable):
                await client.send("POST", "/bad")
        await client.get("/good")
    await client.close()

    assert calls.made == 4


async def test_two_pieces_of_work_at_once_count_their_own() -> None:
    client = HttpClient(DESK)

    async def work(times: int) -> int:
        calls = Calls()
        with counted(calls):
            for _ in range(times):
                await client.get("/good")
                await asyncio.sleep(0)
        return calls.made

    with respx.mock(base_url=DESK) as desk:
        desk.get("/good").mock(return_value=httpx.Response(200, json={}))
        assert await asyncio.gather(work(2), work(5)) == [2, 5]
    await client.close()
