"""Tokens by kind as a provider told them, believed only where they can be true."""

from dataclasses import dataclass
from typing import Any

MOST = 100_000_000  # tokens in one call; a larger number is a fault


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


def count(told: Any, name: str) -> int | None:
    """One number of a usage; None where it is absent, negative, absurd or no number."""
    value = getattr(told, name, None)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST else None
