"""Who is asking, and may they: a session, this machine itself, the admin token, or the link of one draft."""

import hmac
import ipaddress
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.access.cookies import Cookies
from gateway.access.rights import needed
from gateway.access.sessions import RENEW, Session, Signer
from gateway.access.visitor import Visitor
from gateway.api.problems import problem_response
from gateway.errors import NotAllowed

OPEN = ("/webhooks/", "/livez", "/readyz", "/healthz", "/static/", "/sign-in", "/sidebar/")
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:@/\[\]]+)(?::\d+)?", re.IGNORECASE)
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
LINKED = re.compile(r"/review/(\d{1,18})(/[a-z]{1,20})?")


@dataclass(frozen=True, slots=True)
class Guard:
    """What the middleware needs to know. `signs_in`: there is a way to sign in, so a browser is sent there. `tells`
    puts on record that the admin token opened something."""

    token: str | None
    signer: Signer
    cookies: Cookies
    tells: Callable[[Visitor], Awaitable[None]]
    signs_in: bool = False


class Access:
    """ASGI middleware; the visitor is in `request.state.visitor`. Webhooks prove themselves by their signature, health
    says nothing that is secret."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        session = self._session(headers)
        visitor = self._visitor(scope, headers, session)
        scope.setdefault("state", {})["visitor"] = visitor
        is_open = scope["path"].startswith(OPEN)
        if is_open or self._may_pass(scope, visitor):
            # Figures of the process are told also while the database, and so the record, is away.
            if visitor.token and not is_open and scope["path"] != "/metrics":
                await self._guard.tells(visitor)
            await self._app(scope, receive, self._renewing(send, session))
            return
        await self._turned_away(scope, receive, send, headers, visitor)

    def _session(self, headers: Headers) -> Session | None:
        cookies = self._guard.cookies
        found = cookies.read(headers.get("cookie", ""), cookies.session)
        return self._guard.signer.read_session(found) if found else None

    def _visitor(self, scope: Scope, headers: Headers, session: Session | None) -> Visitor:
        address = scope["client"][0] if scope.get("client") else None
        if session is not None:
            return Visitor(session.person, address=address)
        token = self._has_token(headers)
        if token or _from_this_machine(scope, headers):
            return Visitor(operator=True, token=token, address=address)
        return Visitor(draft=self._linked(scope), address=address)

    def _has_token(self, headers: Headers) -> bool:
        token = self._guard.token
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return bool(token and scheme.lower() == "bearer" and hmac.compare_digest(given.encode(), token.encode()))

    def _linked(self, scope: Scope) -> int | None:
        """The run whose draft a signed link shows, if it is the very one that is asked for."""
        asked = LINKED.fullmatch(scope["path"])
        key = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("key", [""])[0]
        run_id = self._guard.signer.read_link(key) if asked and key else None
        return run_id if asked and run_id == int(asked[1]) else None

    def _may_pass(self, scope: Scope, visitor: Visitor) -> bool:
        if visitor.draft is not None:
            return True  # whether it may also act is the account's to say, which the page knows
        if scope["path"] == "/sign-out":
            return visitor.person is not None
        wanted = needed(scope["method"], scope["path"])
        return visitor.may(*wanted.rights) and not (wanted.whole and visitor.accounts is not None)

    async def _turned_away(
        self, scope: Scope, receive: Receive, send: Send, headers: Headers, visitor: Visitor
    ) -> None:
        browses = scope["method"] == "GET" and "text/html" in headers.get("accept", "")
        if self._guard.signs_in and visitor.person is None and browses:
            query = scope.get("query_string", b"").decode("latin-1")
            asked = scope["path"] + (f"?{query}" if query else "")
            response = RedirectResponse(f"/sign-in?next={quote(asked, safe='')}", 303)
            await response(scope, receive, send)
            return
        if visitor.person is not None:
            error = NotAllowed("your groups have no right to this", remedy="Ask an admin, or sign in as somebody else")
        else:
            error = NotAllowed(
                "this page needs a sign-in or the admin token",
                remedy="Send it as Authorization: Bearer ..., or open the page on the machine itself",
            )
        await problem_response(error, scope)(scope, receive, send)

    def _renewing(self, send: Send, session: Session | None) -> Send:
        """Sign a session anew that is used, so that it ends an hour after the last page and not after the first."""
        if session is None or time.time() - session.used < RENEW:
            return send
        cookies = self._guard.cookies
        value = cookies.set(cookies.session, self._guard.signer.session(session.person, began=session.began))

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(scope=message)
                if "set-cookie" not in answer:
                    answer.append("set-cookie", value)
            await send(message)

        return sending


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
