"""The door's part of a trace, and that OpenTelemetry is not even loaded where nobody asked for it."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway import tracing
from gateway.store.database import Database
from tests.api.door import body, door, environment, signed
from tests.collector import Collector, said

pytestmark = pytest.mark.usefixtures("secrets")
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"


async def kept(database: Database) -> str | None:
    row = await database.one("select traceparent from event")
    assert row
    return None if row["traceparent"] is None else str(row["traceparent"])


async def test_a_delivery_is_a_span_of_its_senders_trace_and_the_event_goes_on_from_it(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Collector() as collector:
        monkeypatch.setenv(tracing.ENDPOINT, collector.url)
        tracing.switch_on("web", "1.2.3")
        async with door(environment(tmp_path), database.url) as web:
            await web.post("/webhooks/acme", content=body(), headers={**signed(body()), "traceparent": TRACEPARENT})
        tracing.switch_off()

    span = collector.spans["POST /webhooks/{account}"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert said(span)["countersign.outcome"] == "accepted"
    assert await kept(database) == f"00-{TRACE}-{span.span_id.hex()}-01"


@pytest.mark.parametrize(("header", "found"), [(TRACEPARENT, TRACEPARENT), ("whatever; drop", None)])
async def test_without_a_collector_the_event_keeps_what_came_if_it_is_a_trace(
    tmp_path: Path, database: Database, header: str, found: str | None
) -> None:
    async with door(environment(tmp_path), database.url) as web:
        await web.post("/webhooks/acme", content=body(), headers={**signed(body()), "traceparent": header})

    assert await kept(database) == found


@pytest.mark.parametrize(("named", "loaded"), [("", "False"), ("http://127.0.0.1:9", "True")])
def test_the_exporter_is_loaded_only_where_a_collector_is_named(named: str, loaded: str) -> None:
    script = "import sys, gateway.tracing as t; t.switch_on('web', '1'); print('opentelemetry.sdk' in sys.modules)"

    told = subprocess.run(
        [sys.executable, "-c", script],
        env={tracing.ENDPOINT: named, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == loaded


def test_a_collector_that_takes_a_call_and_says_nothing_does_not_keep_a_process_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Left to itself the exporter waits 10 s for each of its answers, and tries again."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv(tracing.ENDPOINT, f"http://127.0.0.1:{silent.getsockname()[1]}")
        tracing.switch_on("web", "1.2.3")
        with tracing.span("something"):
            tracing.measure("http.server.request.duration", 0.1, {})
        begun = time.monotonic()

        tracing.switch_off()

    assert time.monotonic() - begun < 8
