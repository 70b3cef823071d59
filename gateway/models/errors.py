"""Every way in which no draft comes back, grouped by what the caller does next.

ModelError
├── ModelsBusy         retry later, after `retry_after` seconds
├── ModelsFailed       give up: a person answers, or the configuration is mended
│   └── OverBudget     nothing on the route fits the money that is left
└── PromptInvalid      mend the prompt file; raised when it is loaded

No message carries text of a ticket, of a model or of a provider: only names, kinds and numbers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


class ModelError(Exception):
    """The base. Nobody raises it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one candidate gave nothing: its name and one word."""

    model: str
    kind: str


class ModelsBusy(ModelError):
    """Every candidate failed and at least one may work later. `retry_after` in seconds. `shut`: the keys of those that
    may, where nobody is to call any of them now: no use in another try before one of them opens."""

    def __init__(self, route: str, retry_after: float, refusals: Sequence[Refusal], shut: Collection[str] = ()) -> None:
        self.route = route
        self.retry_after = retry_after
        self.shut = tuple(shut)
        self.refusals = tuple(refusals)
        super().__init__(
            f"no model on route {route} can answer now ({listed(refusals)}); try again in {retry_after:g} s"
        )


class ModelsFailed(ModelError):
    """Every candidate failed in a way that a repeat would not mend."""

    def __init__(self, route: str, refusals: Sequence[Refusal], advice: str | None = None) -> None:
        self.route = route
        self.refusals = tuple(refusals)
        advice = advice or "look at the model's settings with `countersign check`"
        super().__init__(f"no model on route {route} gave an answer ({listed(refusals)}); {advice}")


class OverBudget(ModelsFailed):
    """No candidate's upper bound fits, or it has no price and no ceiling to count by. `budgets` are those that had not
    so much left; without any it was the route's own `max_cost_usd`."""

    def __init__(self, route: str, refusals: Sequence[Refusal], budgets: Collection[str] = ()) -> None:
        self.budgets = tuple(sorted(budgets))
        limit = f"budget {', '.join(self.budgets)}" if self.budgets else "route's budget"
        super().__init__(route, refusals, f"raise the {limit}, or declare a price or a ceiling for the model")


class PromptInvalid(ModelError):
    """A prompt file that cannot be used. The message starts with file:line."""

    def __init__(self, where: str, line: int, problem: str) -> None:
        self.where, self.line = where, line
        super().__init__(f"{where}:{line}: {problem}")


def listed(refusals: Sequence[Refusal]) -> str:
    """The refusals in one line."""
    return ", ".join(f"{refusal.model}: {refusal.kind}" for refusal in refusals) or "the route names no model"
