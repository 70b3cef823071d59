"""HubSpot as far as its documentation tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. A list of messages comes in pages, newest first, and cuts long ones;
fields of a ticket are overwritten; what is no comment reaches the requester.
"""

import copy
import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
APP, SENDER = 54321, "A-987"
TICKET, LONG_TICKET = "5544332211", "5544332299"
CRM_TICKET = "77001"
SECRET = "hs-test-secret"
ACCOUNT = Account(
    "acme",
    "https://api.hubapi.com",
    secrets={"webhook_secret": SECRET, "api_token": "pat-that-nobody-may-see"},
    options={
        "app_id": APP,
        "portal_id": 62515,
        "public_url": "https://gateway.example",
        "sender_actor_id": SENDER,
        "tags_property": "ai_tags",
        "team_property": "ai_team",
        "stages": {"pending": 2, "solved": "4"},
    },
)
THREADS = "/conversations/v3/conversations/threads"
LONGEST_IN_A_LIST = 5_000
THREADS_A_PAGE = 2
Answer = tuple[int, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class HubspotDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.make_public = False  # something that changes comments on their way
        self.headers: dict[str, str] = {}
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        first = recorded("thread")
        self.threads = {TICKET: first, LONG_TICKET: {**copy.deepcopy(first), "id": LONG_TICKET}}
        self.tickets = {CRM_TICKET: recorded("ticket")}
        self.happened: dict[str, list[dict[str, Any]]] = {
            TICKET: recorded("messages")["results"][::-1],
            LONG_TICKET: [],
        }
        self._now = datetime.now(UTC) - timedelta(hours=3)
        self._last_id = 0
        for chapter in range(long_thread):
            self.says(LONG_TICKET, "V-555", f"<p>Chapter {chapter}</p>")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        markup = text if text.startswith("<p>") else f"<p>{html.escape(text)}</p>"
        kind = "COMMENT" if visibility is Visibility.INTERNAL else "MESSAGE"
        self.says(ticket_id, "V-555" if role is Role.REQUESTER else "A-988", markup, kind)

    def says(self, ticket_id: str, who: str, rich: str, kind: str = "MESSAGE", **more: Any) -> dict[str, Any]:
        """A stored message."""
        self._now += timedelta(milliseconds=1)
        self._last_id += 1
        like = recorded("messages")["results"]
        template = next(one for one in like if one["type"] == kind and (kind != "MESSAGE" or one["createdBy"] == who))
        message = {
            **template,
            "id": f"{self._last_id:032x}",
            "conversationsThreadId": ticket_id,
            "createdAt": self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "createdBy": who,
            "text": " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", rich)).split()),
            "richText": rich,
            "attachments": [],
            **more,
        }
        self.happened[ticket_id].append(message)
        self.threads[ticket_id]["latestMessageTimestamp"] = message["createdAt"]
        return message

    def answer_now(self) -> None:
        """What is written from here on is as new as the clock on the wall."""
        self._now = max(self._now, datetime.now(UTC))

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
        if found := re.fullmatch(rf"{THREADS}/(\d+)(/messages)?(?:/(\w+))?(/original-content)?", path):
            thread, messages, message, original = found.groups()
            if thread not in self.threads:
                return 404, recorded("error__not_found")
            if message:
                return self._one(thread, message, whole=bool(original))
            verbs = self._messages if messages else self._thread
            return verbs(request.method, thread, body, query)
        if found := re.fullmatch(r"/crm/v3/objects/tickets/(\d+)", path):
            return self._ticket(request.method, found[1], body)
        if found := re.fullmatch(r"/crm/v3/properties/tickets/(\w+)", path):
            return self._unless(found[1], {**recorded("property"), "name": found[1]}, gone=True)
        plain: dict[str, Callable[[], Answer]] = {
            THREADS: lambda: self._unless("threads", self._threads(query)),
            "/crm/v3/objects/tickets": lambda: self._unless("tickets", {"results": list(self.tickets.values())}),
            "/crm/v3/objects/contacts/555": lambda: self._unless("contacts", recorded("contact")),
            "/crm/v3/owners": lambda: self._unless("owners", recorded("owners")),
            "/crm/v3/pipelines/tickets": lambda: self._unless("pipelines", recorded("pipelines")),
            f"/conversations/v3/conversations/actors/{SENDER}": lambda: self._unless("sender", recorded("actor")),
        }
        return plain[path]() if path in plain else (404, recorded("error__not_found"))

    def _unless(self, right: str, document: Any, *, gone: bool = False) -> Answer:
        if right in self.missing:
            return (404, recorded("error__not_found")) if gone else (403, recorded("error__missing_scopes"))
        return 200, document

    def _threads(self, query: dict[str, str]) -> Any:
        after = query.get("latestMessageTimestampAfter", "")
        rows = [
            one
            for one in self.threads.values()
            if query.get("threadStatus") in (None, one["status"]) and one["latestMessageTimestamp"] >= after
        ]
        return page(rows, min(int(query["limit"]), THREADS_A_PAGE), query)

    def _thread(self, method: str, thread: str, body: dict[str, Any], query: dict[str, str]) -> Answer:
        found = self.threads[thread]
        if method == "PATCH":
            found |= body
        elif query.get("association") != "TICKET":
            return 200, {key: value for key, value in found.items() if key != "threadAssociations"}
        return 200, found

    def _messages(self, method: str, thread: str, body: dict[str, Any], query: dict[str, str]) -> Answer:
        if method == "GET":
            newest_first = [cut(one) for one in self.happened[thread][::-1]]
            return self._unless("messages", page(newest_first, min(int(query["limit"]), 100), query))
        public = body["type"] == "MESSAGE" or self.make_public
        if public and not (self.make_public or body.get("recipients")):
            return 400, recorded("error__validation")
        message = self.says(
            thread,
            "A-988",
            body["richText"],
            "MESSAGE" if public else "COMMENT",
            text=body["text"],
            createdBy=body.get("senderActorId") or f"I-{APP}",
            senders=[{"actorId": body.get("senderActorId") or f"I-{APP}"}],
            client={"clientType": "INTEGRATION", "integrationAppId": APP},
        )
        return 201, message

    def _one(self, thread: str, message: str, *, whole: bool) -> Answer:
        found = next((one for one in self.happened[thread] if one["id"] == message), None)
        if found is None:
            return 404, recorded("error__not_found")
        return 200, {"text": found["text"], "richText": found["richText"]} if whole else cut(found)

    def _ticket(self, method: str, ticket: str, body: dict[str, Any]) -> Answer:
        if ticket not in self.tickets:
            return 404, recorded("error__not_found")
        found = self.tickets[ticket]
        if method == "PATCH":
            owners = {one["id"] for one in recorded("owners")["results"]}
            if body["properties"].get("hubspot_owner_id", "301") not in owners:
                return 400, recorded("error__validation")
            found["properties"] |= body["properties"]
        return self._unless("tickets", found)


def page(rows: list[Any], size: int, query: dict[str, str]) -> dict[str, Any]:
    start = int(query.get("after", "0"))
    more = {"next": {"after": str(start + size), "link": "?after=" + str(start + size)}}
    return {"results": rows[start : start + size], "paging": more if start + size < len(rows) else None}


def cut(message: dict[str, Any]) -> dict[str, Any]:
    """A message as a list shows it."""
    if len(message.get("richText") or "") <= LONGEST_IN_A_LIST:
        return message
    short = {key: message[key][:LONGEST_IN_A_LIST] for key in ("text", "richText")}
    return {**message, **short, "truncationStatus": "TRUNCATED"}


def reaches_requester(request: httpx.Request) -> bool:
    """Whether HubSpot would send this to the requester."""
    if request.method != "POST" or not request.url.path.endswith("/messages"):
        return False
    return json.loads(request.content).get("type") != "COMMENT"
