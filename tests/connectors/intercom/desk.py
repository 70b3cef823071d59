"""Intercom as far as its description tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. A conversation shows its newest 500 parts, paragraphs come back dressed,
assigning opens what is closed, and words in any call but a note's reach the requester.
"""

import copy
import html
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, RITA = "814899", "814860", "64aa0c1be5f1d2a3b4c5d6e7"
TICKET, LONG_TICKET = "1122334455", "1122334466"
SECRET = "ic-test-secret"
ACCOUNT = Account(
    "acme",
    "https://api.intercom.io",
    secrets={"webhook_secret": SECRET, "api_token": "an-access-token-nobody-may-see"},
    options={
        "integration_user_id": ME,
        "workspace_id": "a86dr8yl",
        "public_url": "https://gateway.example",
        "priority_attribute": "Priority",
    },
)
A_PAGE = 2  # Intercom gives up to 150; so few need pages here too
MOST_PARTS = 500
Answer = tuple[int, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class IntercomDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 1) -> None:
        self.missing: set[str] = set()
        self.make_public = False  # something that changes notes on their way
        self.answers_with_the_new_part_only = False
        self.headers: dict[str, str] = {}
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.tags: list[dict[str, Any]] = recorded("tags")["data"]
        self.articles: list[dict[str, Any]] = recorded("articles")["data"]
        first = recorded("conversation")
        other = {**copy.deepcopy(first), "id": LONG_TICKET}
        self.threads: dict[str, list[dict[str, Any]]] = {
            TICKET: first["conversation_parts"]["conversation_parts"],
            LONG_TICKET: [],
        }
        self.conversations: dict[str, dict[str, Any]] = {TICKET: first, LONG_TICKET: other}
        self._now = int(time.time()) - 10_000
        self._last_id = 91_000
        for chapter in range(long_thread - 1):  # the first message is no part
            self.says(LONG_TICKET, RITA, f"<p>Chapter {chapter}</p>")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        kind = "note" if visibility is Visibility.INTERNAL else "comment"
        markup = text if text.startswith("<p>") else f"<p>{html.escape(text)}</p>"
        self.says(ticket_id, RITA if role is Role.REQUESTER else ANN, markup, kind)

    def says(self, ticket_id: str, who: str, body: str | None, kind: str = "comment", **more: Any) -> dict[str, Any]:
        """A stored part. Paragraphs get a class of Intercom's own."""
        self._now += 1
        self._last_id += 1
        part = {
            **recorded("part"),
            "id": str(self._last_id),
            "part_type": kind,
            "body": body and body.replace("<p>", '<p class="no-margin">'),
            "created_at": self._now,
            "author": self._author(who),
            **more,
        }
        self.threads[ticket_id].append(part)
        self.conversations[ticket_id]["updated_at"] = self._now
        return part

    def _author(self, who: str) -> dict[str, Any]:
        if who == RITA:
            found: dict[str, Any] = recorded("conversation")["source"]["author"]
            return found
        admin = next(one for one in recorded("admins")["admins"] if one["id"] == who)
        return {"type": "admin", "id": admin["id"], "name": admin["name"], "email": admin["email"]}

    def answer_now(self) -> None:
        """What is written from here on is as new as the clock on the wall."""
        self._now = max(self._now, int(time.time()))

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.answer_now()
        status, document = self._route(request, request.url.path, dict(request.url.params))
        return httpx.Response(status, headers=self.headers, content=b"" if document is None else json.dumps(document))

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Answer:
        if scripted := self.scripted.get(f"{request.method} {path}"):
            return scripted
        if "credentials" in self.missing:
            return 401, recorded("error__unauthorized")
        body = json.loads(request.content) if request.content else {}
        if found := re.fullmatch(r"/conversations/(\d+)/tags/(\d+)", path):
            return self._remove_tag(found[1], found[2])
        if found := re.fullmatch(r"/conversations/(\d+)(/\w+)?", path):
            return self._conversation(request.method, found[1], found[2] or "", body)
        if path.startswith("/contacts/"):
            return self._unless("contacts", recorded("contact") if path.endswith(RITA) else None)
        plain: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", "/me"): lambda: (200, recorded("me")),
            ("GET", "/admins"): lambda: self._unless("admins", self._admins()),
            ("GET", "/teams"): lambda: self._unless("teams", recorded("teams")),
            ("GET", "/tags"): lambda: self._unless("tags", {"type": "list", "data": self.tags}),
            ("POST", "/tags"): lambda: (200, self._tag(body["name"])),
            ("GET", "/conversations"): lambda: self._unless("conversations", self._list(query)),
            ("POST", "/conversations/search"): lambda: (200, self._search(body)),
            ("GET", "/articles"): lambda: (200, self._articles(query)),
            ("GET", "/data_attributes"): lambda: self._unless("attributes", recorded("data_attributes")),
        }
        known = plain.get((request.method, path))
        return known() if known else (404, recorded("error__not_found"))

    def _unless(self, right: str, document: Any) -> Answer:
        if right in self.missing:
            return 403, recorded("error__plan_restricted")
        return (404, recorded("error__not_found")) if document is None else (200, document)

    def _admins(self) -> Any:
        found = recorded("admins")
        if "seat" in self.missing:
            next(one for one in found["admins"] if one["id"] == ME)["has_inbox_seat"] = False
        return found

    def _tag(self, name: str) -> dict[str, Any]:
        """Found by its name in any case, or made."""
        known = next((one for one in self.tags if one["name"].casefold() == name.casefold()), None)
        if known is None:
            known = {"type": "tag", "id": str(7_600_000 + len(self.tags)), "name": name}
            self.tags.append(known)
        return known

    def _shown(self, ticket_id: str, parts: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """The conversation with its newest parts, or with those given."""
        shown = self.threads[ticket_id][-MOST_PARTS:] if parts is None else parts
        thread = {
            "type": "conversation_part.list",
            "conversation_parts": shown,
            "total_count": len(self.threads[ticket_id]),
        }
        return {**self.conversations[ticket_id], "conversation_parts": thread}

    def _list(self, query: dict[str, str]) -> Any:
        rows = [one for one in self.conversations.values() if one]
        return {"type": "conversation.list", **_page(rows, int(query["per_page"]), None, "conversations")}

    def _search(self, body: dict[str, Any]) -> Any:
        wanted = {one["field"]: one["value"] for one in body["query"]["value"]}
        rows = [
            {key: value for key, value in one.items() if key != "conversation_parts"}
            for one in self.conversations.values()
            if one["state"] == wanted["state"] and one["updated_at"] > wanted["updated_at"]
        ]
        return {
            "type": "conversation.list",
            **_page(rows, A_PAGE, body["pagination"].get("starting_after"), "conversations"),
        }

    def _articles(self, query: dict[str, str]) -> Any:
        """Pages by number, as the recorded answers have them."""
        number = int(query.get("page", "1"))
        rows = self.articles[(number - 1) * A_PAGE : number * A_PAGE]
        total = -(-len(self.articles) // A_PAGE)
        pages = {"type": "pages", "page": number, "per_page": A_PAGE, "total_pages": total}
        return {"type": "list", "total_count": len(self.articles), "pages": pages, "data": rows}

    def _conversation(self, method: str, ticket_id: str, part: str, body: Any) -> Answer:
        if ticket_id not in self.conversations:
            return 404, recorded("error__not_found")
        verbs: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", ""): lambda: self._unless("threads", self._shown(ticket_id)),
            ("PUT", ""): lambda: self._update(ticket_id, body),
            ("POST", "/reply"): lambda: self._reply(ticket_id, body),
            ("POST", "/parts"): lambda: self._manage(ticket_id, body),
            ("POST", "/tags"): lambda: self._add_tag(ticket_id, body),
        }
        known = verbs.get((method, part))
        return known() if known else (404, recorded("error__not_found"))

    def _update(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        self.conversations[ticket_id]["custom_attributes"] |= body["custom_attributes"]
        return self._changed(ticket_id, self.says(ticket_id, ME, None, "conversation_attribute_updated_by_admin"))

    def _reply(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        kind = "comment" if self.make_public else body["message_type"]
        return self._changed(ticket_id, self.says(ticket_id, body["admin_id"], body["body"], kind))

    def _manage(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        found, kind = self.conversations[ticket_id], body["message_type"]
        if kind == "assignment":
            if body["assignee_id"] not in json.dumps(recorded("admins")) + json.dumps(recorded("teams")):
                return 400, recorded("error__parameter")
            kind = "assign_and_reopen" if found["state"] == "closed" else kind
            found[f"{body['type']}_assignee_id"] = int(body["assignee_id"])
        found["state"] = "closed" if kind == "close" else "open"
        return self._changed(ticket_id, self.says(ticket_id, body["admin_id"], body.get("body"), kind))

    def _add_tag(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        tag = next(one for one in self.tags if one["id"] == body["id"])
        tags = self.conversations[ticket_id]["tags"]["tags"]
        if tag not in tags:
            tags.append(tag)
        return 200, {**tag, "applied_at": self._now, "applied_by": {"type": "admin", "id": body["admin_id"]}}

    def _remove_tag(self, ticket_id: str, tag_id: str) -> Answer:
        tags = self.conversations[ticket_id]["tags"]["tags"]
        found = next((one for one in tags if one["id"] == tag_id), None)
        if found is None:
            return 404, recorded("error__not_found")
        tags.remove(found)
        return 200, found

    def _changed(self, ticket_id: str, part: dict[str, Any]) -> Answer:
        return 200, self._shown(ticket_id, [part] if self.answers_with_the_new_part_only else None)


def _page(rows: list[Any], size: int, cursor: str | None, key: str) -> dict[str, Any]:
    start = int(cursor or 0)
    more = {"next": {"per_page": size, "starting_after": str(start + size)}} if start + size < len(rows) else {}
    pages = {"type": "pages", "page": start // size + 1, "per_page": size, "total_pages": -(-len(rows) // size), **more}
    return {key: rows[start : start + size], "total_count": len(rows), "pages": pages}


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Intercom would show this to the requester: a comment, or words that go along with a change."""
    body = json.loads(request.content) if request.content and request.method == "POST" else {}
    if request.url.path.endswith("/reply"):
        return body.get("message_type") != "note"
    return request.url.path.endswith("/parts") and bool(body.get("body"))
