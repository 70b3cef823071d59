"""A draft over real HTTP: what comes back, and what stands on the ledger afterwards."""

import asyncio
from decimal import Decimal

import pytest

from gateway.ledger.attempt import AttemptOutcome, PriceState
from gateway.models import Drafter, ModelsBusy, ModelsFailed, Price, ReplyForm
from tests.models.conftest import StubModel
from tests.models.rows import MemoryLog, nothing, request_for

PRICED = Price(input=Decimal("0.0000025"), output=Decimal("0.00001"), cached_read=Decimal("0.00000125"))


@pytest.mark.parametrize("stream", [False, True])
async def test_a_structured_answer_becomes_a_reply_with_its_sources(
    stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    reply = await drafter.draft(request_for(), stub.route("openai/stub-good", stream=stream), log, nothing)

    assert reply.form is ReplyForm.STRUCTURED
    assert reply.text.startswith("Hello,\n\nRefunds take five working days to arrive.")
    assert "[1]" in reply.marked_text
    assert "[" not in reply.text
    assert reply.cited == (1,)
    first = reply.citations[0]
    assert reply.text[first.start : first.end] == "Refunds take five working days to arrive."
    assert (reply.knows, reply.confidence) == (True, 0.82)


async def test_the_next_model_answers_when_the_first_fails(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    route = stub.route("openai/stub-fails", "openai/stub-401", "openai/stub-good")

    reply = await drafter.draft(request_for(), route, log, nothing)

    assert reply.model == "stub-good"
    assert log.kinds == ["overloaded", "auth", None]
    assert [row.fallback for row in log.started] == [0, 1, 2]
    assert [row.number for row in log.started] == [1, 2, 3]
    assert reply.attempts == (1, 2, 3)


async def test_a_short_fault_is_repeated_once_and_each_try_has_its_row(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    stub.behave("503", times=1)

    await drafter.draft(request_for(), stub.route("openai/stub-good", retries=1), log, nothing)

    assert log.kinds == ["overloaded", None]
    assert [row.retry for row in log.started] == [0, 1]
    assert stub.count("stub-good")["calls"] == 2


async def test_nobody_retries_behind_our_back(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    with pytest.raises(ModelsBusy):
        await drafter.draft(request_for(), stub.route("openai/stub-503", retries=2), log, nothing)

    assert stub.count("stub-503")["calls"] == len(log.rows) == 3


async def test_a_long_retry_after_is_told_and_not_waited_for(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    with pytest.raises(ModelsBusy) as caught:
        await drafter.draft(request_for(), stub.route("openai/stub-429", retries=3), log, nothing)

    assert caught.value.retry_after == 30.0
    assert log.kinds == ["rate_limited"]


async def test_a_short_retry_after_is_waited_for(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    stub.behave("429", retry_after=0.05, times=1)

    await drafter.draft(request_for(), stub.route("openai/stub-good", retries=1), log, nothing)

    assert log.kinds == ["rate_limited", None]


async def test_the_soonest_of_several_busy_models_is_named(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    with pytest.raises(ModelsBusy) as caught:
        await drafter.draft(request_for(), stub.route("openai/stub-429", "openai/stub-404"), log, nothing)

    assert caught.value.retry_after == 30.0
    assert [refusal.kind for refusal in caught.value.refusals] == ["rate_limited", "no_model"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_that_never_answers_is_given_up_in_time(
    stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    route = stub.route("openai/stub-hangs", stream=stream, timeout_s=0.4, prices=(PRICED,))
    started = asyncio.get_running_loop().time()

    with pytest.raises(ModelsBusy):
        await drafter.draft(request_for(), route, log, nothing)

    assert asyncio.get_running_loop().time() - started < 2
    [finished] = log.rows
    assert finished.outcome is AttemptOutcome.TIMEOUT
    assert (finished.cost_usd, finished.price_state) == (None, PriceState.UNPRICED)


async def test_before_call_speaks_right_before_each_call_and_what_it_raises_leaves_no_row(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    class Superseded(Exception):
        pass

    seen: list[int] = []

    async def stand() -> None:
        seen.append(len(log.started))
        if len(seen) == 2:
            raise Superseded

    with pytest.raises(Superseded):
        await drafter.draft(request_for(), stub.route("openai/stub-503", "openai/stub-good"), log, stand)

    assert seen == [0, 1]
    assert log.kinds == ["overloaded"]
    assert stub.count("stub-good") == {}


async def test_no_model_at_all_is_a_failure_that_says_what_to_do(
    stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    route = type(stub.route())("main", (stub.candidate("openai/stub-401"),))

    with pytest.raises(ModelsFailed, match=r"openai/stub-401: auth.*countersign check"):
        await drafter.draft(request_for(), route, log, nothing)


async def test_an_unknown_provider_is_passed_over(stub: StubModel, drafter: Drafter, log: MemoryLog) -> None:
    from gateway.models import Candidate

    route = type(stub.route())("main", (Candidate("nosuch/model"), stub.candidate("openai/stub-good")))

    reply = await drafter.draft(request_for(), route, log, nothing)

    assert reply.model == "stub-good"
    assert log.started[0].fallback == 1


async def test_no_error_and_no_row_carries_the_key_or_the_ticket(
    stub: StubModel,
    drafter: Drafter,
    log: MemoryLog,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    route = stub.route("openai/stub-401", "openai/stub-400", "openai/stub-drops", stream=True)

    with pytest.raises(ModelsBusy) as caught:
        await drafter.draft(request_for("My secret garden number is 4711"), route, log, nothing)

    said = f"{caught.value!r} {caught.value.__context__!r} {log.rows!r} {route!r} {caplog.text} {capfd.readouterr()}"
    assert "4711" not in said
    assert "sk-test-secret" not in said


async def test_two_drafts_at_once_keep_their_rows_apart(stub: StubModel, drafter: Drafter) -> None:
    logs = [MemoryLog() for _ in range(8)]
    route = stub.route("openai/stub-good")

    replies = await asyncio.gather(*(drafter.draft(request_for(), route, log, nothing) for log in logs))

    assert len(replies) == 8
    assert all(len(log.rows) == 1 for log in logs)
    assert stub.count("stub-good")["calls"] == 8
