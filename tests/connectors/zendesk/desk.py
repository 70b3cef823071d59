"""Zendesk as far as its documentation tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. Tags overwrite, placeholders expand, a message without `public` is
public, a long one is cut, a safe update against an old version is refused.
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

from connectors.contract import Account, Attachment, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, RITA = 8447388090001, 8447388090494, 8447388099999
TICKET, LONG_TICKET = "5158", "5159"
SECRET = "zd-test-secret"
ACCOUNT = Account(
    "acme",
    "https://acme.zendesk.com",
    secrets={"webhook_secret": SECRET, "api_token": "an-api-token-nobody-may-see"},
    options={
        "email": "countersign@acme.example",
        "integration_user_id": ME,
        "public_url": "https://gateway.example",
    },
)
CHANGEABLE = ("tags", "status", "priority", "group_id", "assignee_id")
Answer = tuple[int, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class ZendeskDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.headers = {"x-rate-limit": "700", "x-rate-limit-remaining": "650", "ratelimit-reset": "30"}
        self.files: dict[str, bytes] = {}  # by their paths
        self.leads_on_to = ""  # where the address of a file redirects to
        self.make_public = False  # a misbehaving trigger
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.articles: list[dict[str, Any]] = recorded("articles")["articles"]
        self.webhooks: list[dict[str, Any]] = recorded("webhooks")["webhooks"]
        first = recorded("ticket")
        self._sideloads = {key: value for key, value in first.items() if key != "ticket"}
        self.tickets = {
            TICKET: first["ticket"],
            LONG_TICKET: {**copy.deepcopy(first["ticket"]), "id": int(LONG_TICKET)},
        }
        self.comments: dict[str, list[dict[str, Any]]] = {TICKET: recorded("comments")["comments"], LONG_TICKET: []}
        self.audits: dict[str, list[dict[str, Any]]] = {TICKET: recorded("audits")["audits"], LONG_TICKET: []}
        self._now = datetime(2026, 9, 1, 10, 0, tzinfo=UTC)
        self._last_id = 9200
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"<p>Chapter {chapter}</p>", public=True)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        author = RITA if role is Role.REQUESTER else ANN
        self.says(ticket_id, author, text, public=visibility is Visibility.PUBLIC)

    def says(self, ticket_id: str, author: int, html: str, *, public: bool, custom: Any = None) -> dict[str, Any]:
        """A stored message, and the audit that brought it."""
        stamp = self._touch(ticket_id)
        self._last_id += 10
        words = nh3.clean(html, tags=set())
        comment = {
            "id": self._last_id,
            "type": "Comment",
            "author_id": author,
            "body": words,
            "html_body": f'<div class="zd-comment" dir="auto">{nh3.clean(html)}</div>',
            "plain_body": words,
            "public": public,
            "attachments": [],
            "audit_id": self._last_id + 1,
            "created_at": stamp,
            "metadata": {"system": {}, "custom": custom or {}},
        }
        self.comments[ticket_id].append(comment)
        return self._audit(ticket_id, author, stamp, [comment], custom)

    def attach(self, file: Attachment, content: bytes) -> None:
        """A file on the newest comment of the ticket."""
        told = {"id": int(file.id), "file_name": file.name, "content_type": file.media_type, "size": file.size}
        self.comments[TICKET][-1]["attachments"].append({**told, "content_url": file.url})
        self.files[urlsplit(file.url or "").path] = content

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        split = urlsplit(str(request.url))
        if split.path in self.files:
            return self._file(split.path, request)
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        status, document = self._route(request, split.path, query)
        return httpx.Response(status, content=json.dumps(document), headers=self.headers)

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Answer:
        if scripted := self.scripted.get(f"{request.method} {path}"):
            return scripted
        if "credentials" in self.missing:
            return 401, recorded("error__unauthenticated")
        if found := re.fullmatch(r"/api/v2/tickets/(\d+)(/comments|/audits)?", path):
            return self._ticket(request, found[1], found[2] or "", query)
        plain: dict[str, Callable[[], Answer]] = {
            "/api/v2/users/me": lambda: (200, self._me()),
            "/api/v2/users/search": lambda: (200, recorded("users_search")),
            "/api/v2/tickets": lambda: (200, page(list(self.tickets.values()), "tickets", query)),
            "/api/v2/groups": lambda: self._unless("groups", page(recorded("groups")["groups"], "groups", query)),
            "/api/v2/webhooks": lambda: self._unless("webhooks", page(self.webhooks, "webhooks", query)),
            "/api/v2/oauth/tokens/current.json": lambda: (200, recorded("oauth_token")),
            "/api/v2/help_center/articles": lambda: (200, page(self.articles, "articles", query)),
            "/api/v2/incremental/tickets/cursor": lambda: self._export(query),
        }
        if path.startswith("/api/v2/webhooks/") and path.endswith("/signing_secret"):
            return self._unless("webhooks", recorded("webhook_signing_secret"))
        return plain[path]() if path in plain else (404, recorded("error__not_found"))

    def _file(self, path: str, request: httpx.Request) -> httpx.Response:
        if self.leads_on_to and request.url.host == "acme.zendesk.com":
            return httpx.Response(302, headers={"location": self.leads_on_to + path})
        return httpx.Response(200, content=self.files[path])

    def _unless(self, right: str, document: Any) -> Answer:
        return (403, recorded("error__forbidden")) if right in self.missing else (200, document)

    def _me(self) -> Any:
        me = recorded("users_me__stranger" if "stranger" in self.missing else "users_me")
        if "staff" in self.missing:
            me["user"]["role"] = "end-user"
        if "all tickets" in self.missing:
            me["user"]["ticket_restriction"] = "groups"
        if "public replies" in self.missing:
            me["user"]["only_private_comments"] = True
        return me

    def _ticket(self, request: httpx.Request, ticket_id: str, part: str, query: dict[str, str]) -> Answer:
        if ticket_id not in self.tickets:
            return 404, recorded("error__not_found")
        if part == "/comments":
            users = [*self._sideloads["users"], self._me()["user"]]
            return 200, {**page(self.comments[ticket_id], "comments", query), "users": users}
        if part == "/audits":
            return self._unless("history", page(self.audits[ticket_id], "audits", query))
        if request.method == "PUT":
            return self._update(ticket_id, json.loads(request.content)["ticket"])
        return 200, {"ticket": self.tickets[ticket_id], **self._sideloads}

    def _update(self, ticket_id: str, update: dict[str, Any]) -> Answer:
        ticket = self.tickets[ticket_id]
        if update.get("safe_update") and update.get("updated_stamp") != ticket["updated_at"]:
            return 409, recorded("error__update_conflict")
        if ticket["status"] == "closed":
            return 422, recorded("error__record_invalid")
        changed = {
            key: update[key] for key in ("tags", "status", "priority", "group_id", "assignee_id") if key in update
        }
        ticket |= changed
        if (comment := update.get("comment")) is None:
            audit = self._audit(ticket_id, ME, self._touch(ticket_id), [], None)
            return 200, {"ticket": ticket, "audit": audit if changed else None}
        html = expanded(comment["html_body"].encode()[:65_535].decode(errors="ignore"))
        public = comment.get("public", True) or self.make_public
        return 200, {
            "audit": self.says(ticket_id, ME, html, public=public, custom=update.get("metadata")),
            "ticket": ticket,
        }

    def _export(self, query: dict[str, str]) -> Answer:
        export = recorded("incremental_tickets")
        export["tickets"] = [{**ticket, "status": "solved"} for ticket in self.tickets.values()] + export["tickets"]
        step = 0 if "start_time" in query else int(query["cursor"])
        last = step + 1 == len(export["tickets"])
        last = step + 1 == len(export["tickets"])
        return 200, {
            **export,
            "tickets": [export["tickets"][step]],
            "after_cursor": str(step + 1),
            "end_of_stream": last,
        }

    # -- what it remembers ----------------------------------------------------------------------------------------

    def _touch(self, ticket_id: str) -> str:
        self._now += timedelta(seconds=1)
        stamp = self._now.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.tickets[ticket_id]["updated_at"] = stamp
        return stamp

    def _audit(
        self, ticket_id: str, author: int, stamp: str, events: list[dict[str, Any]], custom: Any
    ) -> dict[str, Any]:
        audit = {
            "id": self._last_id + 1,
            "ticket_id": int(ticket_id),
            "author_id": author,
            "created_at": stamp,
            "metadata": {"system": {}, "custom": custom or {}},
            "events": [*events, {"id": self._last_id + 2, "type": "Notification", "body": "mailed"}],
        }
        self.audits[ticket_id].append(audit)
        return audit


def page(items: list[Any], key: str, query: dict[str, str]) -> dict[str, Any]:
    """One page of a list, by cursor."""
    start, size = int(query.get("page[after]", 0)), int(query["page[size]"])
    more = start + size < len(items)
    meta = {"has_more": more, "after_cursor": str(start + size) if more else None, "before_cursor": None}
    return {key: items[start : start + size], "meta": meta, "links": {"prev": None, "next": None}}


def expanded(text: str) -> str:
    """Placeholders replaced: a known one by a secret of the ticket, another by nothing."""
    known = re.sub(r"\{\{\s*ticket\.requester\.email\s*\}\}", "rita@customer.example", text)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", known, flags=re.DOTALL)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Zendesk would show, or mail, this to the requester: a message is public unless it says otherwise."""
    if request.method == "GET":
        return False
    comment = json.loads(request.content).get("ticket", {}).get("comment")
    return comment is not None and comment.get("public", True) is not False
