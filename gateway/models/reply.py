"""What comes back from a model, once it is bounded and checked."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ReplyForm(StrEnum):
    """How the structure was won from what the model said."""

    STRUCTURED = "structured"
    REPAIRED = "repaired"
    PLAIN = "plain"  # no structure: the text is all there is, citations are read from its marks


@dataclass(frozen=True, slots=True)
class SentenceCitation:
    """The passages that one sentence names, and where the sentence stands in `ModelReply.text`."""

    start: int
    end: int
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ModelReply:
    """A draft. `text` has no citation marks, `marked_text` keeps them as [n].

    `cited` are numbers of passages that were offered; `unknown_citations` are numbers that were not. `confidence` and
    `knows` are the model's own word, None where it gave none. `cost_usd` sums all attempts of this draft; None if one
    of them is unpriced. `latency_ms` is the whole wait, retries and fallbacks included. `refused`: the provider's
    filter or the model's refusal field, not a reading of the text. `route` is the one that answered; `used_up` names
    the budgets for whose sake it was not a better one, `skipped` the models that were not called, and why.
    """

    text: str
    marked_text: str
    citations: tuple[SentenceCitation, ...]
    cited: tuple[int, ...]
    unknown_citations: tuple[int, ...]
    confidence: float | None
    knows: bool | None
    open_questions: tuple[str, ...]
    suggested_tags: tuple[str, ...]
    form: ReplyForm
    finish_reason: str | None
    cut: bool
    provider: str
    model: str
    prompt: str
    prompt_version: str
    attempts: tuple[int, ...]
    cost_usd: Decimal | None
    latency_ms: float
    route: str = ""
    used_up: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def offline(self) -> bool:
        """Whether it was put together without a language model."""
        return self.provider == "offline"
