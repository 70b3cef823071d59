"""Freshdesk as far as its documentation tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. Tags are replaced, placeholders expand, comments in HTML vanish, a
reply's answer does not say who sees it, and what is not found has an empty answer.
"""

import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import nh3

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, RITA = 43001200001, 43001200005, 43001900055
TICKET, LONG_TICKET = "452", "453"
SECRET = "fd-test-secret-of-our-own"
ACCOUNT = Account(
    "acme",
    "https://acme.freshdesk.com",
    secrets={"webhook_secret": SECRET, "api_key": "an-api-key-nobody-may-see"},
    options={"public_url": "https://gateway.example"},
)
Answer = tuple[int, Any]
NOT_FOUND: Answer = 404, None


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class FreshdeskDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.headers = {"X-RateLimit-Total": "400", "X-RateLimit-Remaining": "350"}
        self.make_public = False  # something that changes notes on their way
        self.assigns = True
        self.most_a_page = 100
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.articles: list[dict[str, Any]] = recorded("articles")
        self.agents: list[dict[str, Any]] = recorded("agents")
        first = recorded("ticket")
        self.tickets = {TICKET: first, LONG_TICKET: {**copy.deepcopy(first), "id": int(LONG_TICKET)}}
        self.threads: dict[str, list[dict[str, Any]]] = {TICKET: recorded("conversations"), LONG_TICKET: []}
        self._now = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
        self._last_id = 43_010_100
        for chapter in range(long_thread - 1):  # the description is the first message
            self.says(LONG_TICKET, RITA, f"<p>Chapter {chapter}</p>", private=False)
        self._now = datetime.now(UTC)  # a reply is recognised by its time, too

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        author = RITA if role is Role.REQUESTER else ANN
        self.says(ticket_id, author, text, private=visibility is Visibility.INTERNAL)

    def says(self, ticket_id: str, author: int | None, html: str, *, private: bool, **more: Any) -> dict[str, Any]:
        """A stored entry."""
        self._last_id += 1
        body = f"<div>{nh3.clean(html)}</div>"
        entry = {
            **recorded("conversations")[0],
            "id": self._last_id,
            "user_id": author,
            "body": body,
            "body_text": nh3.clean(html, tags=set()),
            "private": private,
            "incoming": author == RITA,
            "source": 2 if private else 0,
            "ticket_id": int(ticket_id),
            "created_at": self._touch(ticket_id),
            **more,
        }
        self.threads[ticket_id].append(entry)
        if not entry["private"]:
            who = "requester" if author == RITA else "agent"
            self.tickets[ticket_id]["stats"][f"{who}_responded_at"] = entry["created_at"]
        return entry

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        split = urlsplit(str(request.url))
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        status, document = self._route(request, split.path, query)
        content = b"" if document is None else json.dumps(document).encode()
        return httpx.Response(status, content=content, headers=self.headers)

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Answer:
        if scripted := self.scripted.get(f"{request.method} {path}"):
            return scripted
        if "credentials" in self.missing:
            return 401, recorded("error__invalid_credentials")
        body = json.loads(request.content) if request.content else {}
        if found := re.fullmatch(r"/api/v2/tickets/(\d+)(/\w+)?", path):
            return self._ticket(request.method, found[1], found[2] or "", body, query)
        if found := re.fullmatch(r"/api/v2/solutions/(\w+)(?:/(\d+)(/\w+)?)?(?:/[a-z]{2})?", path):
            return self._solutions(found[1], found[2], found[3] or "", query)
        plain: dict[str, Callable[[], Answer]] = {
            "/api/v2/agents/me": lambda: (200, self._me()),
            "/api/v2/agents": lambda: self._unless("names", self._page(self.agents, query)),
            "/api/v2/groups": lambda: self._unless("names", self._page(recorded("groups"), query)),
            "/api/v2/tickets": lambda: self._unless("tickets", self._listed(query)),
        }
        return plain[path]() if path in plain else NOT_FOUND

    def _unless(self, right: str, document: Any) -> Answer:
        return (403, recorded("error__access_denied")) if right in self.missing else (200, document)

    def _page(self, items: list[Any], query: dict[str, str]) -> list[Any]:
        size = min(int(query.get("per_page", 30)), self.most_a_page)
        start = (int(query.get("page", 1)) - 1) * size
        return items[start : start + size]

    def _me(self) -> Any:
        me = recorded("agents_me")
        if "all tickets" in self.missing:
            me["ticket_scope"] = 3
        return me

    def _listed(self, query: dict[str, str]) -> list[dict[str, Any]]:
        since = query.get("updated_since", "2026-08-10T00:00:00Z")  # unasked, the last 30 days
        found = [one for one in self.tickets.values() if one["updated_at"] >= since]
        found.sort(key=lambda one: str(one["updated_at"]), reverse=query.get("order_type") != "asc")
        hidden = {"requester", "company"} | ({"stats"} if query.get("include") != "stats" else set())
        return [{key: one[key] for key in one.keys() - hidden} for one in self._page(found, query)]

    def _ticket(self, method: str, ticket_id: str, part: str, body: Any, query: dict[str, str]) -> Answer:
        if ticket_id not in self.tickets:
            return NOT_FOUND
        verbs: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", ""): lambda: (200, self._shown(ticket_id, query)),
            ("GET", "/conversations"): lambda: self._unless("threads", self._page(self.threads[ticket_id], query)),
            ("PUT", ""): lambda: self._update(ticket_id, body),
            ("POST", "/notes"): lambda: (201, self._note(ticket_id, body)),
            ("POST", "/reply"): lambda: (201, self._reply(ticket_id, body)),
        }
        return verbs[method, part]() if (method, part) in verbs else NOT_FOUND

    def _shown(self, ticket_id: str, query: dict[str, str]) -> Any:
        included = query.get("include", "").split(",")
        hidden = {"requester", "company", "stats"} - set(included)
        return {key: value for key, value in self.tickets[ticket_id].items() if key not in hidden}

    def _update(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        if body.get("status", 2) not in (2, 3, 4, 5, 7):
            return 400, recorded("error__validation_failed")
        if not self.assigns:
            body = {key: value for key, value in body.items() if key != "responder_id"}
        self.tickets[ticket_id] |= body
        self._touch(ticket_id)
        return 200, self._shown(ticket_id, {})

    def _note(self, ticket_id: str, body: dict[str, Any]) -> Any:
        private = body.get("private", True) and not self.make_public
        entry = self.says(ticket_id, ME, expanded(body["body"]), private=private)
        return {**recorded("note_created"), **{key: entry[key] for key in recorded("note_created")}}

    def _reply(self, ticket_id: str, body: dict[str, Any]) -> Any:
        entry = self.says(ticket_id, ME, expanded(body["body"]), private=False)
        return {**recorded("reply_created"), **{key: entry[key] for key in ("id", "body", "body_text", "created_at")}}

    def _solutions(self, kind: str, number: str | None, part: str, query: dict[str, str]) -> Answer:
        if kind == "categories":
            rows = recorded("folders") if part == "/folders" else recorded("categories")
            return 200, rows  # all at once, whatever page is asked for
        if kind == "articles":
            return 200, next(one for one in recorded("articles") if str(one["id"]) == number)
        return 200, self._page([one for one in self.articles if str(one["folder_id"]) == number], query)

    def _touch(self, ticket_id: str) -> str:
        self._now += timedelta(seconds=1)
        stamp = self._now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.tickets[ticket_id]["updated_at"] = stamp
        return stamp


def expanded(text: str) -> str:
    """Placeholders replaced: a known one by what it stands for, another by nothing."""
    known = re.sub(r"\{\{\s*ticket\.requester\.email\s*\}\}", "rita@customer.example", text)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", known, flags=re.DOTALL)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Freshdesk would show, or mail, this to the requester."""
    if request.method == "GET":
        return False
    if request.url.path.endswith("/notes"):
        body = json.loads(request.content)
        return body.get("private", True) is not True or bool(body.get("notify_emails"))
    return request.url.path.endswith(("/reply", "/forward"))
