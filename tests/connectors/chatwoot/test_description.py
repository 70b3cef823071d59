"""What we ask and what we read agrees with Chatwoot's published description, as far as that speaks of it."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status
from tests.connectors.chatwoot.desk import TICKET
from tests.connectors.published import description, table, told, wrong

TABLE = table(Path(__file__).parent / "description.yaml")
ACCOUNT = "/api/v1/accounts/1"
# Calls, and parts of calls, that the description leaves out; read from Chatwoot's source.
NOT_DESCRIBED = {"GET /portals/help/articles"}
ASKED_BESIDES = {"sort_by"}
# Where the server is known to do something else: no words beside a file; nobody assigned; a list wrapped twice.
MAY_BE_NULL = {"payload/-/content", "content", "assignee_id"}
LEFT_OUT = {"status": ["snoozed"], "data/payload/-/status": ["snoozed"]}  # of the values that are named


@pytest.fixture
async def conversation(connector: ChatwootConnector, calls: CallList) -> list[tuple[str, httpx.Request, Any]]:
    """Everything that the connector does, once: each call's name, its request, and the answer that was read."""
    mark = Mark("cs-0f1e2d3c4b5a69788796", "hash", datetime(2026, 9, 1, tzinfo=UTC))
    change = Change(["ai"], Priority.NORMAL, "billing", "ann@acme.example", Status.PENDING)
    await connector.write(await connector.fetch(TICKET), InternalNote("Draft", mark), change)
    solving = Change(priority=Priority.URGENT, status=Status.SOLVED)
    await connector.write(await connector.fetch(TICKET), PublicReply("Sent", mark), solving)
    await connector.write(await connector.fetch(TICKET), None, Change(status=Status.OPEN))
    await connector.find_mark(TICKET, mark)
    await connector.check()
    async for _ in connector.articles(None):
        pass
    async for _ in connector.history(None):
        pass
    return [(name_of(call.request), call.request, read(call.response)) for call in calls]


def name_of(request: httpx.Request) -> str:
    path = request.url.path.removeprefix(ACCOUNT)
    return f"{request.method} {re.sub(r'/[0-9]+', '/*', path) if path.startswith('/conversations') else path}"


def read(response: httpx.Response) -> Any:
    answer = response.json() if response.content else None
    if isinstance(answer, dict) and "webhooks" in (answer.get("payload") or {}):
        return answer["payload"]["webhooks"]  # the wrapping that the description leaves out
    return answer


def test_every_call_is_described(conversation: list[tuple[str, httpx.Request, Any]]) -> None:
    called = {name for name, _, _ in conversation}

    assert called == TABLE.keys() | NOT_DESCRIBED


def test_what_we_send_is_described(conversation: list[tuple[str, httpx.Request, Any]]) -> None:
    for name, request, _ in conversation:
        described = TABLE.get(name, {})
        assert set(request.url.params) <= described.get("asks", {}).keys() | ASKED_BESIDES or name in NOT_DESCRIBED
        if request.content:
            body = json.loads(request.content)
            assert body.keys() <= {path.partition("/")[0] for path in described["sends"]}, name
            assert wrong(body, described["sends"], may_be_null=MAY_BE_NULL) == [], name
        asked = {key: int(value) if value.isdigit() else value for key, value in request.url.params.items()}
        assert wrong(asked, described.get("asks", {})) == [], name


def test_what_we_read_is_described(conversation: list[tuple[str, httpx.Request, Any]]) -> None:
    for name, _, answer in conversation:
        kinds = TABLE.get(name, {}).get("answers", {})
        assert wrong(answer, kinds, may_be_null=MAY_BE_NULL, also=LEFT_OUT) == [], name


@pytest.mark.parametrize("value", ["7", None, True, [], {}])
def test_the_comparison_can_fail(value: object) -> None:
    assert wrong({"id": value}, {"id": "number"}) == ["id"]


@pytest.mark.skipif("CHATWOOT_SWAGGER" not in os.environ, reason="CHATWOOT_SWAGGER names no copy of the description")
@pytest.mark.parametrize("call", TABLE)
def test_our_table_says_what_the_description_says(call: str) -> None:
    prefix = "" if call.partition(" ")[2].startswith("/api") else "/api/v1/accounts/{account_id}"
    for part, kinds in TABLE[call].items():
        for where, kind in kinds.items():
            assert told(description("CHATWOOT_SWAGGER"), call, part, where, prefix=prefix) == kind, (part, where)
