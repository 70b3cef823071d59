"""What we ask of Jira's platform and what we read agrees with its published description, where that speaks of it."""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from respx.models import CallList

from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from tests.connectors.jira_service_management.desk import TICKET, JiraDesk
from tests.connectors.published import description, table, told, wrong

TABLE = table(Path(__file__).parent / "description.yaml")
PLATFORM = "/rest/api/3"
ELSEWHERE = {
    "/rest/servicedeskapi/request",
    "/rest/servicedeskapi/request/*",
    "/rest/servicedeskapi/request/*/comment",
    "/rest/webhooks/1.0/webhook",
    "/wiki/api/v2/spaces/*/pages",
}
WITHOUT_TYPE = {"body"}  # a document, which the description leaves to another page
Conversation = list[tuple[str, httpx.Request, Any]]


@pytest.fixture
async def conversation(connector: JiraServiceManagementConnector, desk: JiraDesk, calls: CallList) -> Conversation:
    """Everything that the connector does, once: each call's name, its request, and the answer that was read."""
    mark = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime.now(UTC) - timedelta(minutes=5))
    change = Change(["ai"], Priority.URGENT, "Billing", "bo@acme.example", Status.PENDING)
    await connector.write(await connector.fetch(TICKET), InternalNote("Draft", mark), change)
    await connector.write(await connector.fetch(TICKET), PublicReply("Sent", mark), Change(status=Status.SOLVED))
    await connector.find_mark(TICKET, mark)
    await connector.check()
    async for _ in connector.articles(None):
        pass
    async for _ in connector.history(None):
        pass
    return [(name_of(call.request), call.request, read(call.response)) for call in calls]


def name_of(request: httpx.Request) -> str:
    path = re.sub(r"/(?:[0-9]+|countersign)(?=/|$)", "/*", request.url.path.removeprefix(PLATFORM))
    return f"{request.method} {path}"


def read(response: httpx.Response) -> Any:
    return response.json() if response.content else None


def asked(value: str, kind: Any) -> Any:
    """A part of a query as what it stands for."""
    if kind == "integer":
        return int(value)
    return value.split(",") if kind == "array" else value


def test_every_call_is_described_or_is_none_of_the_platforms(conversation: Conversation) -> None:
    named = {name for name, _, _ in conversation}

    assert {name for name in named if name.partition(" ")[2] not in ELSEWHERE} == TABLE.keys()


def test_what_we_send_is_described(conversation: Conversation) -> None:
    for name, request, _ in conversation:
        if name not in TABLE:
            continue
        kinds = TABLE[name].get("asks", {})
        assert set(request.url.params) <= kinds.keys(), name
        assert wrong({key: asked(value, kinds[key]) for key, value in request.url.params.items()}, kinds) == [], name
        if request.content:
            body, sends = json.loads(request.content), TABLE[name]["sends"]
            assert body.keys() <= {path.partition("/")[0] for path in sends} | WITHOUT_TYPE, name
            assert wrong(body, sends) == [], name


def test_what_we_read_is_described(conversation: Conversation) -> None:
    for name, _, answer in conversation:
        if name not in TABLE:
            continue
        if kinds := TABLE[name].get("answers"):
            assert wrong(answer, kinds) == [], name
        else:
            assert answer is None, name


@pytest.mark.skipif("JIRA_OPENAPI" not in os.environ, reason="JIRA_OPENAPI names no copy of the description")
@pytest.mark.parametrize("call", TABLE)
def test_our_table_says_what_the_description_says(call: str) -> None:
    for part, kinds in TABLE[call].items():
        for where, kind in kinds.items():
            assert told(description("JIRA_OPENAPI"), call, part, where, prefix=PLATFORM) == kind, (part, where)
