"""Tokens by kind as a provider told them, believed only where they can be true."""

from dataclasses import dataclass
from typing import Any

MOST = 100_000_000  # tokens in one call; a larger number is a fault
FACTOR = 3  # a number so far from our own estimate is kept, priced, and flagged
BYTES_A_TOKEN = 4  # of UTF-8, roughly and in any language
SHORT = 100  # tokens: below it an estimate says nothing
FRAME_TOKENS = 600  # what a schema and the frame of a chat add to the prompt at most


@dataclass(frozen=True, slots=True)
class Tokens:
    """Cached tokens are part of input and reasoning part of output. None: not told, or impossible."""

    input: int | None = None
    output: int | None = None
    cached_read: int | None = None
    cached_write: int | None = None
    reasoning: int | None = None

    @property
    def known(self) -> bool:
        """Whether the two numbers that a price needs are there."""
        return self.input is not None and self.output is not None


UNKNOWN = Tokens()
NONE_USED = Tokens(0, 0, 0, 0, 0)


def tokens_from(usage: Any) -> Tokens:
    """Tokens from litellm's `Usage`. It writes zeros where a provider told nothing: no call has an empty prompt."""
    input_, output = count(usage, "prompt_tokens"), count(usage, "completion_tokens")
    if not input_ or output is None:
        return UNKNOWN
    prompt_details = getattr(usage, "prompt_tokens_details", None)
    cached_read = count(prompt_details, "cached_tokens")
    cached_write = count(usage, "cache_creation_input_tokens")
    if cached_write is None:
        cached_write = count(prompt_details, "cache_creation_tokens")
    if (cached_read or 0) + (cached_write or 0) > input_:
        return UNKNOWN
    reasoning = count(getattr(usage, "completion_tokens_details", None), "reasoning_tokens")
    if reasoning is not None and reasoning > output:
        return UNKNOWN
    return Tokens(input_, output, cached_read, cached_write, reasoning)


def suspect(tokens: Tokens, sent: int, received: int) -> bool:
    """Whether the told numbers are more than three times off what so many bytes are likely to be. What a model thought
    is not among the bytes received."""
    if tokens.input is None or tokens.output is None:
        return False
    said = tokens.output - (tokens.reasoning or 0)
    return far(tokens.input, sent // BYTES_A_TOKEN, FRAME_TOKENS) or far(said, received // BYTES_A_TOKEN, SHORT)


def far(told: int, estimate: int, allowance: int) -> bool:
    """Whether a number is out of all proportion to an estimate that may be too low by an allowance."""
    return told > FACTOR * (estimate + allowance) or (estimate > SHORT and told * FACTOR < estimate)


def count(told: Any, name: str) -> int | None:
    """One number of a usage; None where it is absent, negative, absurd or no number."""
    value = getattr(told, name, None)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST else None
