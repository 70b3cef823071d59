"""What we ask and what we read agrees with Intercom's published description, as far as that speaks of it."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from respx.models import CallList

from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import TICKET, recorded
from tests.connectors.intercom.test_write import without_attribute
from tests.connectors.published import description, table, told, wrong

TABLE = table(Path(__file__).parent / "description.yaml")
ASKED_BESIDES = {"GET /articles": {"page", "per_page"}}  # the answers have these numbers, the description no question
Conversation = list[tuple[str, httpx.Request, Any]]


@pytest.fixture
async def conversation(connector: IntercomConnector, calls: CallList) -> Conversation:
    """Everything that the connector does, once: each call's name, its request, and the answer that was read."""
    mark = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, tzinfo=UTC))
    change = Change(["ai"], Priority.URGENT, "billing", "ann@acme.example", Status.SOLVED)
    await connector.write(await connector.fetch(TICKET), InternalNote(f"<p>{mark.value}</p>", mark), change)
    await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))
    await connector.write(await connector.fetch(TICKET), PublicReply("<p>Sent</p>", mark))
    solving = Change(status=Status.SOLVED)
    await connector.write(await connector.fetch(TICKET), PublicReply("<p>Sent</p>", mark), solving)
    by_tags = IntercomConnector.connect(without_attribute())
    for priority in (Priority.HIGH, Priority.LOW):
        await by_tags.write(await by_tags.fetch(TICKET), None, Change(priority=priority))
    await by_tags.close()
    await connector.find_mark(TICKET, mark)
    await connector.check()
    async for _ in connector.articles(None):
        pass
    async for _ in connector.history(None):
        pass
    return [(name_of(call.request), call.request, call.response.json()) for call in calls]


def name_of(request: httpx.Request) -> str:
    return f"{request.method} {re.sub(r'/(?:[0-9]+|[0-9a-f]{24})(?=/|$)', '/*', request.url.path)}"


def test_every_call_is_described(conversation: Conversation) -> None:
    assert {name for name, _, _ in conversation} == TABLE.keys()


def test_what_we_send_is_described(conversation: Conversation) -> None:
    for name, request, _ in conversation:
        kinds = TABLE[name].get("asks", {})
        assert set(request.url.params) <= kinds.keys() | ASKED_BESIDES.get(name, set()), name
        asked = {key: int(value) if value.isdigit() else value for key, value in request.url.params.items()}
        assert wrong(asked, kinds) == [], name
        if request.content:
            body = json.loads(request.content)
            assert body.keys() <= {path.partition("/")[0] for path in TABLE[name]["sends"]}, name
            assert wrong(body, TABLE[name]["sends"]) == [], name


def test_what_we_read_is_described(conversation: Conversation) -> None:
    assert [(name, found) for name, _, answer in conversation if (found := wrong(answer, TABLE[name]["answers"]))] == []


def test_what_was_recorded_is_described() -> None:
    answers = {
        "me": "GET /me",
        "admins": "GET /admins",
        "teams": "GET /teams",
        "tags": "GET /tags",
        "contact": "GET /contacts/*",
        "conversation": "GET /conversations/*",
        "articles": "GET /articles",
        "data_attributes": "GET /data_attributes",
    }

    for name, call in answers.items():
        assert wrong(recorded(name), TABLE[call]["answers"]) == [], name


@pytest.mark.parametrize("value", [7, None, True, [], {}])
def test_the_comparison_can_fail(value: object) -> None:
    assert wrong({"id": value}, {"id": "string"}) == ["id"]
    assert wrong({"rows": [{"id": "7"}, {"id": value}]}, {"rows/-/id": "string"}) == ["rows/-/id"]


@pytest.mark.skipif("INTERCOM_OPENAPI" not in os.environ, reason="INTERCOM_OPENAPI names no copy of the description")
@pytest.mark.parametrize("call", TABLE)
def test_our_table_says_what_the_description_says(call: str) -> None:
    for part, kinds in TABLE[call].items():
        for where, kind in kinds.items():
            assert told(description("INTERCOM_OPENAPI"), call, part, where) == kind, (part, where)
