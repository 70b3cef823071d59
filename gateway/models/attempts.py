"""A call with its row around it: written before, completed after, whatever happens in between."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway.ledger.attempt import AttemptFinished, AttemptLog, AttemptOutcome, AttemptStarted, PriceState
from gateway.ledger.gate import Heard
from gateway.models.calls import Answer, Message, call, size_of
from gateway.models.failures import CallFailed, Failure
from gateway.models.measuring import measured
from gateway.models.profile import Profile
from gateway.models.usage import UNKNOWN, suspect

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Attempted:
    """How an attempt ended: an answer or a failure, and what it cost (None: unknown). Without an id it was not made."""

    attempt_id: int | None
    answer: Answer | None
    failure: Failure | None
    cost_usd: Decimal | None


async def attempt(
    litellm: Any,
    profile: Profile,
    messages: Sequence[Message],
    options: Mapping[str, Any],
    log: AttemptLog,
    row: AttemptStarted,
) -> Attempted:
    """Make one call and keep its row. A cancellation completes the row and goes on. Raises BudgetUsedUp,
    and Shut where the provider is not to be called now."""
    attempt_id = await started(log, row)
    clock = time.perf_counter()
    answer: Answer | None = None
    failure: Failure | None = None
    with measured(profile, row) as tell:
        try:
            answer = await call(litellm, profile, messages, options)
            failure = answer.failure
        except CallFailed as failed:
            failure = failed.failure
        except asyncio.CancelledError:
            tell(finished := cancelled(row, clock))
            await kept(log, attempt_id, finished)
            raise
        tell(finished := ended(litellm, profile, row, clock, answer, failure, size_of(messages)))
    shut = await kept(log, attempt_id, finished)
    if failure is not None:
        failure = replace(failure, shut=shut)
    return Attempted(attempt_id, None if failure else answer, failure, finished.cost_usd)


async def started(log: AttemptLog, row: AttemptStarted) -> int:
    """The id of the row. Cancelled while it is written, the row still says that no call was made."""
    writing = asyncio.ensure_future(log.start(row))
    try:
        return await asyncio.shield(writing)
    except asyncio.CancelledError:
        attempt_id = await writing
        never = AttemptFinished(
            ended_at=row.started_at,
            latency_ms=0.0,
            outcome=AttemptOutcome.CANCELLED,
            price_state=PriceState.FREE,
            cost_usd=NOTHING,
        )
        await kept(log, attempt_id, never)
        raise


async def kept(log: AttemptLog, attempt_id: int, finished: AttemptFinished) -> bool:
    """Complete the row, also when the task is cancelled meanwhile. True where the provider is to be left alone now."""
    return await asyncio.shield(log.finish(attempt_id, finished))


def cancelled(row: AttemptStarted, clock: float) -> AttemptFinished:
    """A call that was given up on our side: what it cost is the provider's secret."""
    took = elapsed_ms(clock)
    return AttemptFinished(
        ended_at=end_of(row, took),
        latency_ms=took,
        outcome=AttemptOutcome.CANCELLED,
        price_state=PriceState.UNPRICED,
    )


def ended(
    litellm: Any,
    profile: Profile,
    row: AttemptStarted,
    clock: float,
    answer: Answer | None,
    failure: Failure | None,
    sent: int,
) -> AttemptFinished:
    """The row's second half. `sent`: the bytes of the prompt."""
    took = elapsed_ms(clock)
    tokens = answer.tokens if answer else UNKNOWN
    state, cost = owed(litellm, profile, answer, failure)
    return AttemptFinished(
        ended_at=end_of(row, took),
        latency_ms=took,
        outcome=failure.outcome if failure else AttemptOutcome.OK,
        price_state=state,
        time_to_first_token_ms=answer.first_token_ms if answer else None,
        error_kind=failure.kind.value if failure else None,
        finish_reason=answer.finish_reason if answer else None,
        input_tokens=tokens.input,
        output_tokens=tokens.output,
        cached_read_tokens=tokens.cached_read,
        cached_write_tokens=tokens.cached_write,
        reasoning_tokens=tokens.reasoning,
        cost_usd=cost,
        price_version=profile.price.version,
        heard=failure.heard if failure else Heard.ANSWERED,
        retry_after=failure.retry_after if failure else None,
        suspect=answer is not None and profile.provider != "offline" and suspect(tokens, sent, answer.size),
    )


def owed(
    litellm: Any, profile: Profile, answer: Answer | None, failure: Failure | None
) -> tuple[PriceState, Decimal | None]:
    """What a call costs, and how far that can be trusted."""
    if profile.price.state is PriceState.FREE or (answer is None and failure is not None and not failure.billed):
        return PriceState.FREE, NOTHING
    if answer is None or not answer.tokens.known or not answer.standard_tier:
        return PriceState.UNPRICED, None
    cost = profile.price.cost(answer.tokens)
    if cost is None and profile.price.version is not None:
        cost = computed(litellm, profile, answer)
    return (PriceState.UNPRICED, None) if cost is None else (PriceState.PRICED, cost)


def computed(litellm: Any, profile: Profile, answer: Answer) -> Decimal | None:
    """litellm's own sum, for prices by tier or by the hour."""
    try:
        parts = litellm.cost_per_token(
            model=profile.candidate.model, custom_llm_provider=profile.provider, usage_object=answer.usage
        )
    except Exception:
        return None
    return sum((Decimal(repr(part)) for part in parts), NOTHING)


def end_of(row: AttemptStarted, took_ms: float) -> datetime:
    """When a call ended. The clock on the wall may be set while it runs, and nothing ends before it began."""
    return row.started_at + timedelta(milliseconds=took_ms)


def elapsed_ms(clock: float) -> float:
    """Milliseconds since a reading of the performance counter."""
    return (time.perf_counter() - clock) * 1000
