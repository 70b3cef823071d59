"""What is asked of a route, and what one draft has used so far."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gateway.ledger.attempt import UNNAMED, AttemptLog, Origin, Purpose
from gateway.ledger.gate import Gate
from gateway.models.attempts import Attempted
from gateway.models.calls import Message, size_of
from gateway.models.errors import Refusal
from gateway.models.failures import Failure, FailureKind
from gateway.models.profile import Profile
from gateway.models.route import Form, Route
from gateway.models.usage import FRAME_TOKENS

BeforeCall = Callable[[], Awaitable[None]]
PATIENCE_S = 5.0  # beyond a call's own time, until whoever made it is believed dead
BYTES_PER_TOKEN = 4  # about; what was not used is given back once it is known


@dataclass(frozen=True, slots=True)
class Asking:
    """One question to a route: the messages, what they are for, and who keeps the rows.

    `formats` are the arguments that ask for structure; `offline` is what the offline drafter is handed besides.
    """

    purpose: Purpose
    prompt: str
    prompt_version: str
    messages: Sequence[Message]
    formats: Mapping[Form, Mapping[str, Any]]
    offline: Mapping[str, Any]
    log: AttemptLog
    before_call: BeforeCall
    origin: Origin = UNNAMED

    def options(self, profile: Profile, temperature: float | None) -> dict[str, Any]:
        """The arguments of one call beyond the messages."""
        options = dict(self.formats.get(profile.form, {}))
        if profile.provider == "offline":
            options |= self.offline
        if temperature is not None:
            options["temperature"] = temperature
        return options

    def gate(self, profile: Profile) -> Gate | None:
        """What the call needs of its provider; None for the offline drafter, which is our own."""
        if profile.provider == "offline":
            return None
        candidate = profile.candidate
        return Gate(
            candidate.key,
            patience_s=candidate.timeout_s + PATIENCE_S,
            requests_per_minute=candidate.requests_per_minute,
            tokens_per_minute=candidate.tokens_per_minute,
            tokens=size_of(self.messages) // BYTES_PER_TOKEN + candidate.max_output_tokens,
        )

    def bound(self, profile: Profile) -> Decimal | None:
        """The most USD that one call can cost: no tokenizer makes more tokens than there are bytes."""
        return profile.price.bound(size_of(self.messages) + FRAME_TOKENS, profile.candidate.max_output_tokens)


@dataclass(slots=True)
class Spending:
    """The rows and the money of one draft. `number` is the last attempt's."""

    run_id: int
    number: int
    attempts: list[int] = field(default_factory=list)
    cost_usd: Decimal | None = Decimal(0)  # None once an attempt is unpriced
    reserved_usd: Decimal = Decimal(0)  # costs, and bounds where a cost is unknown
    used_up: set[str] = field(default_factory=set)  # budgets that had nothing left for a call
    skipped: list[Refusal] = field(default_factory=list)  # models that were not called, to leave them alone

    def settle(self, attempt_id: int, attempted: Attempted, bound: Decimal | None) -> None:
        """Add an attempt that has ended."""
        self.attempts.append(attempt_id)
        cost = attempted.cost_usd
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost
        self.reserved_usd += cost if cost is not None else bound or Decimal(0)

    def refusal(self, route: Route, bound: Decimal | None) -> Failure | None:
        """Why the route's money does not allow another call with this bound; None where it does."""
        if route.max_cost_usd is None:
            return None
        if bound is None:
            return Failure(FailureKind.NO_PRICE)
        return Failure(FailureKind.OVER_BUDGET) if self.reserved_usd + bound > route.max_cost_usd else None
