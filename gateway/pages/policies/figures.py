"""What a rule did in the last thirty days, and how far each figure can be trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.policy.rules import Rule
from gateway.shares import wilson
from gateway.store.policies import RuleHits

DAYS = 30
PERIOD = timedelta(days=DAYS)
FEW = 30  # drafts; below that a rate says little
COUNTED = ("approval", "escalation", "models", "redaction")  # a decided run keeps which rules of these held


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How many drafts people took as they were or with light edits, of those that they did something about."""

    accepted: int
    of: int

    @property
    def rate(self) -> float:
        return self.accepted / self.of

    @property
    def few(self) -> bool:
        return self.of < FEW

    @property
    def interval(self) -> str:
        """Where the true rate lies with 95 % confidence."""
        low, high = wilson(self.accepted, self.of)
        return f"{low * 100:.0f} to {high * 100:.0f} %"


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over decided runs. `verdicts` are what those runs came to in the end, by whatever rule."""

    hits: int = 0
    observed: int = 0
    changes: int = 0
    last_at: datetime | None = None
    verdicts: tuple[tuple[str, int], ...] = ()
    acceptance: Acceptance | None = None

    @classmethod
    def of(cls, kept: RuleHits) -> "Figures":
        judged = kept.accepted + kept.rejected
        verdicts = (("send", kept.sent), ("review", kept.reviewed), ("withhold", kept.withheld))
        return cls(
            hits=kept.hits,
            observed=kept.observed_hits,
            changes=kept.observed_changes,
            last_at=kept.last_hit_at,
            verdicts=tuple((verdict, count) for verdict, count in verdicts if count),
            acceptance=Acceptance(kept.accepted, judged) if judged else None,
        )


class AllFigures:
    """Of every rule that held at least once. `decided`: runs that were decided in that time."""

    def __init__(self, kept: Iterable[RuleHits], decided: int) -> None:
        self.decided = decided
        self._by_rule = {hits.rule: Figures.of(hits) for hits in kept}

    def of(self, rule: Rule) -> Figures | None:
        """None for a rule whose hits nobody counts."""
        return self._by_rule.get(rule.id, Figures()) if rule.folder in COUNTED else None
