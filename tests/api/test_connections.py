"""Connections that drip or say nothing are closed, and everybody else is served meanwhile."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from gateway.api.connections import LARGEST_HEAD, Crowd

REQUEST = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"
BEGUN = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n"
WITHIN = 0.4  # seconds


class Server:
    """A server with room for five, and how often it turned somebody away."""

    def __init__(self, port: int, turned: list[str]) -> None:
        self.port = port
        self.turned = turned

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def served(self) -> bool:
        reader, writer = await self.open()
        writer.write(REQUEST)
        answer = await asyncio.wait_for(reader.read(15), 20)
        writer.close()
        return answer.startswith(b"HTTP/1.1 200")


async def app(scope: dict[str, object], receive: object, send: object) -> None:
    """Answers at once, and reads no body."""
    assert callable(send)
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    turned: list[str] = []
    crowd = Crowd(5, turned.append, head_within=WITHIN, body_within=WITHIN)
    config = uvicorn.Config(
        app, http=crowd.protocol, lifespan="off", log_config=None, timeout_keep_alive=30  # type: ignore[arg-type]
    )  # fmt: skip
    running = uvicorn.Server(config)
    running.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(running.serve(sockets=[listener]))
    while not running.started:  # noqa: ASYNC110  (the server tells it in no other way)
        await asyncio.sleep(0.01)
    yield Server(listener.getsockname()[1], turned)
    running.should_exit = True
    await task


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What came until the other side hung up."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), 20)
    return b""


@pytest.mark.parametrize("beginning", [b"", b"\r\n", b"GET /aa", b"GET / HTTP/1.1\r\nx-a: aa"], ids=range(4))
async def test_a_head_that_drips_or_never_comes_ends_the_connection(server: Server, beginning: bytes) -> None:
    reader, writer = await server.open()

    async def drip() -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(beginning[-2:])
                await writer.drain()
                await asyncio.sleep(0.02)

    writer.write(beginning)
    dripping = asyncio.create_task(drip())
    assert await ended(reader) == b""
    dripping.cancel()
    writer.close()

    assert server.turned == ["too_slow"]


async def test_a_second_head_that_drips_ends_the_connection_too(server: Server) -> None:
    reader, writer = await server.open()
    writer.write(REQUEST)
    assert await reader.readuntil(b"\r\n\r\n")

    writer.write(b"GET /")
    assert await ended(reader) == b""
    writer.close()

    assert server.turned == ["too_slow"]


async def test_a_body_that_drips_after_the_answer_ends_the_connection(server: Server) -> None:
    reader, writer = await server.open()
    writer.write(BEGUN)

    assert (await ended(reader)).startswith(b"HTTP/1.1 200")
    writer.close()
    assert server.turned == ["too_slow"]


async def test_a_head_without_an_end_is_refused(server: Server) -> None:
    reader, writer = await server.open()
    writer.write(b"GET / HTTP/1.1\r\nx-a: " + b"a" * (LARGEST_HEAD + 1))

    assert (await ended(reader)).startswith(b"HTTP/1.1 431")
    writer.close()


async def test_what_trails_a_body_is_not_kept(server: Server) -> None:
    reader, writer = await server.open()
    writer.write(
        b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-b: b\r\n\r\n" + REQUEST
    )

    assert await reader.readuntil(b"\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize("beginning", [b"", b"GET / HT", REQUEST, BEGUN], ids=["silent", "head", "idle", "body"])
async def test_a_crowd_of_slow_connections_leaves_others_served(server: Server, beginning: bytes) -> None:
    crowd = [await server.open() for _ in range(5)]
    for _, writer in crowd:
        writer.write(beginning)
    await asyncio.sleep(0.1)

    assert all([await server.served() for _ in range(8)])
    assert "connections" in server.turned
    for _, writer in crowd:
        writer.close()


async def test_who_waits_for_a_next_request_stays_while_others_drip(server: Server) -> None:
    reader, writer = await server.open()
    writer.write(REQUEST)
    assert await reader.readuntil(b"\r\n\r\n")
    crowd = [await server.open() for _ in range(7)]
    await asyncio.sleep(0.1)

    writer.write(REQUEST)
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    for _, slow in [(reader, writer), *crowd]:
        slow.close()
