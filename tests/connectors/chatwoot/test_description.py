"""What we ask and what we read agrees with Chatwoot's published description, as far as that speaks of it."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import Change, InternalNote, Mark, Priority, PublicReply, Status
from tests.connectors.chatwoot.desk import TICKET

TABLE: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((Path(__file__).parent / "description.yaml").read_text())
ACCOUNT = "/api/v1/accounts/1"
# Calls, and parts of calls, that the description leaves out; read from Chatwoot's source.
NOT_DESCRIBED = {"GET /portals/help/articles"}
ASKED_BESIDES = {"sort_by"}
# Where the server is known to do something else: no words beside a file; nobody assigned; a list wrapped twice.
MAY_BE_NULL = {"payload/-/content", "content", "assignee_id"}
TYPES: dict[str, tuple[type, ...]] = {
    "number": (int, float),
    "integer": (int,),
    "string": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


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
            assert wrong(body, described["sends"]) == [], name
        asked = {key: int(value) if value.isdigit() else value for key, value in request.url.params.items()}
        assert wrong(asked, described.get("asks", {})) == [], name


def test_what_we_read_is_described(conversation: list[tuple[str, httpx.Request, Any]]) -> None:
    assert [name for name, _, answer in conversation if wrong(answer, TABLE.get(name, {}).get("answers", {}))] == []


def wrong(document: Any, described: dict[str, Any]) -> list[str]:
    """Paths at which the document holds something else than is described. What is absent is not wrong."""
    return [path for path, kind in described.items() for value in at(document, path) if not fits(value, kind, path)]


def at(document: Any, path: str) -> Iterator[Any]:
    head, _, rest = path.partition("/")
    if head == "-":
        found = document if isinstance(document, list) else []
    else:
        found = [document[head]] if isinstance(document, dict) and head in document else []
    for value in found:
        if rest:
            yield from at(value, rest)
        else:
            yield value


def fits(value: Any, kind: Any, path: str) -> bool:
    if isinstance(kind, list):
        return value in kind or (path.endswith("status") and value == "snoozed")  # left out of one list by mistake
    if value is None:
        return str(kind).endswith("?") or path in MAY_BE_NULL
    return isinstance(value, TYPES[kind.rstrip("?")]) and isinstance(value, bool) == (kind == "boolean")


@pytest.mark.parametrize("value", ["7", None, True, [], {}])
def test_the_comparison_can_fail(value: object) -> None:
    assert wrong({"id": value}, {"id": "number"}) == ["id"]


@pytest.mark.skipif("CHATWOOT_SWAGGER" not in os.environ, reason="CHATWOOT_SWAGGER names no copy of the description")
@pytest.mark.parametrize("name", TABLE)
def test_our_table_says_what_the_description_says(name: str) -> None:
    description = json.loads(Path(os.environ["CHATWOOT_SWAGGER"]).read_text())
    method, _, path = name.partition(" ")
    path = path if path.startswith("/api") else "/api/v1/accounts/{account_id}" + path
    operation = description["paths"][path.replace("*", "{conversation_id}")][method.lower()]

    for part, kinds in TABLE[name].items():
        for where, kind in kinds.items():
            assert told(described(description, operation, part, where)) == kind, (part, where)


def described(description: dict[str, Any], operation: dict[str, Any], part: str, where: str) -> dict[str, Any]:
    """The schema at a path of a request, a query or an answer."""
    if part == "asks":
        found: dict[str, Any] = next(one["schema"] for one in operation["parameters"] if one.get("name") == where)
        return found
    holder = operation["requestBody"] if part == "sends" else operation["responses"]["200"]
    schema = holder["content"]["application/json"]["schema"]
    for step in where.split("/"):
        schema = whole(description, schema)
        schema = schema["items"] if step == "-" else schema["properties"][step]
    return whole(description, schema)


def whole(description: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its references followed and its parts put together."""
    while "$ref" in schema:
        found: Any = description
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    parts = [whole(description, one) for one in schema.get("allOf", ())]
    together = {key: value for one in [*parts, schema] for key, value in one.get("properties", {}).items()}
    return {**schema, "properties": together}


def told(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    optional = "null" in kinds or schema.get("nullable")
    return next(kind for kind in kinds if kind != "null") + ("?" if optional else "")
