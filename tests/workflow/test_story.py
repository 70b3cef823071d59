"""The log line of a run: as its schema says, and without a word of the ticket."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connectors.errors import AuthFailed
from gateway import telemetry
from gateway.store.intake import Arrival, accept
from tests.fakes import REQUESTER
from tests.workflow.floor import QUESTION, Floor

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "log-line.schema.json").read_text())
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


class Logged(io.StringIO):
    """What this process writes to its log."""

    def run(self) -> dict[str, Any]:
        """The one line of a run, which its schema allows."""
        lines = [json.loads(line) for line in self.getvalue().splitlines()]
        (line,) = [told for told in lines if told["body"] == "run"]
        jsonschema.validate(line, SCHEMA, format_checker=jsonschema.FormatChecker())
        return dict(line)


@pytest.fixture
def logged() -> Iterator[Logged]:
    """This process's log, set up as a worker's."""
    root = logging.getLogger()
    before = list(root.handlers), root.level
    telemetry.configure(service="worker")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written := Logged())
    yield written
    root.handlers, root.level = before


async def traced(floor: Floor, traceparent: str | None) -> int:
    """A question whose webhook belongs to a trace; returns its event."""
    floor.desk.open("7", QUESTION)
    arrival = Arrival("e1", "message_added", "7", "requester", "public", None, datetime.now(UTC), True)
    await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC), traceparent)
    return await floor.last_event()


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


async def test_a_run_that_was_decided_tells_its_verdict_rules_model_tokens_cost_and_steps(
    floor: Floor, logged: Logged
) -> None:
    run = await floor.shown()

    line = logged.run()
    assert (line["run"], line["account"], line["ticket"]) == (run, "acme", "7")
    assert (line["outcome"], line["verdict"], line["rules"]) == ("done", "review", ["everything/everything"])
    assert line["model"] == "extractive"
    assert Decimal(line["cost_usd"]) == 0
    assert {"context", "screen", "ground", "draft", "decide", "deliver"} <= set(line["step_ms"])
    assert line["desk_calls"] == 0
    assert (line["trace_id"], line["span_id"]) == (None, None)


async def test_no_line_holds_a_word_of_the_ticket_or_of_its_requester(floor: Floor, logged: Logged) -> None:
    await floor.walk(await floor.question(f"{QUESTION} My cousin Aloysius in Zanzibar waits for it."))

    logged.run()
    assert REQUESTER.name is not None
    for word in ("parcel", "Aloysius", "Zanzibar", "warehouse", REQUESTER.name.split()[0], "@example.com"):
        assert word not in logged.getvalue()


async def test_a_run_that_was_given_up_says_so_and_has_no_verdict(floor: Floor, logged: Logged) -> None:
    floor.desk.refusals.append(AuthFailed("POST /tickets/7: 401"))
    await floor.walk(await floor.question())

    line = logged.run()
    assert line["outcome"] == "failed"
    assert "401" in line["reason"]


async def test_every_line_of_a_run_has_the_trace_of_its_webhook(floor: Floor, logged: Logged) -> None:
    await floor.walk(await traced(floor, TRACEPARENT))

    line = logged.run()
    assert (line["trace_id"], line["span_id"]) == (TRACE, PARENT)


@pytest.mark.parametrize(
    "hostile", ["", "00-0-0-00", f"00-{'0' * 32}-{PARENT}-01", f"{TRACEPARENT}\r\nx: y", "A" * 999]
)
async def test_a_header_that_is_no_trace_is_left_alone(floor: Floor, logged: Logged, hostile: str) -> None:
    await floor.walk(await traced(floor, hostile))

    assert logged.run()["trace_id"] is None
