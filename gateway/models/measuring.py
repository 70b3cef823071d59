"""What a call to a model is called in telemetry: OpenTelemetry's `gen_ai` names, bounded labels, and no content."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.ledger.attempt import AttemptFinished, AttemptOutcome, AttemptStarted, PriceState
from gateway.models.profile import Profile
from gateway.telemetry import model_calls, model_cost, model_seconds, model_tokens, unpriced
from gateway.tracing import Attributes, measure, note, span

OPERATION = "chat"
# litellm's names of providers that OpenTelemetry calls otherwise
PROVIDERS = {
    "azure": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "moonshot": "moonshot_ai",
    "vertex_ai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
USAGE = {
    "input": "gen_ai.client.inference.usage.input_tokens",
    "output": "gen_ai.client.inference.usage.output_tokens",
    "cached_read": "gen_ai.client.inference.usage.cache_read.input_tokens",
    "cached_write": "gen_ai.client.inference.usage.cache_write.input_tokens",
    "reasoning": "gen_ai.client.inference.usage.reasoning.output_tokens",
}


@contextmanager
def measured(profile: Profile, row: AttemptStarted) -> Iterator[Callable[[AttemptFinished], None]]:
    """The span of one call; gives what is to be told how the call has ended."""
    provider = PROVIDERS.get(row.provider, row.provider)
    whom = {
        "gen_ai.operation.name": OPERATION,
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": row.model,
    }
    asked: Attributes = {
        **whom,
        "gen_ai.request.stream": row.streamed,
        "gen_ai.request.max_tokens": profile.candidate.max_output_tokens,
        "gen_ai.prompt.name": row.prompt,
        "gen_ai.conversation.id": row.origin.ticket_id or None,
        "countersign.run": row.run_id,
        "countersign.purpose": row.purpose,
        "countersign.prompt.version": row.prompt_version,
        "countersign.retry": row.retry,
        "countersign.fallback": row.fallback,
    }

    def ended(finished: AttemptFinished) -> None:
        error = None if finished.outcome is AttemptOutcome.OK else finished.error_kind or finished.outcome.value
        note(_answered(finished), error=error)
        _count(row, finished)
        _measure({**whom, "error.type": error}, finished)

    with span(f"{OPERATION} {row.model}", asked, kind="client"):
        yield ended


def _answered(finished: AttemptFinished) -> Attributes:
    first = finished.time_to_first_token_ms
    return {
        "gen_ai.response.finish_reasons": [finished.finish_reason] if finished.finish_reason else None,
        "gen_ai.response.time_to_first_chunk": None if first is None else first / 1000,
        "gen_ai.usage.input_tokens": finished.input_tokens,
        "gen_ai.usage.output_tokens": finished.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": finished.cached_read_tokens,
        "gen_ai.usage.cache_creation.input_tokens": finished.cached_write_tokens,
        "gen_ai.usage.reasoning.output_tokens": finished.reasoning_tokens,
        "countersign.cost.usd": None if finished.cost_usd is None else float(finished.cost_usd),
        "countersign.price": finished.price_state,
    }


def _tokens(finished: AttemptFinished) -> dict[str, int | None]:
    return {
        "input": finished.input_tokens,
        "output": finished.output_tokens,
        "cached_read": finished.cached_read_tokens,
        "cached_write": finished.cached_write_tokens,
        "reasoning": finished.reasoning_tokens,
    }


def _count(row: AttemptStarted, finished: AttemptFinished) -> None:
    model_calls.labels(row.provider, row.model, row.purpose, finished.outcome).inc()
    if finished.cost_usd is not None:
        model_cost.labels(row.model).inc(max(float(finished.cost_usd), 0.0))
    if finished.price_state is PriceState.UNPRICED:
        unpriced.inc()
    if finished.latency_ms is not None:
        model_seconds.labels(row.provider, row.model).observe(finished.latency_ms / 1000)
    for kind, count in _tokens(finished).items():
        if count is not None:
            model_tokens.labels(row.model, kind).inc(max(count, 0))  # a provider may lie, a counter only grows


def _measure(labels: Attributes, finished: AttemptFinished) -> None:
    latency, first = finished.latency_ms, finished.time_to_first_token_ms
    measure("gen_ai.client.operation.duration", None if latency is None else latency / 1000, labels)
    measure("gen_ai.client.operation.time_to_first_chunk", None if first is None else first / 1000, labels)
    for kind, count in _tokens(finished).items():
        known = None if count is None else max(count, 0)
        measure(USAGE[kind], known, {**labels, "gen_ai.token.modality": "text"})
        if kind in ("input", "output"):
            measure("gen_ai.client.token.usage", known, {**labels, "gen_ai.token.type": kind})
    cost = finished.cost_usd
    measure("countersign.model.cost", None if cost is None else float(cost), labels)
