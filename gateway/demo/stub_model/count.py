"""What the stub served, counted where it was served, so that a ledger can be held against it."""

from collections import defaultdict
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer: cached is part of input, reasoning is part of output."""

    input: int
    output: int
    cached: int
    reasoning: int


@dataclass(slots=True)
class Served:
    """Sums for one model. `answered` were sent to the end; `unreported` of these told no usage; `aborted` lost their
    reader; tokens count what was answered and reported, `streamed_tokens` in and out together."""

    calls: int = 0
    answered: int = 0
    unreported: int = 0
    failed: int = 0
    aborted: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    streamed_tokens: int = 0

    def answer(self, usage: Usage | None, *, streamed: bool = False) -> None:
        """One answer sent to its end."""
        self.answered += 1
        if usage is None:
            self.unreported += 1
            return
        self.input_tokens += usage.input
        self.output_tokens += usage.output
        self.cached_tokens += usage.cached
        self.reasoning_tokens += usage.reasoning
        self.streamed_tokens += (usage.input + usage.output) * streamed


@dataclass(slots=True)
class Count:
    """Sums by model."""

    models: defaultdict[str, Served] = field(default_factory=lambda: defaultdict(Served))

    def as_json(self) -> dict[str, dict[str, dict[str, int]]]:
        """What `/_count` answers."""
        return {"models": {model: asdict(served) for model, served in self.models.items()}}


def usage_of(prompt: str, text: str, reasoning: int) -> Usage:
    """Four characters a token; half of the prompt, in steps of 16, comes from the cache."""
    input_tokens = max(1, len(prompt) // 4)
    return Usage(input_tokens, max(1, len(text) // 4) + reasoning, input_tokens // 2 // 16 * 16, reasoning)
