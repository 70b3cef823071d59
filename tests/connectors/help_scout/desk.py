"""Help Scout as far as its documentation tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. Tags are replaced, a reply without a status opens the conversation and
without `draft` is sent, variables expand, the 101st thread is refused, an empty page leaves its list out, and what was
made is named in a header alone.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import nh3

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, RITA = 4, 256, 238604
TICKET, LONG_TICKET = "8123", "8124"
SECRET = "hs-test-secret"
ACCOUNT = Account(
    "acme",
    "https://api.helpscout.net",
    secrets={"webhook_secret": SECRET, "app_id": "app-id-of-ours", "app_secret": "an-app-secret-nobody-may-see"},
    options={"integration_user_id": ME, "public_url": "https://gateway.example"},
)
PREFIX = "/v2/conversations"
Answer = tuple[int, Any]
NOT_FOUND: Answer = 404, {"message": "Not Found"}


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class HelpScoutDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.headers: Mapping[str, str] = {"X-RateLimit-Limit-Minute": "400", "X-RateLimit-Remaining-Minute": "350"}
        self.sends_drafts = False  # a workflow that sends what it should not
        self.keeps_drafts = False  # an account that holds every reply back
        self.merged: set[str] = set()
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.webhooks: list[dict[str, Any]] = recorded("webhooks")["_embedded"]["webhooks"]
        first = recorded("conversation")
        thread = recorded("threads")["_embedded"]["threads"]
        self.people = {one["createdBy"]["id"]: one["createdBy"] for one in thread}
        self.people[ME] = {**self.people[ANN], "id": ME, "first": "Counter", "last": "Sign"}
        self.conversations = {TICKET: first, LONG_TICKET: {**copy.deepcopy(first), "id": int(LONG_TICKET)}}
        self.threads: dict[str, list[dict[str, Any]]] = {TICKET: thread[::-1], LONG_TICKET: []}
        self._now = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
        self._last_id = 91_000
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"<p>Chapter {chapter}</p>")
        self._now = datetime.now(UTC)  # a draft is recognised by its time, too

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        kind = "customer" if role is Role.REQUESTER else "note" if visibility is Visibility.INTERNAL else "message"
        self.says(ticket_id, RITA if role is Role.REQUESTER else ANN, text, type=kind)

    def says(self, ticket_id: str, author: int, html: str, **more: Any) -> dict[str, Any]:
        """A stored thread."""
        self._now += timedelta(seconds=1)
        self._last_id += 1
        entry = {
            **recorded("threads")["_embedded"]["threads"][0],
            "id": self._last_id,
            "createdBy": self.people[author],
            "body": nh3.clean(html),
            "createdAt": self._now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **more,
        }
        self.threads[ticket_id].append(entry)
        self.conversations[ticket_id]["threads"] = len(self.threads[ticket_id])
        return entry

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        split = urlsplit(str(request.url))
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        status, document, *headers = self._route(request, split.path, query)
        content = b"" if document is None else json.dumps(document).encode()
        return httpx.Response(status, content=content, headers={**self.headers, **(headers[0] if headers else {})})

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Any:
        if scripted := self.scripted.get(f"{request.method} {path}"):
            return scripted
        if request.url.host == "docsapi.helpscout.net":
            return self._docs(path, query)
        if "credentials" in self.missing:
            return 401, recorded("error__unauthorized")
        if path == "/v2/oauth2/token":
            return 200, recorded("token")
        if found := re.fullmatch(rf"{PREFIX}/(\d+)(/\w+)?", path):
            body = json.loads(request.content) if request.content else {}
            return self._conversation(request.method, found[1], found[2] or "", body, query)
        plain: dict[str, Callable[[], Answer]] = {
            "/v2/users/me": lambda: (200, recorded("users_me")),
            "/v2/users": lambda: self._unless("names", recorded("users")),
            "/v2/teams": lambda: self._unless("names", recorded("teams")),
            "/v2/mailboxes": lambda: (200, page([], "mailboxes", {}) if "inboxes" in self.missing else self._inboxes()),
            "/v2/webhooks": lambda: self._unless("webhooks", page(self.webhooks, "webhooks", query)),
            PREFIX: lambda: self._unless("conversations", self._listed(query)),
        }
        return plain[path]() if path in plain else NOT_FOUND

    def _unless(self, right: str, document: Any) -> Answer:
        return (403, recorded("error__forbidden")) if right in self.missing else (200, document)

    def _inboxes(self) -> Any:
        return recorded("mailboxes")

    def _listed(self, query: dict[str, str]) -> Any:
        wanted, since = query.get("status", "active"), query.get("modifiedSince", "")
        found = []
        for ticket_id, one in self.conversations.items():
            newest = max([entry["createdAt"] for entry in self.threads[ticket_id]], default=one["createdAt"])
            if wanted in ("all", one["status"]) and newest >= since:
                shown = {"threads": self.threads[ticket_id][::-1]} if query.get("embed") == "threads" else {}
                found.append((newest, {**one, "_embedded": shown}))
        found.sort(key=lambda pair: pair[0], reverse=query.get("sortOrder") == "desc")
        return page([one for _, one in found], "conversations", query)

    def _conversation(self, method: str, ticket_id: str, part: str, body: Any, query: dict[str, str]) -> Any:
        if ticket_id not in self.conversations:
            return NOT_FOUND
        if ticket_id in self.merged:
            where = f"https://api.helpscout.net{PREFIX}/{LONG_TICKET}"
            return (301, None, {"Location": where}) if method == "GET" else NOT_FOUND
        found = self.conversations[ticket_id]
        verbs: dict[tuple[str, str], Callable[[], Any]] = {
            ("GET", ""): lambda: (200, found),
            ("PATCH", ""): lambda: self._patch(found, body),
            ("PUT", "/tags"): lambda: self._tags(found, body),
            ("GET", "/threads"): lambda: self._unless("threads", page(self.threads[ticket_id][::-1], "threads", query)),
            ("POST", "/notes"): lambda: self._write(ticket_id, body, "note"),
            ("POST", "/reply"): lambda: self._write(ticket_id, body, "message"),
        }
        return verbs[method, part]() if (method, part) in verbs else NOT_FOUND

    def _patch(self, found: dict[str, Any], body: dict[str, Any]) -> Answer:
        if body["path"] == "/status":
            found["status"] = body["value"]
        else:
            team = next((one for one in recorded("teams")["_embedded"]["teams"] if one["id"] == body["value"]), None)
            found["assignee"] = {**team, "type": "team"} if team else self.people[body["value"]]
        return 204, None

    def _tags(self, found: dict[str, Any], body: dict[str, Any]) -> Answer:
        found["tags"] = [{"id": number, "color": "#929499", "tag": tag} for number, tag in enumerate(body["tags"])]
        return 204, None

    def _write(self, ticket_id: str, body: dict[str, Any], kind: str) -> Any:
        if len(self.threads[ticket_id]) >= 100:
            return 412, recorded("error__too_many_threads")
        draft = (body.get("draft", False) and not self.sends_drafts) or (self.keeps_drafts and kind == "message")
        words = body["text"] if kind == "note" else expanded(body["text"])
        entry = self.says(ticket_id, ME, words, type=kind, state="draft" if draft else "published")
        self.conversations[ticket_id]["status"] = body.get("status", "active")
        return 201, None, {"Resource-ID": str(entry["id"])}

    def _docs(self, path: str, query: dict[str, str]) -> Answer:
        if "articles" in self.missing:
            return 401, {"code": 401, "error": "Unauthorized"}
        if path == "/v1/collections":
            return 200, recorded("docs_collections")
        articles = recorded("docs_articles")
        if found := re.fullmatch(r"/v1/collections/(\w+)/articles", path):
            mine = [one for one in articles["articles"]["items"] if one["collectionId"] == found[1]]
            number = int(query["page"])
            return 200, {"articles": {"page": number, "pages": len(mine), "items": mine[number - 1 : number]}}
        found = re.fullmatch(r"/v1/articles/(\w+)", path)
        one = next(one for one in articles["articles"]["items"] if found and one["id"] == found[1])
        return 200, {"article": {**one, "text": f"<p>{one['name']}.</p>"}}


def page(items: list[Any], key: str, query: dict[str, str], size: int = 25) -> dict[str, Any]:
    """One page of a list. Without entries there is no `_embedded` at all."""
    number = int(query.get("page", 1))
    rows = items[(number - 1) * size : number * size]
    shown = {"size": size, "totalElements": len(items), "totalPages": -(-len(items) // size), "number": number}
    return {**({"_embedded": {key: rows}} if rows else {}), "_links": {}, "page": shown}


def expanded(text: str) -> str:
    """Variables replaced: a known one by what it stands for, another by nothing."""
    known = re.sub(r"\{%\s*customer\.email\b.*?%\}", "rita@customer.example", text)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", known, flags=re.DOTALL)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Help Scout would send this to the customer."""
    if request.method == "GET" or not request.url.path.endswith("/reply"):
        return False
    return json.loads(request.content).get("draft", False) is not True
