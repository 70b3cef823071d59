"""What would this edit have done? Decides recorded runs again under other policies and counts the difference."""

import operator
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gateway.policy.errors import BadExpression
from gateway.policy.policy_set import PolicySet
from gateway.policy.values import from_json
from gateway.policy.words import Verdict
from gateway.shares import wilson

EXAMPLES = 10
SMALL_SAMPLE = 100
_EXPRESSION = re.compile(r"\s*(\w+|\*)\s*->\s*(\w+|\*)\s*(>=|<=|>|<|==)\s*(\d+(?:\.\d+)?)\s*(%?)\s*")
_COMPARE = {">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le, "==": operator.eq}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One run as it was decided: its facts as they were kept, its verdict, whether it was escalated, and its model cost
    in USD (None: unknown)."""

    run: str
    facts: Mapping[str, Any]
    verdict: str
    escalated: bool = False
    cost: Decimal | None = None


@dataclass(slots=True)
class Transition:
    """All runs that went from one verdict to another. `cost` sums what is known, in USD; `unpriced` counts the rest."""

    before: str
    after: str
    count: int = 0
    topics: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    cost: Decimal = Decimal(0)
    unpriced: int = 0

    @property
    def changes(self) -> bool:
        return self.before != self.after

    def to_dict(self) -> dict[str, Any]:
        return {
            "before": self.before,
            "after": self.after,
            "count": self.count,
            "topics": dict(self.topics.most_common()),
            "examples": list(self.examples),
            "cost_usd": str(self.cost),
            "unpriced": self.unpriced,
        }


@dataclass(slots=True)
class Replay:
    """The difference between what was decided and what the new policies say.

    `escalated_before` and `escalated_after` count runs handed to people; `undecided` counts runs in which a rule met an
    unknown fact, `rules` how often each enforced rule of the new set came out true.
    """

    version: str
    runs: int = 0
    transitions: dict[tuple[str, str], Transition] = field(default_factory=dict)
    escalated_before: int = 0
    escalated_after: int = 0
    undecided: int = 0
    rules: Counter[str] = field(default_factory=Counter)

    @property
    def changed(self) -> list[Transition]:
        """Transitions that change a verdict, the most frequent first."""
        found = [transition for transition in self.transitions.values() if transition.changes]
        return sorted(found, key=lambda transition: (-transition.count, transition.before, transition.after))

    def share(self, count: int) -> tuple[float, float, float]:
        """A share of all runs with its 95 % Wilson interval, each 0 to 1."""
        return (count / self.runs if self.runs else 0.0, *wilson(count, self.runs))

    @property
    def note(self) -> str:
        """How far the figures can be trusted."""
        if self.runs == 0:
            return "No recorded run: nothing can be said."
        if self.runs < SMALL_SAMPLE:
            return f"Only {self.runs} runs: the intervals are wide, and rare cases are not in it."
        return (
            f"{self.runs:,} runs; what happened to none of them can still happen to up to {3 / self.runs:.2%} of all."
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON: every transition with its share and interval, escalation load, and the note."""
        rows = []
        for transition in sorted(self.transitions.values(), key=lambda entry: -entry.count):
            share, low, high = self.share(transition.count)
            rows.append(transition.to_dict() | {"share": round(share, 4), "low": round(low, 4), "high": round(high, 4)})
        return {
            "version": self.version,
            "runs": self.runs,
            "transitions": rows,
            "escalated_before": self.escalated_before,
            "escalated_after": self.escalated_after,
            "undecided": self.undecided,
            "rules": dict(self.rules.most_common()),
            "note": self.note,
        }


def replay(recorded: Iterable[Recorded], policies: PolicySet, *, examples: int = EXAMPLES) -> Replay:
    """Decide every recorded run again; `examples` of each change are named. Nothing is read or written, and no model is
    called."""
    found = Replay(policies.version)
    for run in recorded:
        decision = policies.decide(from_json(run.facts, policies.catalogue), explain=False)
        found.runs += 1
        found.escalated_before += run.escalated
        found.escalated_after += decision.escalation is not None
        found.undecided += bool(decision.unknown)
        found.rules.update(decision.matched)
        _count(found, run, str(decision.verdict), examples)
    return found


def _count(found: Replay, run: Recorded, after: str, examples: int) -> None:
    key = (run.verdict, after)
    transition = found.transitions.setdefault(key, Transition(*key))
    transition.count += 1
    transition.topics.update((run.facts.get("screen.topics") or {}).keys())
    if len(transition.examples) < examples:
        transition.examples.append(run.run)
    if run.cost is None:
        transition.unpriced += 1
    else:
        transition.cost += run.cost


@dataclass(frozen=True, slots=True)
class FailOn:
    """A bound on a transition, as in `review->send > 5%` or `*->withhold > 10`; without `%` it counts runs."""

    before: str
    after: str
    sign: str
    bound: Decimal
    percent: bool

    @classmethod
    def read(cls, text: str) -> "FailOn":
        """Raises BadExpression."""
        found = _EXPRESSION.fullmatch(text)
        words = {*map(str, Verdict), "*"}
        if found is None or not {found.group(1), found.group(2)} <= words:
            raise BadExpression(
                f'"{text[:60]}" cannot be read: write it as in "review->send > 5%" or "*->withhold > 10"'
            )
        return cls(found.group(1), found.group(2), found.group(3), Decimal(found.group(4)), bool(found.group(5)))

    def holds(self, found: Replay) -> bool:
        """Whether the bound is met, so that the command should fail. An empty replay never fails."""
        count = sum(
            transition.count
            for transition in found.changed
            if self.before in ("*", transition.before) and self.after in ("*", transition.after)
        )
        if not found.runs:
            return False
        value = Decimal(count) * 100 / found.runs if self.percent else Decimal(count)
        return bool(_COMPARE[self.sign](value, self.bound))
