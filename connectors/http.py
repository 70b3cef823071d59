"""One HTTP client for all connectors. It speaks our errors, waits a bounded time, and takes a secret nowhere else."""

import asyncio
import re
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_before_delay, wait_random_exponential

from connectors.addresses import is_public
from connectors.answers import Cut, TooLong, beginning, failure, read_json, unpacked
from connectors.counting import one_more
from connectors.errors import Misconfigured, RateLimited, Rejected, RetryLater, Unavailable
from connectors.leaving import may_leave
from connectors.limits import Limits, LocalLimits, budgets
from connectors.tracing import headers as trace_headers
from connectors.wire import Wire, as_httpcore, as_httpx

TIMEOUT = httpx.Timeout(10.0, connect=3.0)  # between two signs of life
DEADLINE = 30.0  # seconds for one call in all, so that an answer in drips does not hold a worker
QUICK_RETRY = 2.0  # seconds in all, reads only; longer waits belong to the job queue
MOVED = (301, 302, 303, 307, 308)
USUAL = {"accept": "*/*", "accept-encoding": "gzip", "connection": "keep-alive", "user-agent": "countersign"}
SHORT_PAUSE = 1.0  # seconds that a call waits for room under a limit; longer waits belong to the job queue


class Moved(Rejected):
    """A file lies elsewhere. Whoever follows `location` does so without credentials."""

    def __init__(self, message: str, status: int, location: str) -> None:
        super().__init__(message, status=status)
        self.location = location


class HttpClient:
    """Calls to one account's base URL. Reads are retried for up to two seconds, writes never.

    `limits` are the account's rate limits as this process sees them, or one object that all workers share.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        allow_private_network: bool = False,
        timeout: httpx.Timeout = TIMEOUT,
        deadline: float = DEADLINE,
        limits: Limits | None = None,
    ) -> None:
        self._base = _address(base_url, allow_private_network=allow_private_network)
        self.base_url = str(self._base).rstrip("/")
        self._deadline = deadline
        self.limits = limits or LocalLimits()
        self._wire = Wire(self._base, timeout, outside_only=not allow_private_network)
        shown = {"authorization": f"Basic {b64encode(':'.join(auth).encode()).decode()}"} if auth else {}
        self._headers = httpx.Headers(USUAL)
        try:
            self._headers.update({**shown, **(headers or {})})
        except UnicodeError:
            raise Misconfigured("a secret holds characters that do not belong in a header; copy it again") from None

    async def get(self, path: str, **kwargs: Any) -> Any:
        """The JSON answer to a read. `kwargs` are httpx's: params, headers. `path` may be a link of the same server."""
        return (await self.get_and_hear(path, **kwargs))[0]

    async def get_and_hear(self, path: str, **kwargs: Any) -> tuple[Any, Mapping[str, str]]:
        """The same with the answer's headers, where a vendor tells there how long a list is."""
        async for attempt in AsyncRetrying(
            stop=stop_before_delay(QUICK_RETRY),
            wait=_pause,
            retry=retry_if_exception(_worth_a_quick_retry),
            reraise=True,
        ):
            with attempt:
                return await self._call("GET", path, write=False, **kwargs)
        raise AssertionError("tenacity always returns or raises")

    async def send(self, method: str, path: str, **kwargs: Any) -> Any:
        """The JSON answer to a write: one try, and an honest `may_be_stored` when no answer came."""
        return (await self._call(method, path, write=True, **kwargs))[0]

    async def send_and_hear(self, method: str, path: str, **kwargs: Any) -> tuple[Any, Mapping[str, str]]:
        """The same with the answer's headers, where a vendor names there what it made. They find a name in any case."""
        return await self._call(method, path, write=True, **kwargs)

    async def first_bytes(self, path: str, limit: int) -> bytes:
        """What a file of the same server begins with, at most `limit` bytes: one try. Raises `Moved` instead of
        following a redirect."""
        return (await self._answer("GET", path, write=False, limit=limit))[1]

    async def tell(self, path: str, **kwargs: Any) -> None:
        """A POST whose answer nobody reads: one try, and an error unless it was taken."""
        await self._answer("POST", path, write=True, limit=4096, **kwargs)

    async def close(self) -> None:
        await self._wire.close()

    async def _call(self, method: str, path: str, *, write: bool, **kwargs: Any) -> tuple[Any, Mapping[str, str]]:
        response, body = await self._answer(method, path, write=write, **kwargs)
        return read_json(body, f"{method} {response.request.url.path}", write=write), response.headers

    async def _answer(
        self, method: str, path: str, *, write: bool, limit: int | None = None, **kwargs: Any
    ) -> tuple[httpx.Response, bytes]:
        """A successful answer with its body, of which no more than `limit` bytes are read where one is given."""
        link = self._inside(path)
        endpoint = f"{method} {re.sub(r'/[0-9]+(?=/|$)', '/*', link.path)}"
        what = f"{method} {link.path}"
        await self._wait_for_room(endpoint, what)
        try:
            async with asyncio.timeout(self._deadline):
                response, body = await self._exchange(method, link, what, write=write, limit=limit, **kwargs)
        except TimeoutError:
            raise Unavailable(f"{what}: no whole answer within {self._deadline:.0f} s", may_be_stored=write) from None
        await self.limits.tell(budgets(response.headers, endpoint))
        if response.is_success:
            return response, body
        if limit is not None and response.status_code in MOVED:
            said = f"{what}: {response.status_code}: the file lies elsewhere"
            raise Moved(said, response.status_code, response.headers.get("location", ""))
        error = failure(what, response.status_code, response.headers, body, write=write)
        if isinstance(error, RetryLater) and error.retry_after:
            await self.limits.stop(error.retry_after)
        raise error

    def _inside(self, path: str) -> httpx.URL:
        """A path, or a whole link that a vendor gave, as long as it stays where the credentials belong."""
        try:
            link = httpx.URL(path)
        except httpx.InvalidURL:
            raise Rejected("a link is not an address; it is not followed") from None
        if link.host and _origin(link) != _origin(self._base):
            raise Rejected(f"a link leads away from {self._base.host}; it is not followed")
        return link

    async def _wait_for_room(self, endpoint: str, what: str) -> None:
        wait = await self.limits.ask(endpoint)
        if wait > SHORT_PAUSE:
            raise RateLimited(f"{what}: not called, because the limit is used up for {wait:.0f} s", retry_after=wait)
        if wait:
            await asyncio.sleep(wait)

    def _request(
        self, method: str, link: httpx.URL, *, headers: Mapping[str, str] | None = None, **kwargs: Any
    ) -> httpx.Request:
        if not link.host:
            link = self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + b"/" + link.raw_path.lstrip(b"/"))
        shown = self._headers.copy()
        shown.update({**trace_headers(), **(headers or {})})
        return httpx.Request(method, link, headers=shown, **kwargs)

    async def _exchange(
        self, method: str, link: httpx.URL, what: str, *, write: bool, limit: int | None, **kwargs: Any
    ) -> tuple[httpx.Response, bytes]:
        if write:
            await may_leave()  # what need not connect at all
        request = self._request(method, link, **kwargs)
        one_more()
        try:
            answer = await self._wire.handle_async_request(as_httpcore(request, may_leave if write else None))
            try:
                response = as_httpx(answer, request)
                return response, await self._read(response, what, write=write, limit=limit)
            finally:
                await answer.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            raise Unavailable(f"{what}: cannot reach {self._base.host} ({_reason(error)})") from None
        except httpx.LocalProtocolError:
            raise Misconfigured(f"{what}: a header cannot be sent; look for a line break in a secret") from None
        except (httpx.HTTPError, Cut) as error:
            raise Unavailable(
                f"{what}: no whole answer from {self._base.host} ({type(error).__name__})", may_be_stored=write
            ) from None

    async def _read(self, response: httpx.Response, what: str, *, write: bool, limit: int | None) -> bytes:
        chunks, encoding = response.aiter_raw(), response.headers.get("content-encoding", "")
        try:
            if limit is not None and response.is_success:
                return await beginning(chunks, encoding, limit)
            return await unpacked(chunks, encoding)
        except (TooLong, Cut) as problem:
            if not response.is_success:
                return b""  # the status tells enough
            if isinstance(problem, Cut):
                raise
            said = f"{what}: the answer cannot be read: {problem}"
            if write:
                raise Unavailable(said, may_be_stored=True) from None
            raise Rejected(said) from None


