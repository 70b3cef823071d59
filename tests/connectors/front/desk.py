"""Front as far as its published description tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. A draft without `mode` is private, a reply without `archive` archives, a
draft's version must be the current one, `tag_ids` of an update replace, links lead to the company's own host.
"""

import copy
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, BO, RITA = "tea_9c2", "tea_5a1", "tea_6b1", "rita@customer.example"
TICKET, LONG_TICKET = "cnv_yo1kg5q", "cnv_10ng"
SECRET = "front-test-key"
ACCOUNT = Account(
    "acme",
    "https://api2.frontapp.com",
    secrets={"webhook_secret": SECRET, "api_token": "an-api-token-nobody-may-see"},
    options={"author_id": ME, "company_id": "cmp_k30", "public_url": "https://gateway.example"},
)
CONVERSATIONS_A_PAGE = 2  # Front gives up to 100; so few need pages here too
Answer = tuple[int, Any]
Row = dict[str, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


def rows(name: str) -> list[Row]:
    found: list[Row] = recorded(name)["_results"]
    return found


class FrontDesk:
    """`desk.answer(request)`; `desk.missing` holds the scopes that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.drops_html_comments = False
        self.sends_drafts = False  # something that sends what was only to wait
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        first = recorded("conversation")
        self.conversations: dict[str, Row] = {
            TICKET: first,
            LONG_TICKET: {**copy.deepcopy(first), "id": LONG_TICKET},
        }
        self.messages: dict[str, list[Row]] = {TICKET: rows("messages"), LONG_TICKET: []}
        self.comments: dict[str, list[Row]] = {TICKET: rows("comments"), LONG_TICKET: []}
        self.drafts: dict[str, list[Row]] = {TICKET: [], LONG_TICKET: []}
        self.inboxes = {TICKET: rows("inboxes")[:1], LONG_TICKET: rows("inboxes")[:1]}
        self.channels: list[Row] = rows("channels")
        self.tags: list[Row] = rows("tags")
        self._now = 0.0
        self._last = 0
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"<p>Chapter {chapter}</p>")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        if visibility is Visibility.INTERNAL:
            self.notes(ticket_id, ANN, text)
        else:
            self.says(ticket_id, RITA if role is Role.REQUESTER else ANN, text)

    def says(self, ticket_id: str, author: str, html: str, **more: Any) -> Row:
        """A stored message: of the requester, of somebody else outside, or of a teammate."""
        inbound = not author.startswith("tea_")
        message = {
            **self._blank(rows("messages")[0 if inbound else 1]),
            "is_inbound": inbound,
            "body": expanded(html),
            "author": None if inbound else self._teammate(author),
            **more,
        }
        if inbound:
            message["recipients"] = [{"name": None, "handle": author, "role": "from"}, *message["recipients"][1:]]
        self.messages[ticket_id].append(message)
        self.conversations[ticket_id]["updated_at"] = message["created_at"]
        return message

    def notes(self, ticket_id: str, author: str, words: str) -> Row:
        self._last += 1
        comment = {
            **recorded("comment_created"),
            "id": f"com_n{self._last}",
            "author": self._teammate(author),
            "body": words,
            "posted_at": self._tick(),
        }
        self.comments[ticket_id].insert(0, comment)
        return comment

    def edits(self, draft: Row, html: str) -> None:
        """A teammate types in a shared draft."""
        draft |= {"body": html, "version": f"v-{self._tick()}"}

    def sends(self, ticket_id: str, draft: Row) -> None:
        """A teammate sends a draft; that it keeps its id and its author is the worse of what may be."""
        self.drafts[ticket_id].remove(draft)
        self.messages[ticket_id].append({**draft, "draft_mode": None, "created_at": self._tick()})

    def _blank(self, like: Row) -> Row:
        self._last += 1
        fresh = {"id": f"msg_n{self._last}", "message_uid": f"0uid{self._last:08d}", "created_at": self._tick()}
        return {**like, **fresh, "attachments": []}

    def _tick(self) -> float:
        """Now, and later than anything before."""
        self._now = round(max(self._now + 0.001, time.time()), 3)
        return self._now

    def _teammate(self, author: str) -> Row:
        return next(one for one in rows("teammates") if one["id"] == author)

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        split = urlsplit(str(request.url))
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        status, document = self._route(request, split.path, query)
        return httpx.Response(status, content=b"" if document is None else json.dumps(document))

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Answer:
        if scripted := self.scripted.get(f"{request.method} {path}"):
            return scripted
        if "credentials" in self.missing:
            return 401, recorded("error__unauthenticated")
        body = json.loads(request.content) if request.content else {}
        if found := re.fullmatch(r"/conversations/(cnv_\w+)(/\w+)?", path):
            return self._conversation(request.method, found[1], found[2] or "", body, query)
        if found := re.fullmatch(r"/drafts/(msg_\w+)/", path):
            return self._edit(found[1], body)
        if found := re.fullmatch(r"/knowledge_base_articles/(kba_\w+)/locales/(\w+)/content", path):
            return self._article(found[1], found[2])
        plain: dict[str, Callable[[], Answer]] = {
            "/me": lambda: (200, recorded("me")),
            f"/teammates/{ME}": lambda: self._unless(
                "author", {**self._teammate(ME), "is_blocked": "blocked" in self.missing}
            ),
            "/conversations": lambda: self._unless("conversations", self._list(query)),
            "/inboxes/inb_3srbb/conversations": lambda: self._unless("conversations", self._list(query)),
            "/inboxes": lambda: self._unless("inboxes", recorded("inboxes")),
            "/inboxes/inb_3srbb/channels": lambda: self._unless("channels", {"_results": self.channels}),
            "/inboxes/inb_3srcc/channels": lambda: self._unless("channels", {"_results": []}),
            "/channels": lambda: self._unless("channels", {"_results": self.channels}),
            "/teammates": lambda: self._unless("teammates", recorded("teammates")),
            "/tags": lambda: self._unless("tags", {**recorded("tags"), "_results": self.tags}),
            "/company/tags": lambda: self._make_tag(body),
            "/knowledge_bases": lambda: (200, recorded("knowledge_bases")),
            "/knowledge_bases/knb_1a/articles": lambda: (200, recorded("articles__external")),
            "/knowledge_bases/knb_2b/articles": lambda: (200, recorded("articles__internal")),
        }
        return plain[path]() if path in plain else (404, recorded("error__not_found"))

    def _unless(self, right: str, document: Any) -> Answer:
        return (403, recorded("error__forbidden")) if right in self.missing else (200, document)

    def _list(self, query: dict[str, str]) -> Row:
        wanted = json.loads(query["q"])["statuses"] if "q" in query else ["archived", "assigned", "unassigned"]
        found = [one for one in self.conversations.values() if one["status"] in wanted]
        return page(found, CONVERSATIONS_A_PAGE, query)

    def _article(self, article_id: str, locale: str) -> Answer:
        found = (one for one in recorded("article_contents") if (one["id"], one["locale"]) == (article_id, locale))
        article = next(found, None)
        return (200, article) if article else (404, recorded("error__not_found"))

    def _conversation(self, method: str, ticket_id: str, part: str, body: Row, query: dict[str, str]) -> Answer:
        if ticket_id not in self.conversations:
            return 404, recorded("error__not_found")
        verbs: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", ""): lambda: (200, self.conversations[ticket_id]),
            ("PATCH", ""): lambda: self._update(ticket_id, body),
            ("GET", "/inboxes"): lambda: self._unless("inboxes", {"_results": self.inboxes[ticket_id]}),
            ("GET", "/messages"): lambda: self._unless("messages", self._messages(ticket_id, query)),
            ("POST", "/messages"): lambda: (202, self._send(ticket_id, body)),
            ("GET", "/comments"): lambda: self._unless("comments", {"_results": self.comments[ticket_id]}),
            ("POST", "/comments"): lambda: (201, self.notes(ticket_id, body.get("author_id", "tea_b07"), body["body"])),
            ("GET", "/drafts"): lambda: self._unless("drafts", {"_results": self.drafts[ticket_id]}),
            ("POST", "/drafts"): lambda: self._draft(ticket_id, body),
            ("POST", "/tags"): lambda: self._tag(ticket_id, body),
            ("DELETE", "/tags"): lambda: self._untag(ticket_id, body),
        }
        return verbs[method, part]() if (method, part) in verbs else (404, recorded("error__not_found"))

    def _messages(self, ticket_id: str, query: dict[str, str]) -> Row:
        thread = self.messages[ticket_id]
        return page(thread if query.get("sort_order") == "asc" else thread[::-1], int(query.get("limit", 50)), query)

    def _send(self, ticket_id: str, body: Row) -> Row:
        options = body.get("options", {})
        self.conversations[ticket_id]["tags"] += [self._tag_called(one) for one in options.get("tag_ids", [])]
        if options.get("archive", True):
            self.conversations[ticket_id]["status"] = "archived"
        kept = self.says(ticket_id, body["author_id"], body["body"])
        return {"status": "accepted", "message_uid": kept["message_uid"]}

    def _draft(self, ticket_id: str, body: Row) -> Answer:
        if not {"body", "channel_id"} <= body.keys():
            return 400, recorded("error__bad_request")
        mode = None if self.sends_drafts else body.get("mode", "private")
        kept = {**self._blank(recorded("draft_created")), "draft_mode": mode, **self._written(body)}
        if mode:
            self.drafts[ticket_id].append(kept)
        return 200, kept

    def _edit(self, message_id: str, body: Row) -> Answer:
        found = next((one for kept in self.drafts.values() for one in kept if one["id"] == message_id), None)
        if found is None:
            return 404, recorded("error__not_found")
        if body.get("version") != found["version"]:
            return 409, recorded("error__conflict")
        found |= self._written(body)
        return 200, found

    def _written(self, body: Row) -> Row:
        html = re.sub(r"<!--.*?-->", "", body["body"]) if self.drops_html_comments else body["body"]
        version = f"v-{self._tick()}"
        return {"body": expanded(html), "author": self._teammate(body["author_id"]), "version": version}

    def _tag_called(self, tag_id: str) -> Row:
        return next(one for one in self.tags if one["id"] == tag_id)

    def _tag(self, ticket_id: str, body: Row) -> Answer:
        has = self.conversations[ticket_id]["tags"]
        has += [self._tag_called(one) for one in body["tag_ids"] if one not in {tag["id"] for tag in has}]
        return 204, None

    def _untag(self, ticket_id: str, body: Row) -> Answer:
        found = self.conversations[ticket_id]
        found["tags"] = [one for one in found["tags"] if one["id"] not in body["tag_ids"]]
        return 204, None

    def _make_tag(self, body: Row) -> Answer:
        self._last += 1
        self.tags.append({**rows("tags")[0], "id": f"tag_n{self._last}", "name": body["name"]})
        return 201, self.tags[-1]

    def _update(self, ticket_id: str, body: Row) -> Answer:
        found = self.conversations[ticket_id]
        if "assignee_id" in body:
            found |= {"assignee": self._teammate(body["assignee_id"]), "status": "assigned"}
        if "inbox_id" in body:
            self.inboxes[ticket_id] = [one for one in rows("inboxes") if one["id"] == body["inbox_id"]]
        if "tag_ids" in body:
            found["tags"] = [self._tag_called(one) for one in body["tag_ids"]]
        if "status" in body:
            found["status"] = {"open": "assigned"}.get(body["status"], body["status"])
        return 204, None


def page(items: list[Row], size: int, query: dict[str, str]) -> Row:
    start = int(query.get("page_token", "p0").removeprefix("p"))
    after = start + size
    link = f"https://acme.api.frontapp.com/any?limit={size}&page_token=p{after}" if after < len(items) else None
    return {"_pagination": {"next": link}, "_links": {}, "_results": items[start:after]}


def expanded(text: str) -> str:
    """Variables of templates replaced, as far as Front may do that in messages."""
    return re.sub(r"\{\{.*?\}\}", "rita@customer.example", text)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Front would send this to the requester: a message is, and a draft or a comment is not."""
    return request.method == "POST" and request.url.path.endswith("/messages")
