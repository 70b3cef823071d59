"""One call to one model: in one piece or as a stream, bounded in time and size, its tokens as the provider told."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.models.failures import CallFailed, Failure, FailureKind, classify
from gateway.models.profile import Profile
from gateway.models.usage import NONE_USED, UNKNOWN, Tokens, tokens_from

LONGEST_ANSWER = 60_000  # characters; a draft is a letter, and every later step reads it
SLACK_S = 0.5  # litellm's own timeout comes first where it works: it leaves the connection in order

Message = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said. `usage` is litellm's own object, for prices that only litellm can compute."""

    text: str
    finish_reason: str | None
    tokens: Tokens
    first_token_ms: float | None
    standard_tier: bool = True
    usage: Any = None
    failure: Failure | None = None  # an answer that is paid for, and of no use
    size: int = 0  # bytes of text that arrived


def size_of(messages: Sequence[Message]) -> int:
    """The bytes of a prompt."""
    return sum(len(message["content"].encode()) for message in messages)


async def call(litellm: Any, profile: Profile, messages: Sequence[Message], options: Mapping[str, Any]) -> Answer:
    """The answer, or CallFailed. Everything else that is raised is a cancellation."""
    arguments = {**profile.options, **options, "messages": list(messages)}
    try:
        async with asyncio.timeout(profile.candidate.timeout_s + SLACK_S):
            if profile.streamed:
                return await streamed(litellm, arguments)
            return await whole(litellm, profile, arguments)
    except CallFailed:
        raise
    except Exception as error:
        # `from None`: a provider's message may hold the prompt or the key
        raise CallFailed(classify(error)) from None


async def whole(litellm: Any, profile: Profile, arguments: dict[str, Any]) -> Answer:
    """A call whose answer comes in one piece."""
    response = await litellm.acompletion(**arguments)
    choice = response.choices[0]
    text = choice.message.content or ""
    refused = choice.finish_reason == "content_filter" or bool(not text and refusal_in(choice.message))
    usage = getattr(response, "usage", None)
    return Answer(
        text=text[:LONGEST_ANSWER],
        finish_reason=choice.finish_reason,
        tokens=NONE_USED if profile.provider == "offline" else tokens_from(usage),
        first_token_ms=None,
        standard_tier=standard(response),
        usage=usage,
        failure=fault(text, refused),
        size=len(text.encode()),
    )


async def streamed(litellm: Any, arguments: dict[str, Any]) -> Answer:
    """A call whose answer comes in pieces. A stream that grows too long is closed, and what it cost is unknown."""
    started = time.perf_counter()
    stream = await litellm.acompletion(**arguments, stream=True, stream_options={"include_usage": True})
    parts: list[str] = []
    size, first_token_ms, finish_reason, last = 0, None, None, None
    try:
        async for last in stream:
            choice = last.choices[0] if last.choices else None
            if choice is None:
                continue
            finish_reason = choice.finish_reason or finish_reason
            if piece := choice.delta.content:
                if first_token_ms is None:
                    first_token_ms = (time.perf_counter() - started) * 1000
                parts.append(piece)
                size += len(piece)
            if size > LONGEST_ANSWER:
                return Answer("", None, UNKNOWN, first_token_ms, failure=Failure(FailureKind.TOO_LONG))
    finally:
        with contextlib.suppress(Exception):
            await stream.aclose()
    # The last chunk always has a usage, guessed by litellm where the provider sent none: only the chunks can tell.
    told = any(getattr(chunk, "usage", None) is not None for chunk in stream.chunks)
    usage = getattr(last, "usage", None) if told else None
    text = "".join(parts)
    return Answer(
        text=text,
        finish_reason=finish_reason,
        tokens=tokens_from(usage),
        first_token_ms=first_token_ms,
        standard_tier=last is None or standard(last),
        usage=usage,
        failure=fault(text, finish_reason == "content_filter"),
        size=len(text.encode()),
    )


def fault(text: str, refused: bool) -> Failure | None:
    """Why an answer that arrived is of no use; None where it is."""
    if refused:
        return Failure(FailureKind.REFUSED)
    if not text.strip():
        return Failure(FailureKind.EMPTY)
    return Failure(FailureKind.TOO_LONG) if len(text) > LONGEST_ANSWER else None


def refusal_in(message: Any) -> Any:
    """OpenAI's refusal field, which litellm keeps among the fields of the provider."""
    fields = getattr(message, "provider_specific_fields", None) or {}
    return getattr(message, "refusal", None) or fields.get("refusal")


def standard(response: Any) -> bool:
    """Whether the provider served it at its ordinary price."""
    return getattr(response, "service_tier", None) in (None, "default", "standard", "auto")
