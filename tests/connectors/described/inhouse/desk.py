"""The desk of `examples/inhouse.yaml`, with memory: it replaces labels, renders templates, and keeps no marks."""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from connectors.contract import Role, Visibility

HOOK = "https://gateway.example/webhooks/acme"
USER, PASSWORD, KEY = "countersign", "a-password-of-the-desk", "a-key-for-deliveries"
ME, CUSTOMER, COLLEAGUE = 99, 7, 12
BERLIN = ZoneInfo("Europe/Berlin")
TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|<%.*?%>", re.DOTALL)
FILE = {"no": 301, "name": "label of parcel.jpg", "type": "image/jpeg", "bytes": 48_213}
PEOPLE = {
    CUSTOMER: {"no": CUSTOMER, "type": "customer", "fullname": "Marta Kowalska", "mail": "marta@example.net"},
    COLLEAGUE: {"no": COLLEAGUE, "type": "staff", "fullname": "Emma Brandt", "mail": "emma@acme.example"},
    ME: {"no": ME, "type": "staff", "fullname": "Countersign", "mail": "countersign@acme.example"},
}


@dataclass
class Case:
    number: int
    labels: list[str]
    opened: str
    changed: str
    urgency: int = 3
    state: str = "WAITING"
    group: str | None = "first-level"
    owner: int | None = None
    entries: list[dict[str, Any]] = field(default_factory=list)


class InhouseDesk:
    """`missing`: rights that the admin has not granted. `rendered`: what the templates of others became."""

    def __init__(self, case: str, long_case: str, long_thread: int) -> None:
        self.missing: set[str] = set()
        self._clock = datetime.now(BERLIN).replace(microsecond=0) - timedelta(hours=2)
        self._entries = 0
        self.cases = {number: self._case(int(number)) for number in (case, long_case)}
        self.add(case, CUSTOMER, "mail_in", "Where is my parcel?", files=[FILE])
        for chapter in range(1, long_thread + 1):
            self.add(long_case, CUSTOMER, "mail_in", f"Chapter {chapter}")

    def add(self, case: str, user: int, kind: str, text: str, files: list[dict[str, Any]] | None = None) -> int:
        """A new entry; staff's text is rendered. Its time is the desk's, later than the one before."""
        self._entries += 1
        at = self._now()
        written = TEMPLATE.sub("RENDERED", text) if user != CUSTOMER else text
        entry = {
            "no": self._entries,
            "kind": kind,
            "user": PEOPLE[user],
            "text": written,
            "at": at,
            "files": files or [],
        }
        self.cases[case].entries.append(entry)
        self.cases[case].changed = at
        return self._entries

    def someone_writes(self, case: str, text: str, role: Role, visibility: Visibility) -> None:
        user = CUSTOMER if role is Role.REQUESTER else COLLEAGUE
        kind = "memo" if visibility is Visibility.INTERNAL else "mail_in" if user == CUSTOMER else "mail_out"
        self.add(case, user, kind, text)

    def answer(self, request: httpx.Request) -> httpx.Response:
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if request.headers.get("authorization") != expected:
            return httpx.Response(401, json={"error": "NoSuchUser"})
        method, parts = request.method, request.url.path.removeprefix("/rest/v2/").split("/")
        match (method, *parts):
            case ("GET", "whoami"):
                rights = {"cases.read", "cases.write", "memos.write", "mails.write"} - self.missing
                return httpx.Response(200, json={"no": ME, "rights": sorted(rights)})
            case ("GET", "hooks"):
                return httpx.Response(200, json=[] if "webhook" in self.missing else [{"target": HOOK}])
            case (_, "cases", number, *rest) if number in self.cases:
                return self._of_case(method, self.cases[number], rest, request)
        return httpx.Response(404, json={"error": "NotFound"})

    def _of_case(self, method: str, case: Case, rest: list[str], request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        match (method, rest):
            case ("GET", []):
                return httpx.Response(200, json={"case": self._told(case)})
            case ("GET", ["entries"]):
                page, size = int(request.url.params["page"]), int(request.url.params["per_page"])
                return httpx.Response(200, json=case.entries[(page - 1) * size : page * size])
            case ("PUT", []):
                for key, value in body["case"].items():
                    setattr(case, key, value)
                case.changed = self._now()
                return httpx.Response(200, json={"case": self._told(case)})
            case ("POST", [("memos" | "mails") as kind]):
                entry = self.add(str(case.number), ME, "memo" if kind == "memos" else "mail_out", body["text"])
                return httpx.Response(201, json={"no": entry})
        return httpx.Response(405, json={"error": "NotAllowed"})

    def _told(self, case: Case) -> dict[str, Any]:
        told = {
            key: getattr(case, key) for key in ("number", "labels", "opened", "changed", "urgency", "state", "group")
        }
        return {**told, "title": "Parcel late", "owner": case.owner, "customer": PEOPLE[CUSTOMER]}

    def _case(self, number: int) -> Case:
        return Case(number, ["shipping"], opened=self._now(), changed=self._now())

    def _now(self) -> str:
        """Local time without a zone, as the desk writes it; never the same twice, and never before what was."""
        self._clock = max(self._clock + timedelta(seconds=1), datetime.now(BERLIN).replace(microsecond=0))
        return self._clock.strftime("%Y-%m-%d %H:%M:%S")