class _Guard:
    """Refuses a name that leads inside: a configuration must not reach what only this machine may reach.

    It is asked after each connect and before the first byte is sent, so that a name cannot resolve differently later.
    A proxy may well be inside; where it leads is the proxy's to decide.
    """

    def __init__(self, base: httpx.URL) -> None:
        self._host = base.raw_host.decode("ascii")
        self._connecting_to = ""

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpx's `trace` extension."""
        if event == "connection.connect_tcp.started":
            self._connecting_to = str(info.get("host"))
        elif event == "connection.connect_tcp.complete" and self._connecting_to == self._host:
            stream = info["return_value"]
            peer = stream.get_extra_info("server_addr")
            if peer and not is_public(str(peer[0])):
                await stream.aclose()
                raise Misconfigured(_points_inside(self._host))


def only_outside(*, allow_private_network: bool) -> Callable[[httpx.Request], Awaitable[None]]:
    """A hook for a client that is not ours: it goes where ours would go, or raises `Misconfigured`."""

    async def checked(request: httpx.Request) -> None:
        url = request.url
        _address(f"{url.scheme}://{url.netloc.decode('ascii')}", allow_private_network=allow_private_network)
        if not allow_private_network:
            request.extensions["trace"] = _Guard(url).trace

    return checked


def _address(base_url: str, *, allow_private_network: bool) -> httpx.URL:
    """A base URL that may be called. Raises `Misconfigured`, without quoting what may be a password."""
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise Misconfigured("base_url is not an address such as https://example.com, without user, query or fragment")
    if not allow_private_network:
        if url.scheme != "https":
            raise Misconfigured(
                f"base_url of {url.host} must begin with https://, or credentials travel in the open; inside a "
                "private network set allow_private_network: true on the account"
            )
        if f".{url.host.rstrip('.')}".endswith(".localhost") or not is_public(url.host):
            raise Misconfigured(_points_inside(url.host))
    return url


def _points_inside(host: str) -> str:
    return (
        f"{host} is an address inside a private network; set allow_private_network: true on the account if that is "
        "intended"
    )


def _origin(url: httpx.URL) -> tuple[str, bytes, int | None]:
    return url.scheme, url.raw_host, url.port


def _reason(error: BaseException) -> str:
    """Why no connection came about; a certificate's fault is told, because an admin can mend it."""
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))  # causes may go round in a circle
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its TLS certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS connection: {cause.reason}"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def _pause(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    told = error.retry_after if isinstance(error, RetryLater) else None
    return told or wait_random_exponential(multiplier=0.1, max=0.5)(state)


def _worth_a_quick_retry(error: BaseException) -> bool:
    return isinstance(error, RetryLater) and (error.retry_after or 0) <= 1
