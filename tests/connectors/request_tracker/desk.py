"""Request Tracker 5.0.3 as the recorded answers beside this show it, with memory and with its traps.

It tells no total and no next page, hides comments without a gap, keeps tags only as the whole list, answers 200 to a
change that it refuses, and checks `If-Match` on changes and never on messages.
"""

import copy
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx

from connectors.contract import Account, Role, Visibility
from tests.connectors.request_tracker.paging import page

HERE = Path(__file__).parent
ME, EMMA, RITA = "countersign", "emma", "rita@customer.example"
TICKET, LONG_TICKET = "1", "2"
SECRET = "whsec_" + "Y291bnRlcnNpZ24gbGl2ZSB0ZXN0cyBzZWNyZXQgMzI="
ACCOUNT = Account(
    "acme",
    "https://rt.example.com",
    secrets={"webhook_secret": SECRET, "api_token": "1-35-a-token-that-nobody-may-see"},
    options={
        "user": ME,
        "queues": ["Support"],
        "tags_field": "Tags",
        "articles": {"FAQ": "public"},
        "priorities": {"low": 0, "normal": 25, "high": 50, "urgent": 75},
    },
)
BASE = "https://rt.example.com/REST/2.0"
Answer = tuple[int, Any]
Row = dict[str, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


def reference(kind: str, name: str) -> Row:
    return {"type": kind, "id": name, "_url": f"{BASE}/{kind}/{name}"}


class RequestTrackerDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.hidden_address = ""  # an e-mail address of the integration user
        self.ignores: set[str] = set()  # fields whose conditions RT does not know
        self.refuses: set[str] = set()  # fields that RT leaves as they are, whatever is asked
        self.articles: list[Row] = recorded("articles")["items"]
        first = recorded("ticket")
        self.tickets: dict[str, Row] = {TICKET: first, LONG_TICKET: {**copy.deepcopy(first), "id": int(LONG_TICKET)}}
        self.transactions: list[Row] = [{**row, "ticket": TICKET} for row in recorded("history")["items"]]
        texts = {row["id"]: row["Content"] for row in recorded("contents")["items"]}
        self.parts: list[Row] = [
            {**part, "Content": texts.get(part["id"], "")} for part in recorded("attachments")["items"]
        ]
        self._now = max(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), datetime.now(UTC).replace(microsecond=0))
        self._last_id = 100
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"Chapter {chapter}", "Correspond")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        kind = "Correspond" if visibility is Visibility.PUBLIC else "Comment"
        self.says(ticket_id, RITA if role is Role.REQUESTER else EMMA, text, kind)

    def says(
        self, ticket_id: str, author: str, text: str, kind: str, *, subject: str = "", media_type: str = "text/plain"
    ) -> Row:
        """A message and its one part, with the subject kept as RT keeps it: with a line break."""
        row = self.happens(ticket_id, author, kind, Data=f"{subject}\n" if subject else "No Subject")
        size = len(text.encode())
        part = {
            "id": self._next(),
            "TransactionId": row["id"],
            "ContentType": media_type,
            "Filename": "",
            "Headers": f"X-RT-Interface: REST\nContent-Length: {size}",
            "Content": text,
        }
        self.parts.append(part)
        return row

    def attach(self, transaction: str, id_: int, name: str, media_type: str, content: bytes) -> None:
        """A file of a message that is there already."""
        headers = f"Content-Type: {media_type}\nContent-Length: {len(content)}"
        part = {"id": str(id_), "TransactionId": transaction, "ContentType": media_type, "Filename": name}
        self.parts.append({**part, "Headers": headers, "Content": content.decode()})

    def happens(self, ticket_id: str, author: str, kind: str, **told: str) -> Row:
        """A transaction, which moves the ticket's version on."""
        self._now += timedelta(seconds=1)
        row = {
            "id": self._next(),
            "type": "transaction",
            "ticket": ticket_id,
            "Type": kind,
            "Creator": reference("user", author),
            "Created": self._now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Data": "",
            "NewValue": "",
            **told,
        }
        self.transactions.append(row)
        self.tickets[ticket_id]["LastUpdated"] = row["Created"]
        return row

    def stored(self, ticket_id: str) -> list[str]:
        """The types of what happened to a ticket, in order."""
        return [row["Type"] for row in self.transactions if row["ticket"] == ticket_id]

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.path.removeprefix("/REST/2.0/"))
        query = dict(request.url.params)
        status, document = self._route(request, path, query)
        return httpx.Response(status, content=json.dumps(document))

    def _route(self, request: httpx.Request, path: str, query: dict[str, str]) -> Answer:
        if "credentials" in self.missing:
            return 401, recorded("error__unauthorized")
        if found := re.fullmatch(r"ticket/(\d+)(?:/(history|comment|correspond))?", path):
            return self._ticket(request, found[1], found[2] or "", query)
        kind, _, name = path.partition("/")
        single: dict[str, Callable[[str], Answer]] = {
            "user": self._user,
            "queue": self._queue,
            "class": lambda name: (200, recorded("class")) if name == "FAQ" else (403, {"message": "Forbidden"}),
            "article": lambda name: (200, {**recorded("article"), "id": int(name)}),
        }
        several: dict[str, Callable[[], list[Row]]] = {
            "tickets": lambda: self._tickets(query),
            "transactions": lambda: self._happened(query),
            "attachments": lambda: self.parts,
            "articles": lambda: self.articles,
            "users": lambda: [reference("user", EMMA)] if "emma@rt.example" in query["query"] else [],
        }
        if name and kind in single:
            return single[kind](name)
        return (200, self._page(several[kind](), query)) if kind in several else (404, recorded("error__not_found"))

    def _user(self, name: str) -> Answer:
        recordings = {ME: "user__self", EMMA: "user__agent", RITA: "user__requester"}
        if name not in recordings:
            return 404, recorded("error__not_found")
        user = recorded(recordings[name])
        if name == ME:
            user["EmailAddress"] = self.hidden_address
            if "Privileged" in self.missing:
                user["Privileged"] = 0
            if "the right token" in self.missing:
                del user["Memberships"]
        return 200, user

    def _queue(self, name: str) -> Answer:
        if "SeeQueue" in self.missing or name != "Support":
            return 403, recorded("queue__missing")
        return 200, recorded("queue")

    def _tickets(self, query: dict[str, str]) -> list[Row]:
        status = re.search(r" Status = '(\w+)'", query["query"].replace("(", " "))
        found = [] if "ShowTicket" in self.missing else list(self.tickets.values())
        rows = [ticket for ticket in found if status is None or ticket["Status"] == status[1]]
        return [{"type": "ticket", "id": str(row["id"]), "LastUpdated": row["LastUpdated"]} for row in rows]

    def _happened(self, query: dict[str, str]) -> list[Row]:
        kinds = set(re.findall(r"\bType = '(\w+)'", query["query"]))
        return [{**row, "ObjectId": row["ticket"]} for row in self._visible() if row["Type"] in kinds]

    def _visible(self) -> list[Row]:
        return [row for row in self.transactions if not ("ShowTicketComments" in self.missing and is_comment(row))]

    def _ticket(self, request: httpx.Request, ticket_id: str, part: str, query: dict[str, str]) -> Answer:
        if part == "history":
            return 200, self._page([row for row in self._visible() if row["ticket"] == ticket_id], query)
        if part:
            return self._message(ticket_id, part, json.loads(request.content))
        if ticket_id not in self.tickets:
            return 404, recorded("error__not_found")
        if request.method == "PUT":
            return self._change(ticket_id, json.loads(request.content), request.headers.get("if-match"))
        return 200, {**self.tickets[ticket_id], **self._seen(self.tickets[ticket_id])}

    def _seen(self, ticket: Row) -> Row:
        """Links that RT leaves out for whoever lacks the right, and fields that it hides."""
        link_of = {"comment": "CommentOnTicket", "correspond": "ReplyToTicket", "lifecycle": "ModifyTicket"}
        links = [link for link in ticket["_hyperlinks"] if link_of.get(link["ref"]) not in self.missing]
        return {"_hyperlinks": links, **({"CustomFields": []} if "SeeCustomField" in self.missing else {})}

    def _message(self, ticket_id: str, verb: str, sent: Row) -> Answer:
        right = {"comment": "CommentOnTicket", "correspond": "ReplyToTicket"}[verb]
        if ticket_id not in self.tickets or {right, "ModifyTicket"} <= self.missing:
            return 400, recorded("message__refused")
        said = recorded("message__stored")
        kind = {"comment": "Comment", "correspond": "Correspond"}[verb]
        self.says(ticket_id, ME, sent["Content"], kind, subject=sent.get("Subject", ""), media_type=sent["ContentType"])
        if "Status" in sent:
            said += self._set(ticket_id, {"Status": sent["Status"]})
        return 201, said

    def _change(self, ticket_id: str, sent: Row, condition: str | None) -> Answer:
        newest = max(int(row["id"]) for row in self._visible() if row["ticket"] == ticket_id)
        if condition not in (None, f'"{newest}"'):
            return 412, recorded("change__conflict")
        return 200, self._set(ticket_id, sent)

    def _set(self, ticket_id: str, sent: Row) -> list[str]:
        ticket, said = self.tickets[ticket_id], []
        for field, value in sent.items():
            if field in self.refuses or (field != "CustomFields" and "ModifyTicket" in self.missing):
                said.append(f"Ticket {ticket_id}: " + ("no" if field in self.refuses else "Permission Denied"))
            elif field == "CustomFields":
                ticket["CustomFields"][0]["values"] = list(value["Tags"])
                self.happens(ticket_id, ME, "CustomField")
            else:
                known = {"Queue": lambda value: {**reference("queue", "4"), "Name": value}}
                known["Owner"] = lambda value: reference("user", value)
                ticket[field] = known.get(field, str)(value)
                self.happens(ticket_id, ME, "Status" if field == "Status" else "Set", NewValue=str(value))
                said.append(f"Ticket {ticket_id}: {field} changed")
        return said

    def _page(self, rows: list[Row], query: dict[str, str]) -> Row:
        return page(rows, query, ignored={"Class", "EmailAddress", *self.ignores})

    def _next(self) -> str:
        self._last_id += 1
        return str(self._last_id)


def is_comment(row: Row) -> bool:
    return bool(row["Type"] == "Comment")


def reaches_requester(request: httpx.Request) -> bool:
    """Whether RT would mail this to the requester: correspondence, and whatever names a requestor."""
    if request.method == "GET":
        return False
    sent = json.loads(request.content)
    return request.url.path.endswith("/correspond") or bool({"Requestor", "AddRequestor", "Cc", "AddCc"} & set(sent))
