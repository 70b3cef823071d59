"""Jira Service Management as its documentation tells, with memory and its traps, behind one function per request.

It starts from the recorded answers beside it. A comment of the platform is public, one of the service desk is public
unless it says otherwise, wiki markup runs, labels in `fields` replace, issues that are no requests have no request.
"""

import copy
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from connectors.contract import Account, Role, Visibility

HERE = Path(__file__).parent
ME, ANN, BO = "712020:9c2f-countersign", "5b10a2844c20165700ede21a", "5b10a2844c20165700ede21b"
RITA, CARL, BOT = "qm:1f0c:rita", "qm:1f0c:carl", "557058:automation"
TICKET, LONG_TICKET = "10081", "10082"
SECRET = "jira-test-secret"
ACCOUNT = Account(
    "acme",
    "https://acme.atlassian.net",
    secrets={"webhook_secret": SECRET, "api_token": "an-api-token-nobody-may-see"},
    options={
        "email": "countersign@acme.example",
        "integration_user_id": ME,
        "public_url": "https://gateway.example",
        "project_keys": ["SD"],
        "team_field": "customfield_10050",
        "knowledge_space_ids": [98306],
    },
)
COMMENTS_A_PAGE = 100
ISSUES_A_PAGE = PAGES_A_PAGE = 2  # so few need pages here too
WIKI = re.compile(
    r"\\(?P<spared>[^A-Za-z0-9\s])|\[~accountid:(?P<called>[^\]]+)\]|\{(?P<macro>[^}]*)\}"
    r"|\[(?P<shown>[^|\]]*)\|(?P<to>[^\]]*)\]"
)
Answer = tuple[int, Any]
Row = dict[str, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class JiraDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.drops_properties = False  # a Jira that keeps nothing beside a comment
        self.make_public = False  # a service desk that makes every comment public
        self.make_internal = False
        self.scripted: dict[str, Answer] = {}  # "GET /path": what is answered there, whatever was asked
        self.webhooks: list[Row] = recorded("webhooks")
        self.pages: list[Row] = recorded("pages")["results"]
        first = recorded("issue")
        other = {**copy.deepcopy(first), "id": LONG_TICKET, "key": "SD-82"}
        other["fields"]["attachment"] = []
        self.issues: dict[str, Row] = {TICKET: first, LONG_TICKET: other}
        self.comments: dict[str, list[Row]] = {TICKET: recorded("comments")["comments"], LONG_TICKET: []}
        self._now = 0.0
        self._last = 21_000
        for chapter in range(long_thread - 1):  # the description is the first of them
            self.says(LONG_TICKET, RITA, f"Chapter {chapter}", public=True)

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        author = RITA if role is Role.REQUESTER else ANN
        self.says(ticket_id, author, text, public=visibility is Visibility.PUBLIC)

    def says(self, ticket_id: str, author: str, words: str | Row, *, public: bool, **more: Any) -> Row:
        """A stored comment. Jira keeps every one as a document."""
        self._last += 1
        at = self._tick()
        comment = {
            **recorded("comments")["comments"][0],
            "id": str(self._last),
            "author": user(author),
            "updateAuthor": user(author),
            "body": words if isinstance(words, dict) else plain(words),
            "created": at,
            "updated": at,
            "jsdPublic": public,
            "properties": [],
            **more,
        }
        self.comments[ticket_id].append(comment)
        self.issues[ticket_id]["fields"]["updated"] = at
        return comment

    def _tick(self) -> str:
        """Now, and later than anything before."""
        self._now = max(self._now + 0.001, time.time())
        return datetime.fromtimestamp(self._now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"

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
            return 401, recorded("error__unauthorized")
        body = json.loads(request.content) if request.content else {}
        if found := re.fullmatch(r"/rest/api/3/issue/(\d+)(/\w+)?", path):
            return self._issue(request.method, found[1], found[2] or "", body, query)
        if found := re.fullmatch(r"/rest/servicedeskapi/request/(\d+)(/comment)?", path):
            return self._request(request.method, found[1], body)
        if found := re.fullmatch(r"/rest/api/3/comment/(\d+)/properties/(\w+)", path):
            return self._property(found[1], found[2])
        plain: dict[str, Callable[[], Answer]] = {
            "/rest/api/3/myself": lambda: (200, {**recorded("myself"), "active": "active" not in self.missing}),
            "/rest/api/3/mypermissions": lambda: self._permissions(query),
            "/rest/servicedeskapi/request": lambda: self._unless("requests", self._requests()),
            "/rest/api/3/status": lambda: (200, recorded("statuses")[: 1 if "names" in self.missing else None]),
            "/rest/api/3/priority/search": lambda: (200, recorded("priorities")),
            "/rest/api/3/user/assignable/search": lambda: (200, assignable(query["query"])),
            "/rest/api/3/search/jql": lambda: (200, self._search(query)),
            "/rest/webhooks/1.0/webhook": lambda: self._unless("webhooks", self.webhooks),
            "/wiki/api/v2/spaces/98306/pages": lambda: (200, self._pages(query)),
        }
        return plain[path]() if path in plain else (404, recorded("error__not_found"))

    def _unless(self, right: str, document: Any) -> Answer:
        return (403, recorded("error__forbidden")) if right in self.missing else (200, document)

    def _permissions(self, query: dict[str, str]) -> Answer:
        asked = query["permissions"].split(",")
        found = recorded("permissions")["permissions"]
        lacks = {"rights": "EDIT_ISSUES", "agent": "SERVICEDESK_AGENT"}
        for right in self.missing & lacks.keys():
            found[lacks[right]]["havePermission"] = False
        return 200, {"permissions": {key: found[key] for key in asked}}

    def _requests(self) -> Row:
        found = [{**recorded("request"), "issueId": one} for one in self.issues]
        return {"size": 1, "start": 0, "limit": 1, "isLastPage": False, "values": found[:1]}

    def _search(self, query: dict[str, str]) -> Row:
        done = [one for one in self.issues.values() if one["fields"]["status"]["statusCategory"]["key"] == "done"]
        start = int(query.get("nextPageToken", "t0").removeprefix("t"))
        after = start + ISSUES_A_PAGE
        rows = [{"id": one["id"], "fields": {"updated": one["fields"]["updated"]}} for one in done[start:after]]
        return {"issues": rows, **({"nextPageToken": f"t{after}"} if after < len(done) else {"isLast": True})}

    def _pages(self, query: dict[str, str]) -> Row:
        start = int(query.get("cursor", "c0").removeprefix("c"))
        after = start + PAGES_A_PAGE
        link = {"next": f"/wiki/api/v2/spaces/98306/pages?limit=2&cursor=c{after}"} if after < len(self.pages) else {}
        return {"results": self.pages[start:after], "_links": {**link, "base": "https://acme.atlassian.net/wiki"}}

    def _request(self, method: str, ticket_id: str, body: Row) -> Answer:
        """What of an issue the service desk knows. `public` is true where it is left out."""
        if ticket_id not in self.issues or "request" in self.missing:
            return 404, recorded("error__request_not_found")
        if method == "GET":
            return 200, {**recorded("request"), "issueId": ticket_id, "issueKey": self.issues[ticket_id]["key"]}
        public = body.get("public", True) or self.make_public
        kept = self.says(ticket_id, ME, parsed(body["body"]), public=public)
        told = {"id": kept["id"], "public": public, "body": body["body"]}
        return 201, {**recorded("request_comment_created"), **told}

    def _issue(self, method: str, ticket_id: str, part: str, body: Row, query: dict[str, str]) -> Answer:
        if ticket_id not in self.issues:
            return 404, recorded("error__not_found")
        verbs: dict[tuple[str, str], Callable[[], Answer]] = {
            ("GET", ""): lambda: (200, self.issues[ticket_id]),
            ("PUT", ""): lambda: self._edit(ticket_id, body),
            ("GET", "/comment"): lambda: self._unless("comments", self._thread(ticket_id, query)),
            ("POST", "/comment"): lambda: (201, self._comment(ticket_id, body)),
            ("GET", "/transitions"): lambda: (200, recorded("transitions")),
            ("POST", "/transitions"): lambda: self._move(ticket_id, body),
        }
        return verbs[method, part]() if (method, part) in verbs else (404, recorded("error__not_found"))

    def _thread(self, ticket_id: str, query: dict[str, str]) -> Row:
        start, thread = int(query.get("startAt", 0)), self.comments[ticket_id]
        size = min(int(query.get("maxResults", 50)), COMMENTS_A_PAGE)
        page = [
            {key: value for key, value in one.items() if key != "properties"} for one in thread[start : start + size]
        ]
        return {"startAt": start, "maxResults": size, "total": len(thread), "comments": page}

    def _property(self, comment_id: str, key: str) -> Answer:
        """What is attached to a comment is in no list."""
        kept = (one["properties"] for thread in self.comments.values() for one in thread if one["id"] == comment_id)
        found = [one for one in next(kept, []) if one["key"] == key]
        return (200, found[0]) if found else (404, recorded("error__not_found"))

    def _comment(self, ticket_id: str, body: Row) -> Row:
        """A comment of the platform, which is public, whatever else is said."""
        properties = [] if self.drops_properties else body.get("properties", [])
        return self.says(ticket_id, ME, body["body"], public=not self.make_internal, properties=properties)

    def _edit(self, ticket_id: str, body: Row) -> Answer:
        fields = self.issues[ticket_id]["fields"]
        wanted = body.get("fields", {})
        if "priority" in wanted:
            found = [one for one in recorded("priorities")["values"] if one["name"] == wanted["priority"]["name"]]
            if not found:
                return 400, recorded("error__bad_request")
            fields["priority"] = found[0]
        if "assignee" in wanted:
            fields["assignee"] = user(wanted["assignee"]["accountId"])
        fields |= {key: wanted[key] for key in wanted if key in ("labels", "customfield_10050")}
        for operation in body.get("update", {}).get("labels", []):
            if operation["add"] not in fields["labels"]:
                fields["labels"].append(operation["add"])
        fields["components"] += [{"id": "1", **one["add"]} for one in body.get("update", {}).get("components", [])]
        fields["updated"] = self._tick()
        return 204, None

    def _move(self, ticket_id: str, body: Row) -> Answer:
        found = [one for one in recorded("transitions")["transitions"] if one["id"] == body["transition"]["id"]]
        if not found:
            return 400, recorded("error__bad_request")
        self.issues[ticket_id]["fields"] |= {"status": found[0]["to"], "updated": self._tick()}
        return 204, None


def user(account: str) -> Row:
    return next(one for one in recorded("users") if one["accountId"] == account)


def assignable(query: str) -> list[Row]:
    """Agents whose name or address begins like that."""
    staff = [one for one in recorded("users") if one["accountType"] == "atlassian"]
    return [
        one
        for one in staff
        if query == one["accountId"] or query.lower() in f"{one['displayName']} {one['emailAddress']}".lower()
    ]


def plain(words: str) -> Row:
    """What a person types in Jira's editor."""
    lines = [{"type": "text", "text": line} for line in words.split("\n") if line]
    return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [one]} for one in lines]}


