"""A server on loopback that answers with exactly the bytes, and the pauses, that a test scripts."""

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from connectors.http import HttpClient

SECRET = "a-token-that-nobody-may-see"
Script = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Loopback:
    """`async with Loopback(script) as server:`; `server.requests` are the heads and bodies that arrived."""

    def __init__(self, script: Script, host: str = "127.0.0.1", *, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self._script = script
        self._clients: list[HttpClient] = []
        self._tls = tls
        self._host = host

    async def __aenter__(self) -> "Loopback":
        self._server = await asyncio.start_server(self._serve, self._host, 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.close()
        self._server.close()

    def client(self, url: str = "", **options: Any) -> HttpClient:
        """A client of this server, closed with it; `url` where it should not go here."""
        usual: dict[str, Any] = {"headers": {"Authorization": f"Bearer {SECRET}"}, "allow_private_network": True}
        self._clients.append(HttpClient(url or self.url, **{**usual, **options}))
        return self._clients[-1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            named = re.search(rb"content-length: *([0-9]+)", head.lower())
            length = int(named[1]) if named else 0
            self.requests.append(head + await reader.readexactly(length))
            await self._script(self.requests[-1], writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went away: some tests want that
        finally:
            writer.close()


def answers(*replies: bytes) -> Script:
    """One after the other; the last one for ever."""
    left = list(replies)

    async def script(request: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()

    return script


def http_answer(status: int = 200, body: Any = None, headers: dict[str, str] | None = None) -> bytes:
    """A whole answer; `body` is bytes, or a document for JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(content)}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
