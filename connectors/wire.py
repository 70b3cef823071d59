"""The line to one server: HTTP/1.1 on connections that stay open, by aiohttp, at a tenth of the CPU of httpx's own.

It takes and gives what httpcore does, and fails with httpx's errors. It follows nothing, keeps no cookie, unpacks
nothing, and never sends a request twice.
"""

import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from functools import cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from connectors.addresses import is_public
from connectors.errors import Misconfigured

Question = Callable[[], Awaitable[None]]

CONNECTIONS = 100  # at once; whoever comes then waits for one
# A server closes idle lines after a few seconds, and a write on one that it has just closed is in doubt for nothing.
KEPT_OPEN = 1.0  # seconds
LONGEST_HEADER = 65_536  # bytes
LEAVING = "leaving"  # the extension that holds a question: asked when the connection stands and nothing is on it yet
_leaving: ContextVar[Question | None] = ContextVar("leaving", default=None)


def as_httpcore(request: httpx.Request, leaving: Question | None = None) -> httpcore.Request:
    """The request as it goes over a line. `leaving` may raise right before its first byte."""
    url = request.url
    where = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    return httpcore.Request(
        request.method, where, headers=request.headers.raw, content=request.stream, extensions={LEAVING: leaving}
    )


def as_httpx(answer: httpcore.Response, request: httpx.Request) -> httpx.Response:
    """The answer whose body is still to be read."""
    assert isinstance(answer.stream, httpx.AsyncByteStream)
    return httpx.Response(answer.status, headers=answer.headers, stream=answer.stream, request=request)


class Wire:
    """`outside_only`: the server's name must not lead to an address inside a private network."""

    def __init__(self, base: httpx.URL, timeout: httpx.Timeout, *, outside_only: bool) -> None:
        self._base = base
        self._timeout = timeout
        self._outside_only = outside_only
        self._session: Any = None  # aiohttp's, which the web process never needs
        self._proxy: dict[str, Any] = {}

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """The answer as soon as its headers are there. Whoever asked closes it."""
        if self._session is None:
            self._session = self._open()
        from yarl import URL

        assert isinstance(request.stream, httpx.AsyncByteStream)
        content = b"".join([part async for part in request.stream])
        _leaving.set(request.extensions.get(LEAVING))
        try:
            answer = await self._session.request(
                request.method.decode("ascii"),
                URL(bytes(request.url).decode("ascii"), encoded=True),
                headers=[(name.decode("ascii"), value.decode("latin-1")) for name, value in request.headers],
                data=content or None,
                **self._proxy,
                skip_auto_headers=("content-type",),
                allow_redirects=False,
            )
        except ValueError as error:  # aiohttp's word for a line break in a header
            raise httpx.LocalProtocolError(type(error).__name__) from error
        return httpcore.Response(answer.status, headers=list(answer.raw_headers), content=_Body(answer))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> Any:
        import aiohttp

        class Asked(aiohttp.ClientRequest):
            async def send(self, conn: Any) -> Any:
                if (question := _leaving.get()) is not None:
                    await question()
                return await super().send(conn)

        self._proxy = _proxy_for(self._base)
        wait, connect = self._timeout.pool or 0.0, self._timeout.connect or 0.0
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=CONNECTIONS,
                keepalive_timeout=KEPT_OPEN,
                ssl=_trusted() if self._base.scheme == "https" else True,
                # Where a proxy leads is the proxy's to decide, and it may well be inside itself.
                socket_factory=_outside_only if self._outside_only and not self._proxy else None,
            ),
            timeout=aiohttp.ClientTimeout(
                total=None, connect=wait + connect, sock_connect=connect, sock_read=self._timeout.read
            ),
            request_class=Asked,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=LONGEST_HEADER,
            max_field_size=LONGEST_HEADER,
            middlewares=(self._once,),
        )

    async def _once(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """One try, and httpx's error for aiohttp's: left its own, it would send a PUT again whose answer was lost."""
        import aiohttp

        try:
            return await handler(request)
        except (aiohttp.ClientError, TimeoutError) as error:
            if self._outside_only and (_has(error, _Inside) or isinstance(error, aiohttp.InvalidURL)):
                raise Misconfigured(
                    f"{self._base.host} is an address inside a private network; set "
                    "allow_private_network: true on the account if that is intended"
                ) from None
            raise _translated(error) from error.__cause__ or error


class _Body(httpx.AsyncByteStream):
    """What follows the headers, as it comes. Closed before its end, the connection is given up."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        import aiohttp

        try:
            async for chunk in self._answer.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _translated(error) from error.__cause__ or error

    async def aclose(self) -> None:
        self._answer.close()


class _Inside(OSError):
    """The address is inside a private network."""


def _outside_only(address: Any) -> socket.socket:
    """Asked with the very address that is connected to, so that no name can lead elsewhere in between."""
    family, kind, protocol, _, (host, *_) = address
    if family == socket.AF_INET:
        host = socket.inet_ntoa(socket.inet_aton(host))  # 127.1 is a way to write one, too
    if not is_public(host):
        raise _Inside
    return socket.socket(family, kind, protocol)


def _translated(error: Exception) -> httpx.HTTPError:
    import aiohttp

    said = type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx.ConnectTimeout(said)
    if isinstance(error, TimeoutError):
        return httpx.ReadTimeout(said)
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return httpx.ProxyError(said)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        return httpx.ConnectError(said)
    return httpx.RemoteProtocolError(said)


def _has(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__
    return False


def _proxy_for(base: httpx.URL) -> dict[str, Any]:
    """The proxy that the environment names for a server, as aiohttp is told of it."""
    import aiohttp

    proxies = getproxies()
    named = proxies.get(base.scheme) or proxies.get("all")
    if not named or proxy_bypass(base.host):
        return {}
    proxy = httpx.URL(named)
    shown = aiohttp.BasicAuth(proxy.username, proxy.password) if proxy.userinfo else None
    return {"proxy": str(proxy.copy_with(userinfo=b"")), "proxy_auth": shown}


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates count: one set for all servers, because reading it takes 20 ms and two megabytes."""
    return httpx.create_ssl_context()
