"""The gate before the door: what is too much is turned away before a word of it is read, and told so.

An account's rate counts what was authentic, so that a stranger cannot use it up. An address's rate counts everything.
"""

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.pressure import Pressure
from gateway.api.problems import problem_response
from gateway.api.rates import Network, Rates, who
from gateway.errors import DeliveryTooLarge, GatewayError, LengthMissing, TooMany, TooSlow

RATED = ("/webhooks/", "/sign-in", "/sidebar/")  # open to everybody, and more work than a file
DELIVERY = re.compile(r"/webhooks/([^/]{1,100})")


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one process."""

    largest: int
    account_rate: float
    address_rate: float
    proxies: Sequence[Network] = ()
    body_within: float = 10.0  # seconds


class Gate:
    """ASGI middleware, outside of all that answer."""

    def __init__(self, app: ASGIApp, limits: Limits, accounts: Collection[str], pressure: Pressure) -> None:
        self._app = app
        self._limits = limits
        self._accounts = accounts
        self._pressure = pressure
        self._by_account = Rates(limits.account_rate)
        self._by_address = Rates(limits.address_rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        delivery = DELIVERY.fullmatch(scope["path"])
        account = delivery[1] if delivery and delivery[1] in self._accounts else None
        body = _Body(self._pressure, receive, self._limits.body_within, is_delivery=delivery is not None)
        sending = _Sending(send, body)
        try:
            self._look(scope, account, is_delivery=delivery is not None)
            await self._app(scope, body.receive, sending.send)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except GatewayError as error:  # all others are answered further inside
            await problem_response(error, scope)(scope, receive, sending.send)
        finally:
            body.end()
        if account is not None and scope["method"] == "POST" and sending.status < 300:
            self._by_account.came(account)

    def _look(self, scope: Scope, account: str | None, *, is_delivery: bool) -> None:
        """Everything that can be said by the head alone."""
        headers = Headers(scope=scope)
        if scope["path"].startswith(RATED):
            address = who((scope.get("client") or ("", 0))[0], headers.get("x-forwarded-for", ""), self._limits.proxies)
            self._rated(self._by_address, address, "address")
            self._by_address.came(address)
        if account is not None:
            self._rated(self._by_account, account, "account")
        length = headers.get("content-length", "")
        if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > self._limits.largest):
            raise self._pressure.refused(
                "too_large", DeliveryTooLarge(f"a request may have {self._limits.largest} bytes")
            )
        if "transfer-encoding" in headers and not is_delivery:
            raise self._pressure.refused("no_length", LengthMissing("only deliveries may come in pieces"))

    def _rated(self, rates: Rates, key: str, whose: str) -> None:
        if wait := rates.wait(key):
            remedy = "Send it again after Retry-After"
            error = TooMany(f"more than this {whose} may send", remedy=remedy, retry_after=max(1.0, wait))
            raise self._pressure.refused(f"{whose}_rate", error)


class _Body:
    """What comes in: bounded in time, and in what all bodies may take together."""

    def __init__(self, pressure: Pressure, receive: Receive, within: float, *, is_delivery: bool) -> None:
        self._pressure = pressure
        self._receive = receive
        self._is_delivery = is_delivery
        self._size = 0
        self._within = within
        self._until = asyncio.get_running_loop().time() + within
        self._inside = False
        self.complete = False

    async def receive(self) -> Message:
        if self.complete:
            return await self._receive()  # whoever still listens waits for the other side to go
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            error = TooSlow(f"it was not there within {self._within:g} s")
            raise self._pressure.refused("too_slow", error) from None
        if message["type"] == "http.request":
            before, self._size = self._size, self._size + len(message.get("body", b""))
            self._pressure.grew(before, self._size)
            self.complete = not message.get("more_body", False)
            if self.complete and self._is_delivery:
                self._pressure.enter()
                self._inside = True
        return message

    def end(self) -> None:
        self._pressure.grew(self._size, 0)
        if self._inside:
            self._pressure.leave()


class _Sending:
    """What goes out. Where not all of the request came in, the connection ends: the rest is not waited for."""

    def __init__(self, send: Send, body: _Body) -> None:
        self._send = send
        self._body = body
        self.status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            if self.status >= 400 and not self._body.complete:
                MutableHeaders(scope=message)["connection"] = "close"
        await self._send(message)
