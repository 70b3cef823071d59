"""What one HTTP call promises, shown over a real line: bounded in time and size, quiet about secrets."""

import asyncio
import gzip
import socket
import time

import pytest

from connectors import leaving
from connectors.errors import (
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.http import HttpClient
from tests.connectors.loopback import Loopback, answers, http_answer

SECRET = "a-token-that-nobody-may-see"


class TooLate(Exception):
    """What another process has taken over is not this one's to write."""


class TestReading:
    async def test_a_read_returns_the_document_and_shows_its_credentials(self) -> None:
        async with Loopback(answers(http_answer(body={"id": 12345678901234567890}))) as server:
            found = await server.client().get("/tickets/1", params={"page[size]": "100"})

        assert found == {"id": 12345678901234567890}
        assert server.requests[0].startswith(b"GET /tickets/1?page%5Bsize%5D=100 ")
        assert f"Bearer {SECRET}".encode() in server.requests[0]

    async def test_a_read_is_tried_again_after_a_short_fault(self) -> None:
        async with Loopback(answers(http_answer(502), http_answer(503), http_answer(body=[]))) as server:
            assert await server.client().get("/x") == []

        assert len(server.requests) == 3

    async def test_reads_give_up_within_two_seconds(self) -> None:
        async with Loopback(answers(http_answer(503))) as server:
            began = time.monotonic()
            with pytest.raises(Unavailable):
                await server.client().get("/x")

        assert time.monotonic() - began < 5

    async def test_a_named_wait_of_a_second_is_kept(self) -> None:
        async with Loopback(answers(http_answer(503, headers={"retry-after": "1"}), http_answer(body=[]))) as server:
            began = time.monotonic()
            await server.client().get("/x")

        assert time.monotonic() - began >= 1

    async def test_a_longer_wait_is_left_to_the_caller(self) -> None:
        async with Loopback(answers(http_answer(429, headers={"retry-after": "30"}))) as server:
            with pytest.raises(RateLimited) as caught:
                await server.client().get("/x")

        assert caught.value.retry_after == 30
        assert len(server.requests) == 1


async def test_a_read_may_be_told_more_in_a_header() -> None:
    async with Loopback(answers(http_answer(503), http_answer(200, b"[]", {"X-Total-Count": "17"}))) as server:
        body, headers = await server.client().get_and_hear("/rows")

    assert (body, headers.get("x-total-count")) == ([], "17")


class TestWriting:
    async def test_a_write_may_be_told_what_it_made_in_a_header(self) -> None:
        async with Loopback(answers(http_answer(201, b"", {"Resource-ID": "17"}))) as server:
            body, headers = await server.client().send_and_hear("POST", "/threads", json={})

        assert (body, headers.get("resource-id")) == (None, "17")

    async def test_a_write_is_tried_once_and_may_be_stored(self) -> None:
        async with Loopback(answers(http_answer(500))) as server:
            with pytest.raises(Unavailable) as caught:
                await server.client().send("PUT", "/tickets/1", json={"a": 1})

        assert caught.value.may_be_stored
        assert len(server.requests) == 1

    async def test_a_write_whose_line_dies_may_be_stored(self) -> None:
        async with Loopback(answers(b"")) as server:
            with pytest.raises(Unavailable) as caught:
                await server.client().send("PUT", "/tickets/1", json={"a": 1})

        assert caught.value.may_be_stored

    async def test_a_write_is_asked_about_once_more_when_its_connection_stands(self) -> None:
        async with Loopback(answers(http_answer(200))) as server:
            asked: list[int] = []

            async def may_it() -> None:
                asked.append(server.connections)
                if len(asked) == 2:
                    raise TooLate

            with leaving.asked(may_it), pytest.raises(TooLate):
                await server.client().send("PUT", "/tickets/1", json={"a": 1})
            with leaving.asked(may_it):
                await server.client().get("/tickets/1")

        assert asked == [0, 1]
        assert [request[:4] for request in server.requests] == [b"GET "]

    async def test_a_write_that_never_connected_is_not_stored(self) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            client = HttpClient(f"http://127.0.0.1:{bound.getsockname()[1]}", allow_private_network=True)
            with pytest.raises(Unavailable) as caught:
                await client.send("PUT", "/tickets/1", json={})
            await client.close()

        assert not caught.value.may_be_stored

    async def test_a_write_with_an_endless_answer_may_be_stored(self) -> None:
        async with Loopback(answers(bomb())) as server:
            with pytest.raises(Unavailable) as caught:
                await server.client().send("PUT", "/tickets/1", json={})

        assert caught.value.may_be_stored


class TestBounds:
    async def test_an_answer_in_drips_ends_at_the_deadline(self) -> None:
        async with Loopback(drips) as server:
            began = time.monotonic()
            with pytest.raises(Unavailable, match="within"):
                await server.client(deadline=0.5).send("GET", "/x")

        assert time.monotonic() - began < 5  # the drips would last much longer

    async def test_a_packed_answer_is_unpacked(self) -> None:
        packed = http_answer(body=gzip.compress(b'{"a": "\xc3\xa4"}'), headers={"content-encoding": "gzip"})
        async with Loopback(answers(packed)) as server:
            assert await server.client().get("/x") == {"a": "ä"}

        assert b"accept-encoding: gzip\r\n" in server.requests[0].lower()

    async def test_a_decompression_bomb_is_refused(self) -> None:
        async with Loopback(answers(bomb())) as server:
            with pytest.raises(Rejected, match="longer than"):
                await server.client().get("/x")

    async def test_a_packing_that_was_not_asked_for_is_refused(self) -> None:
        async with Loopback(answers(http_answer(body=b"\x0b\x02\x80", headers={"content-encoding": "br"}))) as server:
            with pytest.raises(Rejected, match="not asked for"):
                await server.client().get("/x")

    @pytest.mark.parametrize("body", [b"<html>Sign in</html>", b'{"cut": "he', b"[" * 200_000, b"\xff"])
    async def test_an_answer_that_is_not_json_is_unavailable(self, body: bytes) -> None:
        async with Loopback(answers(http_answer(body=body))) as server:
            with pytest.raises(Unavailable):
                await server.client().send("GET", "/x")

    async def test_packing_that_is_cut_off_is_unavailable(self) -> None:
        cut = http_answer(body=gzip.compress(b"[1, 2, 3]" * 99)[:-9], headers={"content-encoding": "gzip"})
        async with Loopback(answers(cut)) as server:
            with pytest.raises(Unavailable):
                await server.client().send("GET", "/x")


def bomb() -> bytes:
    """64 MB of nothing in 64 kB."""
    return http_answer(body=gzip.compress(bytes(64 * 1024 * 1024), 9), headers={"content-encoding": "gzip"})


async def drips(request: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n[")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def test_a_write_is_not_sent_again_when_an_open_line_dies_under_it() -> None:
    """A client that repeats what is idempotent by the book would write twice where a help desk is not."""

    async def dies_at_the_second(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            seen.append(head + await reader.readexactly(2))
            if len(seen) == 1:
                writer.write(http_answer(body=[]).replace(b"connection: close\r\n", b""))
        writer.close()

    seen: list[bytes] = []
    server = await asyncio.start_server(dies_at_the_second, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = HttpClient(f"http://127.0.0.1:{port}", allow_private_network=True)
    await client.send("PUT", "/tickets/1", json={})

    with pytest.raises(Unavailable) as caught:
        await client.send("PUT", "/tickets/1", json={})

    assert caught.value.may_be_stored
    assert len(seen) == 2
    await client.close()
    server.close()
