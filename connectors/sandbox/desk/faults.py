"""Trouble on demand: the API refuses, is slow or late, never answers, or loses the answer to a write that it stored.

Worse, because nobody can see it: it stores what it seemed to lose, shows late what it has stored, or forgets it.
"""

import asyncio
import contextlib
import itertools
import json
from collections.abc import Sequence
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal

from pydantic import Field
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.desk.counters import Counters
from connectors.sandbox.desk.shapes import Shape
from connectors.sandbox.desk.tickets import Desk

LONGEST_BODY = 1024 * 1024  # bytes
LONGEST_HANG = 600.0  # seconds


class Trouble(StrEnum):
    RATE_LIMITED = "429"
    UNAVAILABLE = "503"
    BROKEN = "500"
    REJECTED = "422"
    SLOW = "slow"  # answers after `seconds`
    LATE = "late"  # does what was asked at once, and answers after `seconds`
    LOST = "lost"  # does what was asked, then drops the connection
    HANG = "hang"  # does nothing and never answers
    DELAYED = "delayed"  # drops the connection at once, and does what was asked after `seconds`
    FORGETS = "forgets"  # does what was asked, says so, and has no message of it afterwards


class Fault(Shape):
    """One switch. `calls`: for the next so many calls that fit, None for always. `path` is a pattern with `*`.

    `hidden`: seconds in which a message that is stored and whose answer is lost is in no list and in no search."""

    trouble: Trouble
    on: Literal["read", "write", "all"] = "all"
    path: str = Field("*", max_length=200)
    calls: int | None = Field(None, ge=1)
    retry_after: float | None = Field(None, ge=0)
    seconds: float = Field(2.0, ge=0, le=LONGEST_HANG)
    hidden: float = Field(0.0, ge=0)

    def fits(self, method: str, path: str) -> bool:
        kind = "read" if method in ("GET", "HEAD") else "write"
        return self.on in (kind, "all") and fnmatchcase(path, self.path)


class Switches:
    """The faults that are on, in the order in which they were switched on; the first that fits a call is used."""

    def __init__(self) -> None:
        self.on: dict[str, Fault] = {}
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> str:
        number = f"fault-{next(self._ids)}"
        self.on[number] = fault.model_copy()
        return number

    def take(self, method: str, path: str) -> Fault | None:
        for number, fault in self.on.items():
            if fault.fits(method, path):
                if fault.calls is not None:
                    fault.calls -= 1
                    if not fault.calls:
                        del self.on[number]
                return fault
        return None


class FaultyLine:
    """Stands before `/api` and plays the faults. Counts what arrives, bounded in size."""

    def __init__(self, app: ASGIApp, switches: Switches, counters: Counters, desk: Desk) -> None:
        self._app, self._switches, self._counters, self._desk = app, switches, counters, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        body = await _body(receive)
        if body is None:
            await _refuse(413, "too_large")(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            self._counters.received(scope["path"], body)
        fault = self._switches.take(scope["method"], scope["path"])
        await self._answer(fault, scope, _Replay(body, receive), send)

    async def _answer(self, fault: Fault | None, scope: Scope, receive: "_Replay", send: Send) -> None:
        match fault.trouble if fault else None:
            case Trouble.RATE_LIMITED | Trouble.UNAVAILABLE | Trouble.BROKEN | Trouble.REJECTED if fault:
                await _refuse(int(fault.trouble), "fault_on_demand", fault.retry_after)(scope, receive, send)
            case Trouble.HANG:
                await _hang_up(receive.line, after=LONGEST_HANG)
            case Trouble.LOST if fault:
                unheard: list[Message] = []
                await self._app(scope, receive, _keeping(unheard))
                if fault.hidden:
                    self._desk.hide(_message_in(unheard), fault.hidden)
                await _hang_up(receive.line, after=0)
            case Trouble.DELAYED if fault:
                await _hang_up(receive.line, after=0)
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, _nobody)
            case Trouble.FORGETS:
                said: list[Message] = []
                await self._app(scope, receive, _keeping(said))
                self._desk.forget(_message_in(said))
                for message in said:
                    await send(message)
            case Trouble.SLOW if fault:
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case Trouble.LATE if fault:
                kept: list[Message] = []
                await self._app(scope, receive, _keeping(kept))
                await asyncio.sleep(fault.seconds)
                for message in kept:
                    await send(message)
            case _:
                await self._app(scope, receive, send)


class _Replay:
    """The request's body again, for the application behind; afterwards the line itself."""

    def __init__(self, body: bytes, line: Receive) -> None:
        self.line = line
        self._body: bytes | None = body

    async def __call__(self) -> Message:
        if self._body is None:
            return await self.line()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LONGEST_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _message_in(answer: Sequence[Message]) -> str:
    """The id of the message that an answer tells of; empty where it tells of none."""
    body = b"".join(part.get("body", b"") for part in answer)
    try:
        return str(json.loads(body)["message"]["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _refuse(status: int, code: str, retry_after: float | None = None) -> JSONResponse:
    headers = {"Retry-After": f"{retry_after:g}"} if retry_after is not None else {}
    return JSONResponse({"error": code, "detail": "Refused on purpose."}, status, headers)


def _keeping(kept: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        kept.append(message)

    return keep


async def _nobody(message: Message) -> None:
    """An answer that nobody hears."""


async def _hang_up(line: Receive, *, after: float) -> None:
    """Drop the connection without an answer, `after` some seconds unless the other side left before.

    ASGI has no word for this, so uvicorn's own transport is closed; without one (in-process tests) it is an error.
    """
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_until_disconnected(line), after)
        return
    transport = getattr(getattr(line, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("the desk dropped the connection, as it was told to")
    transport.abort()
    await _until_disconnected(line)


async def _until_disconnected(line: Receive) -> None:
    while (await line())["type"] != "http.disconnect":
        pass
