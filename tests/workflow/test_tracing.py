"""One trace from a webhook to what is written, told to a real collector, without a word of the ticket."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.contract import Action, Change, Ticket, WriteReceipt
from connectors.http import HttpClient
from gateway import tracing
from gateway.models import Price
from gateway.store.database import Database
from gateway.store.intake import Arrival, accept
from tests.collector import Collector, said
from tests.connectors.loopback import Loopback, answers, http_answer
from tests.fakes import MemoryDesk
from tests.models.conftest import StubModel
from tests.workflow.floor import QUESTION, Floor, built

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PRICE = Price(Decimal("0.00000015"), Decimal("0.0000006"))


@dataclass
class TalkingDesk(MemoryDesk):
    """A help desk whose writes also leave by HTTP, as those of a real one do."""

    http: HttpClient | None = field(default=None)

    async def write(self, ticket: Ticket, action: Action | None, change: Change | None = None) -> WriteReceipt:
        assert self.http
        await self.http.send("POST", "/notes", json={})
        return await super().write(ticket, action, change)


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector that this process tells until it is switched off."""
    with Collector() as listening:
        monkeypatch.setenv(tracing.ENDPOINT, listening.url)
        tracing.switch_on("worker", "1.2.3")
        yield listening
        tracing.switch_off()


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with Loopback(answers(http_answer(201, {}))) as listening:
        yield listening


@pytest.fixture
async def floor(database: Database, stub: StubModel, server: Loopback) -> AsyncIterator[Floor]:
    """A line that asks the stub model, and writes by HTTP."""
    made = await built(database, TalkingDesk(http=server.client()))
    made.ask(stub.route("openai/stub-good", prices=(PRICE,), stream=True))
    yield made
    await made.line.drafter.close()


async def walked(floor: Floor, text: str = QUESTION) -> None:
    """A ticket whose webhook belongs to a trace."""
    floor.desk.open("7", text)
    arrival = Arrival("e1", "message_added", "7", "requester", "public", None, datetime.now(UTC), True)
    await accept(floor.database, "acme", [arrival], b"{}", datetime.now(UTC), f"00-{TRACE}-{PARENT}-01")
    await floor.walk(await floor.last_event())


def sent_on(server: Loopback) -> list[str]:
    """The traces that the help desk was told of."""
    heads = [request.split(b"\r\n\r\n")[0].decode() for request in server.requests]
    return [line.split(": ")[1] for head in heads for line in head.split("\r\n") if line.startswith("traceparent")]


async def test_a_run_is_a_span_with_its_steps_and_its_model_calls_below_in_the_trace_of_the_webhook(
    floor: Floor, collector: Collector
) -> None:
    await walked(floor)
    tracing.switch_off()

    spans = collector.spans
    run, drafting, call = spans["invoke_workflow countersign"], spans["step draft"], spans["chat stub-good"]
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    assert run.parent_span_id.hex() == PARENT
    assert {f"step {name}" for name in ("context", "screen", "ground", "check", "decide", "deliver")} <= set(spans)
    assert {span.parent_span_id for name, span in spans.items() if name.startswith("step ")} == {run.span_id}
    assert call.parent_span_id == drafting.span_id
    assert said(run).items() >= {"gen_ai.conversation.id": "7", "countersign.outcome": "done"}.items()


async def test_a_model_call_is_told_in_the_names_of_opentelemetry_with_what_the_ledger_has(
    floor: Floor, collector: Collector
) -> None:
    await walked(floor)
    tracing.switch_off()

    row = await floor.only("select * from attempt")
    told = said(collector.spans["chat stub-good"])
    assert told["gen_ai.operation.name"] == "chat"
    assert (told["gen_ai.provider.name"], told["gen_ai.request.model"]) == ("openai", "stub-good")
    assert told["gen_ai.usage.input_tokens"] == row["input_tokens"]
    assert told["gen_ai.usage.output_tokens"] == row["output_tokens"]
    assert told["gen_ai.response.finish_reasons"] == ["stop"]
    assert told["gen_ai.response.time_to_first_chunk"] > 0
    assert told["countersign.cost.usd"] == pytest.approx(float(row["cost_usd"]))
    (used,) = collector.measures["gen_ai.client.inference.usage.input_tokens"]
    assert used.as_int == row["input_tokens"]
    (took,) = collector.measures["gen_ai.client.operation.duration"]
    assert took.count == 1
    assert list(took.explicit_bounds)[:3] == [0.01, 0.02, 0.04]


async def test_a_call_that_fails_is_told_by_one_word(floor: Floor, stub: StubModel, collector: Collector) -> None:
    stub.behave("401")
    await walked(floor)
    tracing.switch_off()

    call, run = collector.spans["chat stub-good"], collector.spans["invoke_workflow countersign"]
    assert (said(call)["error.type"], said(run)["error.type"]) == ("auth", "failed")
    assert [call.status.message, *call.events] == [""]


async def test_nothing_of_a_ticket_reaches_the_collector(floor: Floor, collector: Collector) -> None:
    await walked(floor, f"{QUESTION} My cousin Aloysius in Zanzibar waits for it.")
    tracing.switch_off()

    everything = b"".join(body for _, body in collector.bodies)
    assert b"stub-good" in everything
    for word in (b"parcel", b"Aloysius", b"Zanzibar", b"Marta", b"marta@example.com", b"sk-test-secret"):
        assert word not in everything


async def test_what_is_written_says_which_step_of_which_trace_it_is(
    floor: Floor, server: Loopback, collector: Collector
) -> None:
    await walked(floor)
    tracing.switch_off()

    deliver = collector.spans["step deliver"]
    assert sent_on(server) == [f"00-{TRACE}-{deliver.span_id.hex()}-01"]


async def test_without_a_collector_the_trace_of_the_webhook_is_handed_on_as_it_came(
    floor: Floor, server: Loopback
) -> None:
    await walked(floor)

    assert sent_on(server) == [f"00-{TRACE}-{PARENT}-01"]


async def test_a_collector_that_is_away_keeps_no_ticket_waiting(
    floor: Floor, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tracing.ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracing.switch_on("worker", "1.2.3")
    await walked(floor)
    tracing.switch_off()

    assert len(sent_on(server)) == 1
    assert (await floor.run(await floor.last_event()))["state"] == "done"