def parsed(wiki: str) -> Row:
    """Wiki markup run: mentions call, macros vanish, links hide where they lead, a backslash spares what follows."""
    blocks = []
    for block in re.split(r"\n\s*\n", wiki):
        nodes: list[Row] = []
        for line in block.split("\n"):
            nodes += [{"type": "hardBreak"}] if nodes else []
            nodes += _line(line)
        blocks.append({"type": "paragraph", "content": nodes})
    return {"type": "doc", "version": 1, "content": blocks}


def _line(line: str) -> list[Row]:
    nodes: list[Row] = []
    last = 0
    for found in WIKI.finditer(line):
        nodes += _words(line[last : found.start()])
        if found["spared"]:
            nodes += _words(found["spared"])
        elif found["called"]:
            nodes.append({"type": "mention", "attrs": {"id": found["called"], "text": "@somebody"}})
        elif found["to"]:
            link = {"type": "link", "attrs": {"href": found["to"]}}
            nodes.append({"type": "text", "text": found["shown"] or "here", "marks": [link]})
        last = found.end()
    return nodes + _words(line[last:])


def _words(text: str) -> list[Row]:
    return [{"type": "text", "text": text}] if text else []


def reaches_requester(request: httpx.Request) -> bool:
    """Whether Jira would tell the requester: of any comment of the platform, and of one of the service desk unless it
    is internal; also of one that comes along with an update or a transition."""
    if request.method == "GET":
        return False
    body = json.loads(request.content)
    if request.url.path.endswith("/comment"):
        return "/servicedeskapi/" not in request.url.path or body.get("public", True) is not False
    return "comment" in body.get("update", {}) or "additionalComment" in body
