"""Who may see pages and API until sign-in exists: this machine itself, or the holder of the admin token."""

import hmac
import ipaddress
import re

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.api.problems import problem_response
from gateway.errors import NotAllowed

OPEN = ("/webhooks/", "/livez", "/readyz", "/healthz", "/static/")
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:@/\[\]]+)(?::\d+)?", re.IGNORECASE)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Access:
    """ASGI middleware. Webhooks prove themselves by their signature, health says nothing that is secret."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(OPEN) or self._may_pass(scope):
            await self._app(scope, receive, send)
            return
        error = NotAllowed(
            "this page needs the admin token",
            remedy="Send it as Authorization: Bearer ..., or open the page on the machine itself",
        )
        await problem_response(error, scope)(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if self._token and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), self._token.encode()):
            return True
        return _from_this_machine(scope, headers)


def _from_this_machine(scope: Scope, headers: Headers) -> bool:
    """From loopback, asked for by a loopback name, and not through a proxy: a page of another site cannot do that."""
    client = scope.get("client")
    if client is None or any(name in headers for name in FORWARDED):
        return False
    asked = HOST.fullmatch(headers.get("host", ""))
    host = asked[1].strip("[]") if asked else ""
    return _is_loopback(client[0]) and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
