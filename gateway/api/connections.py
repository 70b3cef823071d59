"""Connections are bounded in number, in how long a request may take to arrive, and in how large its head may be.

Whoever sends a byte a second, or nothing, would else hold a connection for ever. Where there are too many, the one
whose request has been on its way for longest makes room, of the address that has most of them: an honest one is on its
way for milliseconds. Only where there is none, one that waits for a next request does.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from gateway.telemetry import connections

LARGEST_HEAD = 64 * 1024  # bytes
TOO_LARGE_HEAD = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Crowd:
    """The connections of one process. `turned` is told why one was closed. Seconds that a head may take to arrive, and
    a body after it; the gate answers a slow body before that."""

    def __init__(
        self, most: int, turned: Callable[[str], None], *, head_within: float = 10.0, body_within: float = 15.0
    ) -> None:
        self.head_within = head_within
        self.body_within = body_within
        self._most = most
        self._turned = turned
        self._open: set[Bounded] = set()
        self._arriving: dict[Bounded, None] = {}  # the longest first, here and below
        self._idle: dict[Bounded, None] = {}

    def protocol(self, *arguments: Any, **named: Any) -> "Bounded":
        """What the server makes of a new connection."""
        return Bounded(self, *arguments, **named)

    def enters(self, one: "Bounded") -> bool:
        if len(self._open) >= self._most:
            self._turned("connections")
            longest = self._makes_room()
            if longest is None:
                return False
            longest.give_up()
            self.leaves(longest)
        self._open.add(one)
        connections.set(len(self._open))
        return True

    def _makes_room(self) -> "Bounded | None":
        """Of the address with the most connections, if it is one that only begins."""
        addresses = Counter(one.address for one in self._open)
        most = addresses.most_common(1)[0][0] if addresses else None
        beginning = next((one for one in self._arriving if one.address == most), None)
        return beginning or next(iter(self._arriving or self._idle), None)

    def arrives(self, one: "Bounded") -> None:
        """Its request begins to arrive."""
        self._idle.pop(one, None)
        self._arriving[one] = None

    def arrived(self, one: "Bounded") -> None:
        self._arriving.pop(one, None)

    def idles(self, one: "Bounded") -> None:
        """It was answered, and may ask again."""
        if one not in self._arriving:
            self._idle[one] = None

    def leaves(self, one: "Bounded") -> None:
        self._open.discard(one)
        self._arriving.pop(one, None)
        self._idle.pop(one, None)
        connections.set(len(self._open))

    def too_slow(self) -> None:
        self._turned("too_slow")


class Bounded(HttpToolsProtocol):
    """One connection."""

    def __init__(self, crowd: Crowd, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._crowd = crowd
        self._timer: asyncio.TimerHandle | None = None
        self.address = ""
        self._head = 0  # bytes of a head that is not complete
        self._in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        if self._crowd.enters(self):
            self._awaits(self._crowd.head_within)
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._rests()
        self._crowd.leaves(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            if self._timer is None:
                self._awaits(self._crowd.head_within)
            self._head += len(data)
        super().data_received(data)
        if self._head > LARGEST_HEAD and not self._in_body and not self.transport.is_closing():
            self.transport.write(TOO_LARGE_HEAD)
            self.transport.close()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:  # what trails a body is nothing that anybody reads
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._head, self._in_body = 0, True
        self._awaits(self._crowd.body_within)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._head, self._in_body = 0, False
        self._rests()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._crowd.idles(self)

    def give_up(self) -> None:
        self._rests()
        self.transport.abort()

    def _awaits(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        else:
            self._crowd.arrives(self)
        self._timer = self.loop.call_later(seconds, self._too_slow)

    def _rests(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
            self._crowd.arrived(self)

    def _too_slow(self) -> None:
        self._crowd.too_slow()
        self.give_up()
