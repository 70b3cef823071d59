"""ServiceNow as far as its documentation tells, with memory and with its traps, behind one function per request.

It starts from the recorded answers beside it. Rows that are hidden are taken off a page, a part of a question about an
unknown column is ignored, a column that may not be written stays as it is and the answer is 200, `[code]` becomes HTML,
and the answer to a write does not name the entry that it made.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from connectors.contract import Account, Role, Visibility
from tests.connectors.servicenow import encoded

HERE = Path(__file__).parent
TICKET, LONG_TICKET = f"{0x5158:032x}", f"{0x5159:032x}"
KNOWLEDGE = f"{0xE0:032x}"
ME, ANN, RITA, CARL = "countersign", "ann.agent", "rita.requester", "carl.copied"
SECRET = "whsec_" + "Y291bnRlcnNpZ24gc2VydmljZW5vdyBzZWNyZXQgMzI="
ACCOUNT = Account(
    "acme",
    "https://acme.service-now.com",
    secrets={"webhook_secret": SECRET, "password": "a-password-nobody-may-see"},
    options={
        "user": ME,
        "tags_field": "u_tags",
        "public_url": "https://gateway.example",
        "knowledge_bases": {KNOWLEDGE: "public"},
        "state_fields": {"solved": {"close_code": "Solved", "close_notes": "As told."}},
    },
)
RECORDED = {
    "sys_journal_field": "journal",
    "sys_user": "users",
    "sys_user_group": "groups",
    "sys_user_grmember": "members",
    "sys_user_has_role": "roles",
    "sys_choice": "choices",
    "sys_script": "business_rules",
    "sys_properties": "properties",
    "kb_knowledge": "articles",
    "attachment": "attachments",
}
Answer = tuple[int, Any]
Row = dict[str, Any]


def recorded(name: str) -> Any:
    """A fresh copy of a recorded answer."""
    return json.loads((HERE / "answers" / f"{name}.json").read_text())


class ServiceNowDesk:
    """`desk.answer(request)`; `desk.missing` holds the rights that the admin did not grant."""

    def __init__(self, long_thread: int = 0) -> None:
        self.missing: set[str] = set()
        self.tells_totals = True
        self.hides: Callable[[Row], bool] = lambda row: False  # entries of the journal
        self.ignores: set[str] = set()  # columns of questions that are not understood
        self.read_only: set[str] = set()
        self.copies_notes = False  # a rule that makes a comment of each work note
        self.writes_as = ME
        self.longest = 10**9  # characters of an entry
        self.tables: dict[str, list[Row]] = {kind: recorded(name)["result"] for kind, name in RECORDED.items()}
        first = recorded("record")["result"]
        first |= {name.replace("caller_id", "contact"): both for name, both in first.items() if "caller_id" in name}
        self.records: dict[str, Row] = {TICKET: first, LONG_TICKET: json.loads(json.dumps(first))}
        self.records[LONG_TICKET]["sys_id"] = {"display_value": LONG_TICKET, "value": LONG_TICKET}
        self._now = max(datetime(2026, 9, 1, 10, 5, tzinfo=UTC), datetime.now(UTC).replace(microsecond=0))
        self._last = 0x1000
        for chapter in range(long_thread):
            self.says(LONG_TICKET, RITA, f"Chapter {chapter}")

    def someone_writes(self, ticket_id: str, text: str, role: Role, visibility: Visibility) -> None:
        element = "comments" if visibility is Visibility.PUBLIC else "work_notes"
        self.says(ticket_id, RITA if role is Role.REQUESTER else ANN, text, element)

    def says(self, ticket_id: str, user: str, text: str, element: str = "comments") -> Row:
        """An entry of the journal, which counts as an update of its record."""
        self.touch(ticket_id, user)
        self._last += 1
        row = {
            "sys_id": f"{self._last:032x}",
            "element_id": ticket_id,
            "element": element,
            "name": "incident",
            "value": text[: self.longest],
            "sys_created_on": self._stamp(),
            "sys_created_by": user,
        }
        self.tables["sys_journal_field"].append(row)
        return row

    def touch(self, ticket_id: str, user: str, **changed: str) -> None:
        self._now += timedelta(seconds=1)
        count = str(int(self.records[ticket_id]["sys_mod_count"]["value"]) + 1)
        told = {**changed, "sys_mod_count": count, "sys_updated_on": self._stamp(), "sys_updated_by": user}
        self.sets(ticket_id, **told)

    def sets(self, ticket_id: str, **changed: str) -> None:
        """Columns as they are, without an update that would be counted."""
        self.records[ticket_id] |= {key: {"display_value": one, "value": one} for key, one in changed.items()}

    # -- the endpoints --------------------------------------------------------------------------------------------

    def answer(self, request: httpx.Request) -> httpx.Response:
        expected = base64.b64encode(f"{ME}:{ACCOUNT.secrets['password']}".encode()).decode()
        if "credentials" in self.missing or request.headers.get("authorization") != f"Basic {expected}":
            return httpx.Response(401, json=recorded("error__unauthorized"))
        assert request.headers["accept"] == request.headers["content-type"] == "application/json"
        path, query = request.url.path.removeprefix("/api/now/").removeprefix("table/"), dict(request.url.params)
        if found := re.fullmatch(r"(?:incident|sn_customerservice_case)/([0-9a-f]{32})", path):
            status, document = self._record(request, found[1], query)
            return httpx.Response(status, json=document)
        return self._list(path, query)

    def _list(self, kind: str, query: dict[str, str]) -> httpx.Response:
        if f"read {kind}" in self.missing:
            return httpx.Response(403, json=recorded("error__forbidden"))
        rows = encoded.answer(query["sysparm_query"], self._rows(kind), ignored=self.ignores)
        start = int(query["sysparm_offset"])
        shown = [row for row in rows[start : start + int(query["sysparm_limit"])] if not self._hidden(kind, row)]
        fields = query["sysparm_fields"].split(",")
        headers = {"x-total-count": str(len(rows))} if self.tells_totals else {}
        result = [{name: row[name] for name in fields if name in row} for row in shown]
        return httpx.Response(200, json={"result": result}, headers=headers)

    def _rows(self, kind: str) -> list[Row]:
        if kind == "incident":
            return [{name: both["value"] for name, both in row.items()} for row in self.records.values()]
        return list(self.tables[kind])

    def _hidden(self, kind: str, row: Row) -> bool:
        return f"see {kind}" in self.missing or (kind == "sys_journal_field" and self.hides(row))

    def _record(self, request: httpx.Request, ticket_id: str, query: dict[str, str]) -> Answer:
        if ticket_id not in self.records or "see incident" in self.missing:
            return 404, recorded("error__not_found")
        if request.method == "PATCH":
            self._update(ticket_id, json.loads(request.content))
        fields = query["sysparm_fields"].split(",")
        found = {**self.records[ticket_id], **self._shown_journal(ticket_id)}
        both = {name: found[name] for name in fields if name in found}
        if query["sysparm_display_value"] == "all":
            return 200, {"result": both}
        return 200, {"result": {name: one["value"] for name, one in both.items()}}

    def _shown_journal(self, ticket_id: str) -> Row:
        """What the record shows of its journal, whoever may read the table."""
        entries = [row for row in self.tables["sys_journal_field"] if row["element_id"] == ticket_id]
        return {
            name: {"display_value": "\n\n".join(row["value"] for row in entries if row["element"] == name), "value": ""}
            for name in ("comments", "work_notes")
        }

    def _update(self, ticket_id: str, sent: dict[str, str]) -> None:
        kept = {name: value for name, value in sent.items() if name not in self.read_only}
        texts = {name: kept.pop(name) for name in ("comments", "work_notes") if name in kept}
        if {"impact", "urgency"} <= kept.keys():
            kept["priority"] = str(int(kept["impact"]) + int(kept["urgency"]) - 1)
        if kept and not texts:
            self.touch(ticket_id, self.writes_as, **kept)
        for element, text in texts.items():
            self.says(ticket_id, self.writes_as, rendered(text), element)
            if self.copies_notes:
                self.says(ticket_id, self.writes_as, text)
            self.sets(ticket_id, **kept)

    def _stamp(self) -> str:
        return self._now.strftime("%Y-%m-%d %H:%M:%S")


def rendered(text: str) -> str:
    """What a page makes of an entry: between `[code]` and `[/code]` it is HTML, whose tags nobody sees."""
    return re.sub(
        r"\[code\](.*?)\[/code\]", lambda found: re.sub(r"<.*?>", "", found[1]), text, flags=re.DOTALL | re.IGNORECASE
    )


def reaches_requester(request: httpx.Request) -> bool:
    """Whether ServiceNow would show, or mail, this to the requester: additional comments do that, work notes do not."""
    if request.method == "GET":
        return False
    return request.url.path.endswith("/email") or bool(json.loads(request.content).get("comments"))
