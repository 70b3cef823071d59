"""Which models may answer, in what order, within which limits of time and money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import SecretStr

GRACE_S = 25.0  # what a worker gives a running job when it is told to stop: every call must end before that
LONGEST_CALL_S = GRACE_S - 1


class Form(StrEnum):
    """How a candidate is asked for structure."""

    AUTO = "auto"  # a schema where the model is known to keep one, else JSON by request
    SCHEMA = "schema"
    JSON = "json"
    PROMPT = "prompt"  # by words alone


@dataclass(frozen=True, slots=True)
class Price:
    """USD per token, declared by the owner; it wins over the list that litellm ships. `valid_from`: the day, in UTC,
    from which it holds; None: always."""

    input: Decimal
    output: Decimal
    cached_read: Decimal | None = None  # None: as input
    cached_write: Decimal | None = None  # None: as input
    reasoning: Decimal | None = None  # None: as output
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One model as litellm names it (`openai/gpt-4o-mini`, `ollama_chat/llama3`, `offline/extractive`).

    `ceiling_usd_per_million` is what a token of a model without a price counts as, at most, against a budget.
    """

    model: str
    api_base: str | None = None
    api_key: SecretStr | None = None
    timeout_s: float = 20.0
    stream: bool = False
    max_output_tokens: int = 2000
    retries: int = 1
    form: Form = Form.AUTO
    prices: tuple[Price, ...] = ()  # the youngest that is valid holds; before the first of them, litellm's list
    ceiling_usd_per_million: Decimal | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    local: bool = False  # it stands in the house: what it is asked does not leave
    requests_per_minute: int | None = None  # of all workers together
    tokens_per_minute: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.timeout_s <= LONGEST_CALL_S:
            raise ValueError(f"{self.model}: timeout_s must be above 0 and at most {LONGEST_CALL_S:g}")
        if self.max_output_tokens < 1:
            raise ValueError(f"{self.model}: max_output_tokens must be at least 1")

    @property
    def key(self) -> str:
        """What the workers know a provider by: the model as the route names it, and where it stands."""
        return f"{self.model} {self.api_base}" if self.api_base else self.model


@dataclass(frozen=True, slots=True)
class Route:
    """Candidates in order of preference. `max_cost_usd` bounds all calls of one draft together; None: no bound.
    `instead` is asked where a budget has nothing left for any of them."""

    name: str
    candidates: tuple[Candidate, ...]
    temperature: float | None = 0.2
    max_cost_usd: Decimal | None = None
    instead: "Route | None" = None

    @property
    def local(self) -> bool:
        """Nothing that is asked here leaves the house."""
        return all(candidate.local or candidate.model.startswith("offline/") for candidate in self.candidates)
