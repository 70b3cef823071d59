"""What the policies came to for one run, in a form that can be kept for years and read by people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from gateway.policy.effects import Approvers, Step
from gateway.policy.floor import Held
from gateway.policy.hours import Within
from gateway.policy.words import Verdict


class TriedCondition(NamedTuple):
    """One condition with what it saw. `kind` is `if`, `all`, `any` or `not`; `state` is true, false or unknown."""

    kind: str
    state: str
    line: int
    text: str = ""
    saw: Mapping[str, Any] | None = None
    trouble: str | None = None
    items: tuple["TriedCondition", ...] = ()

    def to_dict(self) -> dict[str, Any]:
        found: dict[str, Any] = {"kind": self.kind, "state": self.state, "line": self.line}
        if self.kind == "if":
            found |= {"text": self.text, "saw": dict(self.saw or {})}
            return found | ({"trouble": self.trouble} if self.trouble else {})
        return found | {"items": [item.to_dict() for item in self.items]}


@dataclass(frozen=True, slots=True)
class TriedRule:
    """One rule that was tried: where it stands, and how its condition came out."""

    rule: str
    title: str
    folder: str
    file: str
    line: int
    mode: str
    state: str
    when: TriedCondition

    def to_dict(self) -> dict[str, Any]:
        names = ("rule", "title", "folder", "file", "line", "mode", "state")
        return {name: getattr(self, name) for name in names} | {"when": self.when.to_dict()}


@dataclass(frozen=True, slots=True)
class DueStep:
    """One step of an escalation. `due`, UTC: when the step after it happens, if nobody acted."""

    step: Step
    due: datetime | None

    def to_dict(self) -> dict[str, Any]:
        within = self.step.within
        return {
            "team": self.step.team,
            "priority": self.step.priority,
            "tags": list(self.step.tags),
            "notify": list(self.step.notify),
            "within": str(within) if within else None,
            "due": self.due.isoformat() if self.due else None,
        }


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where the ticket goes, from all rules together: highest priority, shortest deadline, all tags.

    `other_teams`: asked for by rules that did not prevail; they are told. `steps` follow one another, each when
    the `due` before it passes.
    """

    team: str | None
    priority: str | None
    within: Within | None
    due: datetime | None
    tags: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    other_teams: tuple[str, ...] = ()
    steps: tuple[DueStep, ...] = ()
    rules: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        first = DueStep(Step(self.team, self.priority, self.within, self.tags, self.notify), self.due)
        return first.to_dict() | {
            "other_teams": list(self.other_teams),
            "steps": [step.to_dict() for step in self.steps],
            "rules": list(self.rules),
        }


@dataclass(frozen=True, slots=True)
class Observed:
    """What rules in `mode: observe` would have made of it. `matched` holds those that came out true."""

    matched: tuple[str, ...]
    verdict: Verdict
    changes: bool

    def to_dict(self) -> dict[str, Any]:
        return {"matched": list(self.matched), "verdict": str(self.verdict), "changes": self.changes}


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict on one draft, and why.

    `because`: sentences for the agent, the weightiest first. `matched`: enforced rules that came out true, as
    `policy/rule`. `unknown`: enforced rules that nobody could decide, each of which asks for a review. `lowered`: the
    floor turned a `send` into a review. `version`: of the policy set.
    """

    verdict: Verdict
    because: tuple[str, ...]
    matched: tuple[str, ...]
    unknown: tuple[str, ...]
    approvers: tuple[Approvers, ...]
    escalation: Escalation | None
    observed: Observed | None
    floor: tuple[Held, ...]
    lowered: bool
    version: str
    tried: tuple[TriedRule, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON, to be kept with the run."""
        return {
            "verdict": str(self.verdict),
            "because": list(self.because),
            "matched": list(self.matched),
            "unknown": list(self.unknown),
            "approvers": [
                {
                    "group": who.group,
                    "count": who.count,
                    "four_eyes": who.four_eyes,
                    "open_sources": who.open_sources,
                }
                for who in self.approvers
            ],
            "escalation": self.escalation.to_dict() if self.escalation else None,
            "observed": self.observed.to_dict() if self.observed else None,
            "floor": [{"name": bar.name, "because": bar.because} for bar in self.floor],
            "lowered": self.lowered,
            "version": self.version,
            "tried": [rule.to_dict() for rule in self.tried],
        }
