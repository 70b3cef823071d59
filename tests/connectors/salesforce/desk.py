"""Salesforce as far as its documentation tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. A question for a hidden field is refused as a whole, an e-mail or a
comment leaves its case untouched, comments are short, merge fields expand, a signature is put below what is sent, and
without a header the assignment rules choose another owner.
"""

import copy
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import httpx

from connectors.contract import Account, Role, Visibility
from connectors.salesforce.values import record_id
from tests.connectors.salesforce import soql

HERE = Path(__file__).parent
TICKET, LONG_TICKET = "5005g00000AbCdEAAV", str(record_id("5005g00000AbCdF"))
ME, ANN, RITA, AUTOMATED = (str(record_id(f"0055g00000A{number:04d}")) for number in (1, 2, 3, 4))
SECRET = "whsec_" + "Y291bnRlcnNpZ24gc2FsZXNmb3JjZSBzZWNyZXQgMzI="
ACCOUNT = Account(
    "acme",
    "https://acme.my.salesforce.com",
    secrets={
        "webhook_secret": SECRET,
        "client_id": "3MVG9.client-id",
        "client_secret": "a-client-secret-nobody-may-see",
    },
    options={
        "email_drafts": True,
        "mark_field": "Countersign_Mark__c",
        "from_address": "support@acme.example",
        "tags_field": "Countersign_Tags__c",
        "priorities": {"urgent": "Critical"},
        "statuses": {"pending": "On Hold"},
        "integration_user_id": ME,
        "public_url": "https://gateway.example",
        "article_fields": ["Answer__c"],
    },
)
V = "/services/data/v62.0"
PAGE = 200
LONGEST_COMMENT = 4000
RECORDED = {
    "Case": "case",
    "EmailMessage": "emails",
    "CaseComment": "comments",
    "ContentDocumentLink": "files",
    "Attachment": "old_files",
    "Group": "queues",
    "User": "users",
    "OrgWideEmailAddress": "addresses",
    "Countersign__c": "setting",
    "Knowledge__kav": "articles",
}
Answer = tuple[int, Any]
Row = dict[str, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class SalesforceDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.headers = {"sforce-limit-info": "api-usage=18/5000"}
        self.publishes = False  # a misbehaving flow
        self.logs_mail = True
        self.sends: Answer = 200, recorded("action__sent")
        self.vanishes = ""  # a case that is listed and gone when it is read
        self.sessions_ended = 0  # how many calls meet a session that has ended
        self.token: Row = recorded("token")
        self.fails: dict[str, Answer] = {}  # a step of a composite call: what it is answered
        self.tables: dict[str, list[Row]] = {kind: recorded(name)["records"] for kind, name in RECORDED.items()}
        (first,) = self.tables["Case"]
        self.tables["Case"].append({**copy.deepcopy(first), "Id": LONG_TICKET, "Description": None})
        self._now = max(datetime(2026, 9, 1, 10, 5, tzinfo=UTC), datetime.now(UTC).replace(microsecond=0))
        self._last = 100
        self._rest: dict[str, list[Row]] = {}
        for chapter in range(long_thread):
            self.mails(LONG_TICKET, AUTOMATED, f"Chapter {chapter}", incoming=True)

    def case(self, ticket_id: str = TICKET) -> Row:
        return next(row for row in self.tables["Case"] if row["Id"] == ticket_id)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        if visibility is Visibility.INTERNAL:
            self.comments(ticket_id, ANN, text)
        else:
            requester = role is Role.REQUESTER
            self.mails(ticket_id, AUTOMATED if requester else ANN, text, incoming=requester)

    def mails(self, ticket_id: str, user: str, text: str, *, incoming: bool = False, **told: Any) -> Row:
        """An e-mail of the case, from the requester or to her."""
        rita, us = "rita@customer.example", "support@acme.example"
        row = {
            **copy.deepcopy(recorded("emails")["records"][1]),
            "Incoming": incoming,
            "Status": "0" if incoming else "3",
            "TextBody": text,
            "HtmlBody": None,
            "FromAddress": rita if incoming else us,
            "ToAddress": us if incoming else rita,
            **told,
        }
        return self._store("EmailMessage", "02s", ticket_id, user, row)

    def comments(self, ticket_id: str, user: str, text: str, *, published: bool = False) -> Row:
        row = {"CommentBody": text.rstrip(), "IsPublished": published}
        return self._store("CaseComment", "00a", ticket_id, user, row)

    def touch(self, ticket_id: str = TICKET, **changed: Any) -> None:
        """Somebody changes the case itself."""
        self.case(ticket_id).update({**changed, "SystemModstamp": self._tick(), "LastModifiedById": ANN})

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        status, document = self._route(request)
        return httpx.Response(
            status, content=json.dumps(document) if document is not None else b"", headers=self.headers
        )

    def _route(self, request: httpx.Request) -> Answer:
        path = request.url.path
        if path == "/services/oauth2/token":
            form = parse_qs(request.content.decode())
            right = form["client_secret"] == [ACCOUNT.secrets["client_secret"]] and "credentials" not in self.missing
            return (200, self.token) if right else (400, recorded("error__client"))
        token = recorded("token")["access_token"]
        if self.sessions_ended or request.headers.get("authorization") != f"Bearer {token}":
            self.sessions_ended = max(0, self.sessions_ended - 1)
            return 401, recorded("error__session")
        if path == f"{V}/composite":
            return self._composite(json.loads(request.content))
        if path == f"{V}/actions/standard/emailSimple" and request.method == "POST":
            return self._send(json.loads(request.content)["inputs"][0])
        headers = {name.lower(): value for name, value in request.headers.items()}
        return self._step(request.method, str(request.url.raw_path, "ascii"), None, headers)

    def _composite(self, sent: Row) -> Answer:
        """All or nothing: a step that fails takes back the others."""
        assert sent["allOrNone"] is True
        assert len(sent["compositeRequest"]) <= 25
        before, answers, failed = copy.deepcopy(self.tables), [], False
        for step in sent["compositeRequest"]:
            headers = {name.lower(): value for name, value in step.get("httpHeaders", {}).items()}
            answered = self.fails.get(step["referenceId"])
            status, body = answered or self._step(step["method"], step["url"], step.get("body"), headers)
            failed = failed or status >= 300
            answers.append(
                {"referenceId": step["referenceId"], "httpStatusCode": status, "httpHeaders": {}, "body": body}
            )
        if failed:
            self.tables = before
            for one in answers:
                if one["httpStatusCode"] < 300:
                    one |= {"httpStatusCode": 400, "body": recorded("error__halted")}
        return 200, {"compositeResponse": answers}

    def _step(self, method: str, url: str, body: Row | None, headers: dict[str, str]) -> Answer:
        path, _, query = url.removeprefix(V).partition("?")
        if path.startswith("/query"):
            return self._query(path, unquote_plus(query.removeprefix("q=")))
        if found := re.fullmatch(r"/sobjects/(\w+)/describe", path):
            return self._described(found[1])
        if found := re.fullmatch(r"/sobjects/Case/(\w{18})", path):
            return self._case(method, found[1], body or {}, headers)
        if path == "/actions/standard/emailSimple":
            return 200, recorded("action__emailSimple")
        if found := re.fullmatch(r"/sobjects/(CaseComment|EmailMessage)", path):
            return self._create(found[1], body or {})
        return 404, recorded("error__not_found")

    def _query(self, path: str, query: str) -> Answer:
        if path.startswith("/query/"):
            return 200, self._page(self._rest.pop(path))
        kind = soql.kind_of(query)
        if f"read {kind}" in self.missing:
            return 400, recorded("error__type")
        try:
            found = soql.answer(query, self.tables[kind])
            single = [row for row in found if "WHERE Id = " not in query or row["Id"] != self.vanishes]
            return 200, self._page(single)
        except soql.Refused:
            return 400, recorded("error__field")

    def _page(self, rows: list[Row]) -> Row:
        if len(rows) <= PAGE:
            return {"totalSize": len(rows), "done": True, "records": rows}
        link = f"/query/01g5g0000{self._next()}-{PAGE}"
        self._rest[link] = rows[PAGE:]
        return {"totalSize": len(rows), "done": False, "nextRecordsUrl": f"{V}{link}", "records": rows[:PAGE]}

    def _described(self, kind: str) -> Answer:
        told = recorded(f"describe__{kind}")
        for right in ("createable", "updateable"):
            if f"{right} {kind}" in self.missing:
                told[right] = False
        told["fields"] = [one for one in told["fields"] if f"field {one['name']}" not in self.missing]
        return 200, told

    def _case(self, method: str, ticket_id: str, body: Row, headers: dict[str, str]) -> Answer:
        case = self.case(ticket_id)
        unmodified = headers.get("if-unmodified-since")
        if unmodified and datetime.fromisoformat(case["SystemModstamp"]) > parsedate_to_datetime(unmodified):
            return 412, recorded("error__unmodified")
        if method == "PATCH":
            by_rule = {} if headers.get("sforce-auto-assign") == "FALSE" else {"OwnerId": "00G5g00000RuLeSAAA"}
            case.update({**body, **by_rule, "SystemModstamp": self._tick(), "LastModifiedById": ME})
            return 204, None
        return 200, {"attributes": case["attributes"], "Id": ticket_id}

    def _create(self, kind: str, body: Row) -> Answer:
        if kind == "CaseComment":
            if len(body["CommentBody"].encode()) > LONGEST_COMMENT:
                return 400, recorded("error__too_long")
            published = body.get("IsPublished", False) or self.publishes
            row = self.comments(body["ParentId"], ME, body["CommentBody"], published=published)
        else:
            bodies = {name: expanded(body.get(name) or "") or None for name in ("TextBody", "HtmlBody")}
            told = {**body, **bodies, "Status": "3" if self.publishes else body["Status"]}
            row = self.mails(body["ParentId"], ME, "", **told)
        return 201, {"id": row["Id"], "success": True, "errors": []}

    def _send(self, mail: Row) -> Answer:
        if self.logs_mail and mail["logEmailOnSend"] and self.sends[1][0]["isSuccess"]:
            body = f"{expanded(mail['emailBody'])}\r\n\r\n--\r\nThe Acme support team"
            self.mails(mail["relatedRecordId"], ME, body, ToAddress=mail["emailAddresses"])
        return self.sends

    # -- what it remembers ----------------------------------------------------------------------------------------

    def _store(self, kind: str, prefix: str, ticket_id: str, user: str, told: Row) -> Row:
        stamp, record = self._tick(), str(record_id(f"{prefix}5g00000{self._next():05d}"))
        by = next(one for one in self.tables["User"] if one["Id"] == user)
        stamps = {"CreatedDate": stamp, "SystemModstamp": stamp, "MessageDate": stamp}
        people = {"CreatedById": user, "CreatedBy": by, "LastModifiedById": user, "LastModifiedBy": by}
        row = {"attributes": {"type": kind}, **told, **stamps, **people, "Id": record, "ParentId": ticket_id}
        self.tables[kind].append(row)
        return row

    def _tick(self) -> str:
        self._now += timedelta(seconds=1)
        return self._now.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def _next(self) -> int:
        self._last += 1
        return self._last


def expanded(text: str) -> str:
    """Merge fields replaced: a known one by what it stands for, another by nothing."""
    known = re.sub(r"\{!\s*Case\.ContactEmail\s*\}|\{\{\{\s*Contact\.Email\s*\}\}\}", "rita@customer.example", text)
    return re.sub(r"\{\{.*?\}\}|\{!.*?\}|\{%.*?%\}", "", known, flags=re.DOTALL)


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Salesforce would mail this to the requester, or show it to her."""
    path = urlsplit(str(request.url)).path
    if request.method == "GET" or path == "/services/oauth2/token":
        return False
    if path.endswith("/emailSimple"):
        return True
    steps = json.loads(request.content).get("compositeRequest", [])
    bodies = [(step["url"], step.get("body") or {}) for step in steps if step["method"] != "GET"]
    return any(
        body.get("IsPublished") is True or (url.endswith("/EmailMessage") and body.get("Status") != "5")
        for url, body in bodies
    )
