"""Servers of the house's own, by their own APIs: Ollama and vLLM."""

from decimal import Decimal

import pytest

from gateway.ledger.attempt import PriceState
from gateway.models import Drafter, Price
from tests.models.conftest import StubModel
from tests.models.rows import MemoryLog, nothing, request_for


@pytest.mark.parametrize("provider", ["ollama_chat", "ollama"])
async def test_ollama_answers_for_nothing_and_its_own_count_is_kept(
    provider: str, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    reply = await drafter.draft(request_for(), stub.route(f"{provider}/stub-good"), log, nothing)

    served = stub.count("stub-good")
    assert reply.cited == (1,)
    assert reply.provider == provider
    assert (log.rows[0].input_tokens, log.rows[0].output_tokens) == (served["input_tokens"], served["output_tokens"])
    assert (log.rows[0].cost_usd, log.rows[0].price_state) == (Decimal(0), PriceState.FREE)


@pytest.mark.parametrize("provider", ["ollama_chat", "ollama"])
async def test_tokens_that_ollama_does_not_tell_are_not_guessed(
    provider: str, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    await drafter.draft(request_for(), stub.route(f"{provider}/stub-nousage"), log, nothing)

    assert (log.rows[0].input_tokens, log.rows[0].output_tokens) == (None, None)


@pytest.mark.parametrize("stream", [False, True])
async def test_vllm_answers_and_costs_what_its_owner_declared(
    stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    price = Price(input=Decimal("0.0000001"), output=Decimal("0.0000002"))

    reply = await drafter.draft(
        request_for(), stub.route("hosted_vllm/stub-good", stream=stream, prices=(price,)), log, nothing
    )

    served = stub.count("stub-good")
    assert reply.cited == (1,)
    assert (log.rows[0].input_tokens, log.rows[0].output_tokens) == (served["input_tokens"], served["output_tokens"])
    assert log.cost() == served["input_tokens"] * price.input + served["output_tokens"] * price.output


async def test_vllm_without_a_declared_price_is_unpriced(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    await drafter.draft(request_for(), stub.route("hosted_vllm/stub-good"), log, nothing)

    assert log.rows[0].price_state is PriceState.UNPRICED
