"""Zammad as far as its documentation and source tell, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. An article without `internal` is public, a mail is sent even when it is
internal, placeholders expand, a shared draft is written over, an owner without rights in the group becomes nobody.
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
ME, ANN, RITA, NOBODY = 12, 5, 8, 1
TICKET, LONG_TICKET = "81", "82"
SECRET = "za-test-token"
ACCOUNT = Account(
    "acme",
    "https://desk.acme.example",
    secrets={"webhook_secret": SECRET, "api_token": "an-access-token-nobody-may-see"},
    options={
        "integration_user_id": ME,
        "public_url": "https://gateway.example",
        "shared_drafts": True,
        "priorities": {"urgent": "4 urgent"},
    },
)
NAMES = {
    "group": {"Service Desk": 3, "2nd Level": 4},
    "owner": {"ann@acme.example": ANN, "countersign@acme.example": ME, "-": NOBODY},
    "state": {"new": 1, "open": 2, "pending reminder": 3, "closed": 4},
    "priority": {"1 low": 1, "2 normal": 2, "3 high": 3, "4 urgent": 4},
}
Answer = tuple[int, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class ZammadDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.drops_preferences = False  # a Zammad that keeps no preferences of articles
        self.make_public = False  # something that changes articles on their way
        self.owners_of_group_3 = {ANN, ME}
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.webhooks: list[dict[str, Any]] = recorded("webhooks")
        self.triggers: list[dict[str, Any]] = recorded("triggers")
        self.knowledge: dict[str, Any] = recorded("knowledge_base")
        first = recorded("ticket")
        self.tickets = {TICKET: first, LONG_TICKET: {**copy.deepcopy(first), "id": int(LONG_TICKET)}}
        self.threads: dict[str, list[dict[str, Any]]] = {TICKET: recorded("articles"), LONG_TICKET: []}
        self.tags = {TICKET: recorded("tags")["tags"], LONG_TICKET: []}
        self.drafts: dict[str, dict[str, Any]] = {}
        self._now = datetime(2026, 9, 1, 10, 1, tzinfo=UTC)
        self._last_id = 200
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"<p>Chapter {chapter}</p>")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        author = RITA if role is Role.REQUESTER else ANN
        self.says(ticket_id, author, text, internal=visibility is Visibility.INTERNAL)

    def says(self, ticket_id: str, author: int, html: str, **more: Any) -> dict[str, Any]:
        """A stored article. It moves the ticket's `updated_at`."""
        self._last_id += 1
        who = self._user(author)
        article = {
            **recorded("articles")[0],
            "id": self._last_id,
            "ticket_id": int(ticket_id),
            "sender": "Customer" if author == RITA else "Agent",
            "internal": False,
            "body": nh3.clean(expanded(html)),
            "from": f"{who['firstname']} {who['lastname']} <{who['email']}>",
            "created_by_id": author,
            "created_by": who["login"],
            "created_at": self._touch(ticket_id, author),
            **more,
        }
        self.threads[ticket_id].append(article)
        return article

    def colleague_types(self, ticket_id: str) -> None:
        self.drafts[ticket_id] = recorded("shared_draft__colleague")["assets"]["TicketSharedDraftZoom"]["8"]

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        split = urlsplit(str(request.url))
        query = {key: values[0] for key, values in parse_qs(split.query).items()}
        status, document = self._route(request, split.path.removeprefix("/api/v1"), query)
        return httpx.Response(status, content=json.dumps(document))

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Answer:
        if scripted := self.scripted.get(f"{request.method} {path}"):
            return scripted
        if "credentials" in self.missing:
            return 401, recorded("error__invalid_token")
        body = json.loads(request.content) if request.content else {}
        if found := re.fullmatch(r"/tickets/(\d+)(/shared_draft)?", path):
            return self._ticket(request.method, found[1], found[2] or "", body)
        if found := re.fullmatch(r"/ticket_articles/by_ticket/(\d+)", path):
            return self._unless("articles", self.threads[found[1]])
        if found := re.fullmatch(r"/knowledge_bases/1/answers/(\d+)", path):
            return 200, self._contents(int(found[1]), query)
        if found := re.fullmatch(r"/users/(\d+)", path):
            return 200, self._user(int(found[1]))
        plain: dict[str, Callable[[], Answer]] = {
            "GET /users/me": lambda: (200, {**self._user(ME), "active": "active" not in self.missing}),
            "GET /tickets": lambda: self._unless("tickets", page(list(self.tickets.values()), query)),
            "GET /tags": lambda: self._unless("tags", {"tags": self.tags[query["o_id"]]}),
            "POST /tags/add": lambda: self._tag(body),
            "POST /ticket_articles": lambda: (201, self._create(str(body["ticket_id"]), body)),
            "GET /ticket_states": lambda: (200, recorded("ticket_states")),
            "GET /ticket_priorities": lambda: (
                200,
                recorded("ticket_priorities")[: 3 if "names" in self.missing else 4],
            ),
            "GET /webhooks": lambda: self._unless("webhooks", self.webhooks),
            "GET /triggers": lambda: self._unless("triggers", self.triggers),
            "POST /knowledge_bases/init": lambda: (200, self.knowledge),
        }
        verb = plain.get(f"{request.method} {path}")
        return verb() if verb else (404, recorded("error__not_found"))

    def _unless(self, right: str, document: Any) -> Answer:
        return (403, recorded("error__unauthorized")) if right in self.missing else (200, document)

    def _priorities(self) -> list[Any]:
        found: list[Any] = recorded("ticket_priorities")
        return found[:3] if "names" in self.missing else found

    def _user(self, user_id: int) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in recorded("users") if one["id"] == user_id)
        return found

    def _ticket(self, method: str, ticket_id: str, part: str, body: dict[str, Any]) -> Answer:
        if ticket_id not in self.tickets:
            return 404, recorded("error__not_found")
        if part:
            return self._draft(method, ticket_id, body)
        return self._update(ticket_id, body) if method == "PUT" else (200, self.tickets[ticket_id])

    def _update(self, ticket_id: str, body: dict[str, Any]) -> Answer:
        ticket = self.tickets[ticket_id]
        changed: dict[str, Any] = {}
        for key, names in NAMES.items():
            if key in body and body[key] not in names:
                return 422, recorded("error__no_such_name")
            wanted = names[body[key]] if key in body else body.get(f"{key}_id")
            if wanted is not None:
                changed[f"{key}_id"] = wanted
        ticket |= changed | {key: body[key] for key in ("pending_time",) if key in body}
        if ticket["owner_id"] not in self.owners_of_group_3:
            ticket["owner_id"] = NOBODY
        for key, names in NAMES.items():
            ticket[key] = next((name for name, one in names.items() if one == ticket[f"{key}_id"]), "?")
        self._touch(ticket_id, ME)
        if article := body.get("article"):
            if (draft := self.drafts.get(ticket_id)) and draft["id"] == article.get("shared_draft_id"):
                del self.drafts[ticket_id]
            self._create(ticket_id, article)
        return 200, ticket

    def _create(self, ticket_id: str, body: dict[str, Any]) -> dict[str, Any]:
        return self.says(
            ticket_id,
            ME,
            body["body"],
            internal=body.get("internal", False) and not self.make_public,
            type=body.get("type", "note"),
            to=body.get("to"),
            preferences={} if self.drops_preferences else body.get("preferences", {}),
        )

    def _draft(self, method: str, ticket_id: str, body: dict[str, Any]) -> Answer:
        if "drafts" in self.missing:
            return 403, recorded("error__unauthorized")
        if method in ("PUT", "PATCH"):
            stamp = self._touch(ticket_id, ME)
            before = self.drafts.get(ticket_id, {"id": 9, "created_by_id": ME, "created_at": stamp})
            free = {key: body[key] for key in ("new_article", "ticket_attributes")}
            self.drafts[ticket_id] = {**before, **free, "updated_by_id": ME, "updated_at": stamp}
        draft = self.drafts.get(ticket_id)
        if draft is None:
            return 200, recorded("shared_draft__none")
        assets = {"TicketSharedDraftZoom": {str(draft["id"]): draft}}
        return 201 if method == "PUT" else 200, {"shared_draft_id": draft["id"], "assets": assets}

    def _tag(self, body: dict[str, Any]) -> Answer:
        tags = self.tags[str(body["o_id"])]
        if body["item"] not in tags:
            tags.append(body["item"])
        return 201, True

    def _contents(self, answer: int, query: dict[str, str]) -> Any:
        wanted = [int(one) for one in query.get("include_contents", "").split(",") if one]
        contents = {str(one): {"id": one, "body": f"<p>Text {one}</p>", "attachments": []} for one in wanted}
        return {"id": answer, "assets": {"KnowledgeBaseAnswerTranslationContent": contents}}

    def _touch(self, ticket_id: str, who: int) -> str:
        self._now += timedelta(milliseconds=250)
        stamp = self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.tickets[ticket_id] |= {"updated_at": stamp, "updated_by_id": who}
        return stamp


def page(items: list[Any], query: dict[str, str]) -> list[Any]:
    size = int(query["per_page"])
    start = (int(query["page"]) - 1) * size
    return items[start : start + size]


def expanded(text: str) -> str:
    """Placeholders replaced: a known one by a secret of the ticket, another by a dash."""
    known = re.sub(r"#\{\s*ticket\.customer\.email\s*\}", "rita@customer.example", text)
    return re.sub(r"#\{.*?\}", "-", known)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Zammad would show, or mail, this to the requester: an article is public unless it says otherwise, and
    one of type email is sent even when it is internal."""
    if request.method == "GET" or request.url.path.endswith("/shared_draft"):
        return False
    body = json.loads(request.content)
    article = body if request.url.path.endswith("/ticket_articles") else body.get("article")
    return bool(article) and (article.get("internal", False) is not True or article.get("type", "note") != "note")
