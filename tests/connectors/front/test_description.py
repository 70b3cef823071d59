"""What we ask and what we read agrees with Front's published description, as far as that speaks of it."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from respx.models import CallList

from connectors.contract import Change, DraftReply, InternalNote, Mark, Priority, PublicReply, Status
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import LONG_TICKET, RITA, TICKET, FrontDesk
from tests.connectors.published import description, table, told, wrong

TABLE = table(Path(__file__).parent / "description.yaml")
# A message that is no draft has no version and no mode, and one from outside no author.
MAY_BE_NULL = {"_results/-/version", "_results/-/author"}
NO_DRAFT = {"_results/-/draft_mode": (None,)}
Conversation = list[tuple[str, httpx.Request, Any]]


@pytest.fixture
async def conversation(connector: FrontConnector, desk: FrontDesk, calls: CallList) -> Conversation:
    """Everything that the connector does, once: each call's name, its request, and the answer that was read."""
    mark = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, tzinfo=UTC))
    change = Change(["ai"], Priority.URGENT, "billing", "bo@acme.example", Status.SOLVED)
    await connector.write(await connector.fetch(TICKET), DraftReply("Draft", mark))
    await connector.write(await connector.fetch(TICKET), DraftReply("Newer draft", mark))
    await connector.write(await connector.fetch(TICKET), InternalNote(mark.value, mark), change)
    await connector.write(await connector.fetch(TICKET), None, Change(priority=Priority.NORMAL, status=Status.OPEN))
    await connector.write(await connector.fetch(TICKET), PublicReply("Sent", mark), Change(status=Status.SOLVED))
    await connector.find_mark(TICKET, mark)
    await connector.check()
    for chapter in range(101):
        desk.says(LONG_TICKET, RITA, f"<p>{chapter}</p>")
    desk.conversations[LONG_TICKET]["status"] = "archived"
    async for _ in connector.articles(None):
        pass
    async for _ in connector.history(None):
        pass
    return [(name_of(call.request), call.request, read(call.response)) for call in calls]


def name_of(request: httpx.Request) -> str:
    path = re.sub(r"(?<=/)(?:[a-z]{3}_\w+|en|de)(?=/|$)", "*", request.url.path)
    return f"{request.method} {path}"


def read(response: httpx.Response) -> Any:
    return response.json() if response.content else None


def test_every_call_is_described(conversation: Conversation) -> None:
    assert {name for name, _, _ in conversation} == TABLE.keys()


def test_what_we_send_is_described(conversation: Conversation) -> None:
    for name, request, _ in conversation:
        kinds = TABLE[name].get("asks", {})
        assert set(request.url.params) <= kinds.keys(), name
        asked = {key: int(value) if value.isdigit() else value for key, value in request.url.params.items()}
        assert wrong(asked, kinds) == [], name
        if request.content:
            body = json.loads(request.content)
            assert body.keys() <= {path.partition("/")[0] for path in TABLE[name]["sends"]}, name
            assert wrong(body, TABLE[name]["sends"]) == [], name


def test_what_we_read_is_described(conversation: Conversation) -> None:
    for name, _, answer in conversation:
        kinds = TABLE[name].get("answers")
        if kinds is None:
            assert answer is None, name
        else:
            assert wrong(answer, kinds, may_be_null=MAY_BE_NULL, also=NO_DRAFT) == [], name


@pytest.mark.skipif("FRONT_OPENAPI" not in os.environ, reason="FRONT_OPENAPI names no copy of the description")
@pytest.mark.parametrize("call", TABLE)
def test_our_table_says_what_the_description_says(call: str) -> None:
    for part, kinds in TABLE[call].items():
        for where, kind in kinds.items():
            assert told(description("FRONT_OPENAPI"), call, part, where) == kind, (part, where)
