"""The line between a connector and its vendor: it keeps what went over it, and breaks when a test says so."""

import inspect
from collections.abc import Awaitable, Callable

import httpx

Answer = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]
Fault = Callable[[httpx.Request], httpx.Response]


class Line:
    """Passes requests on to `answer`. `requests` holds every one that left the connector."""

    def __init__(self, answer: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self._answer = answer
        self._fault: Fault | None = None
        self._sound_calls = 0
        self._loses_answers = False

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if self._fault and self._sound_calls <= 0:
            return self._fault(request)
        self._sound_calls -= 1
        found = self._answer(request)
        response = await found if inspect.isawaitable(found) else found
        if self._loses_answers and request.method not in ("GET", "HEAD"):
            raise httpx.ReadError("the answer was lost", request=request)
        return response

    def breaks(self, fault: Fault, *, after: int = 0) -> None:
        """From now on each call meets the fault, once `after` calls went well."""
        self._fault, self._sound_calls = fault, after

    def loses_answers(self) -> None:
        """From now on the vendor does what a write asks, and its answer never arrives."""
        self._loses_answers = True

    def is_mended(self) -> None:
        self._fault, self._loses_answers = None, False

    def forget(self) -> None:
        self.requests.clear()


def answers(status: int, body: bytes = b'{"error":"Trouble"}', **headers: str) -> Fault:
    """The vendor answers every call with this. Header names are written with underscores."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return lambda request: httpx.Response(status, content=body, headers=named, request=request)


def fails_with(error: type[httpx.TransportError]) -> Fault:
    """The call ends in a fault of the network."""

    def fault(request: httpx.Request) -> httpx.Response:
        raise error("the line broke", request=request)

    return fault
