"""Chatwoot as far as its source tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. Labels are replaced, Liquid expands, a message without `private` is
public, an assignee that it does not know means nobody, and who opens a conversation gets it assigned.
"""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, RITA = 12, 5, 55
TICKET, LONG_TICKET = "4312", "4399"
SECRET = "cw-test-secret"
ACCOUNT = Account(
    "acme",
    "https://chat.acme.example",
    secrets={"webhook_secret": SECRET, "api_token": "an-access-token-nobody-may-see"},
    options={"account_id": 1, "integration_user_id": ME, "public_url": "https://gateway.example"},
)
PREFIX = "/api/v1/accounts/1"
ARTICLES_A_PAGE = CONVERSATIONS_A_PAGE = 2  # Chatwoot gives 25; so few need pages here too
Answer = tuple[int, Any]
REFUSED = "error__unauthorized"


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class ChatwootDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.drops_attributes = False  # a Chatwoot that keeps no attributes which it does not know
        self.make_public = False  # something that changes messages on their way
        self.opening_assigns = True
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.webhooks: list[dict[str, Any]] = recorded("webhooks")["payload"]["webhooks"]
        self.articles: list[dict[str, Any]] = recorded("articles")["payload"]
        first = recorded("conversation")
        self.conversations = {TICKET: first, LONG_TICKET: {**copy.deepcopy(first), "id": int(LONG_TICKET)}}
        self.threads: dict[str, list[dict[str, Any]]] = {TICKET: recorded("messages")["payload"], LONG_TICKET: []}
        self._now = 1_788_256_900
        self._last_id = 91_000
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"Chapter {chapter}", private=False)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        author = RITA if role is Role.REQUESTER else ANN
        self.says(ticket_id, author, text, private=visibility is Visibility.INTERNAL)

    def says(self, ticket_id: str, author: int, words: str, *, private: bool, **more: Any) -> dict[str, Any]:
        """A stored message. It moves `last_activity_at` and leaves `updated_at` alone, as Chatwoot does."""
        self._now += 1
        self._last_id += 1
        sender = next(one for one in self._people() if one["id"] == author)
        message = {
            **recorded("message_created__note"),
            "id": self._last_id,
            "content": re.sub(r"\\\n", "\n", words).rstrip("\n"),
            "conversation_id": int(ticket_id),
            "message_type": 0 if author == RITA else 1,
            "private": private,
            "created_at": self._now,
            "sender": sender,
            "content_attributes": {},
            **more,
        }
        self.threads[ticket_id].append(message)
        self.conversations[ticket_id]["last_activity_at"] = self._now
        return message

    def _people(self) -> list[dict[str, Any]]:
        return [*({**one, "type": "user"} for one in recorded("agents")), {**self._contact(), "type": "contact"}]

    def _contact(self) -> dict[str, Any]:
        found: dict[str, Any] = recorded("conversation")["meta"]["sender"]
        return found

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
            return 401, recorded("error__invalid_token")
        body = json.loads(request.content) if request.content else {}
        if found := re.fullmatch(rf"{PREFIX}/conversations/(\d+)(/\w+)?", path):
            return self._conversation(request.method, found[1], found[2] or "", body, query)
        plain: dict[str, Callable[[], Answer]] = {
            "/api/v1/profile": lambda: (200, self._profile()),
            f"{PREFIX}/conversations": lambda: self._unless("conversations", self._list(query)),
            f"{PREFIX}/inboxes": lambda: (200, {"payload": []} if "inboxes" in self.missing else recorded("inboxes")),
            f"{PREFIX}/teams": lambda: self._unless("teams", recorded("teams")),
            f"{PREFIX}/agents": lambda: self._unless("teams", recorded("agents")),
            f"{PREFIX}/webhooks": lambda: self._unless("webhooks", {"payload": {"webhooks": self.webhooks}}),
            f"{PREFIX}/portals": lambda: (200, recorded("portals")),
            f"{PREFIX}/portals/help/articles": lambda: (200, self._articles(query)),
        }
        return plain[path]() if path in plain else (404, recorded("error__not_found"))

    def _unless(self, right: str, document: Any) -> Answer:
        return (401, recorded(REFUSED)) if right in self.missing else (200, document)

    def _profile(self) -> Any:
        profile = recorded("profile")
        if "account" in self.missing:
            profile["accounts"][0]["id"] = 2
        return profile

    def _list(self, query: dict[str, str]) -> Any:
        found = [one for one in self.conversations.values() if query["status"] in ("all", one["status"])]
        return {"data": {"meta": {"all_count": len(found)}, "payload": page(found, CONVERSATIONS_A_PAGE, query)}}

    def _articles(self, query: dict[str, str]) -> Any:
        return {**recorded("articles"), "payload": page(self.articles, ARTICLES_A_PAGE, query)}

    def _conversation(self, method: str, ticket_id: str, part: str, body: Any, query: dict[str, str]) -> Answer:
        if ticket_id not in self.conversations:
            return 404, recorded("error__not_found")
        found = self.conversations[ticket_id]
        verbs: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", ""): lambda: (200, {**found, "messages": self.threads[ticket_id][-1:]}),
            ("GET", "/messages"): lambda: self._unless("messages", self._messages(ticket_id, query)),
            ("POST", "/messages"): lambda: (200, self._create(ticket_id, body)),
            ("GET", "/labels"): lambda: (200, {"payload": found["labels"]}),
            ("POST", "/labels"): lambda: self._labels(ticket_id, body),
            ("POST", "/toggle_priority"): lambda: self._priority(found, body),
            ("POST", "/toggle_status"): lambda: self._status(found, body),
            ("POST", "/assignments"): lambda: self._assign(found, body),
        }
        return verbs[method, part]() if (method, part) in verbs else (404, recorded("error__not_found"))

    def _messages(self, ticket_id: str, query: dict[str, str]) -> Any:
        thread = self.threads[ticket_id]
        if "after" in query:
            found = [one for one in thread if one["id"] > int(query["after"])][:100]
        else:
            found = thread[-20:]
        return {**recorded("messages"), "payload": found}

    def _create(self, ticket_id: str, body: dict[str, Any]) -> Any:
        private = body.get("private", False) and not self.make_public
        attributes = {} if self.drops_attributes else body.get("content_attributes", {})
        words = body["content"] if private else expanded(body["content"])
        return self.says(ticket_id, ME, words, private=private, content_attributes=attributes)

    def _labels(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        self._touch(self.conversations[ticket_id])["labels"] = body["labels"]
        self.says(ticket_id, ME, "Countersign added labels", private=False, message_type=2, sender=None)
        return 200, {"payload": body["labels"]}

    def _priority(self, found: dict[str, Any], body: dict[str, Any]) -> Answer:
        self._touch(found)["priority"] = body["priority"]
        return 200, None

    def _status(self, found: dict[str, Any], body: dict[str, Any]) -> Answer:
        self._touch(found)["status"] = body["status"]
        if body["status"] == "open" and self.opening_assigns:
            found["meta"]["assignee"] = self._agent(ME)
        payload = {"success": True, "current_status": body["status"], "conversation_id": found["id"]}
        return 200, {"meta": {}, "payload": payload}

    def _assign(self, found: dict[str, Any], body: dict[str, Any]) -> Answer:
        meta = self._touch(found)["meta"]
        if "assignee_id" in body:
            meta["assignee"] = self._agent(body["assignee_id"])
            return 200, meta["assignee"]
        meta["team"] = next((one for one in recorded("teams") if one["id"] == body["team_id"]), None)
        return 200, meta["team"]

    def _agent(self, agent_id: int | None) -> dict[str, Any] | None:
        return next((one for one in recorded("agents") if one["id"] == agent_id), None)

    def _touch(self, found: dict[str, Any]) -> dict[str, Any]:
        self._now += 1
        found["updated_at"] = self._now + 0.5
        return found


def page(items: list[Any], size: int, query: dict[str, str]) -> list[Any]:
    start = (int(query.get("page", 1)) - 1) * size
    return items[start : start + size]


def expanded(text: str) -> str:
    """Liquid run: a known variable becomes what it stands for, another nothing."""
    known = re.sub(r"\{\{\s*contact\.email\s*\}\}", "rita@customer.example", text)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", known, flags=re.DOTALL)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Chatwoot would send this to the requester: a message is public unless it says otherwise."""
    if request.method == "GET" or not request.url.path.endswith("/messages"):
        return False
    return json.loads(request.content).get("private", False) is not True
