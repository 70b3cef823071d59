"""The figures of an owner's month, and what may be said of them: no effect is told that chance explains as well."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from gateway.ledger.response import Spread
from gateway.shares import ENOUGH, Share, percent

NONE = Share(0, 0)
DEARER = Decimal("1.1")  # the cost of a ticket counts as risen from here on


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose month it is. Without account and queue it is everybody's."""

    since: datetime
    until: datetime
    account: str | None = None
    queue: str | None = None

    def __str__(self) -> str:
        named = [self.account or "all accounts", *([f"queue {self.queue}"] if self.queue else [])]
        return f"{', '.join(named)}, {self.since:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Drafts:
    """What became of drafts. `spared`: those that went out as they were or nearly so, each an answer by hand less.
    `people_usd` and `spared_usd` are None where no rates were declared."""

    drafts: int = 0
    by_policy: int = 0
    waiting: int = 0
    accepted: Share = NONE
    edited: Share = NONE
    rejected: Share = NONE
    reopened: Share = NONE
    flawed: Share = NONE
    read_ms: int | None = None
    spared: int = 0
    people_usd: Decimal | None = Decimal(0)
    spared_usd: Decimal | None = Decimal(0)

    @classmethod
    def total(cls, parts: Sequence["Drafts"]) -> "Drafts":
        """Several accounts together; money is unknown where that of one is."""

        def shares(of: Callable[[Drafts], Share]) -> Share:
            return Share(sum(of(part).hits for part in parts), sum(of(part).of for part in parts))

        read = [part.read_ms for part in parts if part.read_ms is not None]
        return cls(
            drafts=sum(part.drafts for part in parts),
            by_policy=sum(part.by_policy for part in parts),
            waiting=sum(part.waiting for part in parts),
            accepted=shares(lambda part: part.accepted),
            edited=shares(lambda part: part.edited),
            rejected=shares(lambda part: part.rejected),
            reopened=shares(lambda part: part.reopened),
            flawed=shares(lambda part: part.flawed),
            read_ms=sum(read) if read else None,
            spared=sum(part.spared for part in parts),
            people_usd=_sum(part.people_usd for part in parts),
            spared_usd=_sum(part.spared_usd for part in parts),
        )


@dataclass(frozen=True, slots=True)
class Month:
    """Everything counted of a month. `at_most_usd` counts calls without a price at their bounds, and is None where one
    has none."""

    tickets: int = 0
    runs: int = 0
    calls: int = 0
    failed: int = 0
    known_usd: Decimal | None = None
    unpriced: int = 0
    at_most_usd: Decimal | None = Decimal(0)
    drafts: Drafts = field(default_factory=Drafts)
    answered: Spread | None = None
    answers_seen: int = 0

    @property
    def empty(self) -> bool:
        return not (self.runs or self.calls or self.drafts.drafts)

    @property
    def failures(self) -> Share:
        return Share(self.failed, self.calls)

    @property
    def saved_usd(self) -> Decimal | None:
        """Answers by hand that were spared, less people's reading and models at their most. None: not known."""
        told = self.drafts.spared_usd, self.drafts.people_usd, self.at_most_usd
        if told[0] is None or told[1] is None or told[2] is None:
            return None
        return told[0] - told[1] - told[2]


@dataclass(frozen=True, slots=True)
class Used:
    """What was spent on a budget in a month: together, the most in one of its periods, and what its owner was told."""

    spent: Decimal = Decimal(0)
    most: Decimal = Decimal(0)
    told: int = 0


def effect_on_response(before: Spread | None, after: Spread | None) -> str:
    """In words: what became of the time to the first answer."""
    if before is None:
        return "Not known: nothing was measured before (`countersign baseline`)."
    if after is None:
        return f"Not known: fewer than {ENOUGH} first answers were seen this month."
    if not before.apart(after):
        return "No measurable effect: both lie within what chance explains."
    share = abs(1 - after.median_ms / before.median_ms) if before.median_ms else 1.0
    return f"{'Faster' if after.median_ms < before.median_ms else 'Slower'} by {percent(share)}."


def against_goal(accepted: Share, goal: float | None) -> str:
    """In words: whether a goal was reached, which few drafts cannot tell."""
    if goal is None:
        return "No goal is declared."
    if not accepted.enough or accepted.interval is None:
        return f"Goal {percent(goal)}: cannot be told yet, {accepted.of} drafts were judged."
    low, high = accepted.interval
    if low >= goal:
        return f"Goal {percent(goal)}: reached."
    return (
        f"Goal {percent(goal)}: missed."
        if high < goal
        else f"Goal {percent(goal)}: cannot be told, it lies within the range."
    )


def summary(month: Month, before: Spread | None) -> str:
    """The first sentence: whether it was worth it, as far as anybody can tell."""
    response = before is not None and month.answered is not None and before.apart(month.answered)
    saved = month.saved_usd
    if saved is not None and saved < 0:
        return "No money was saved: models and reading cost more than the answers by hand that were spared."
    if not response and not saved:
        return "No measurable effect."
    said = []
    if saved:
        said.append("By the declared rates it saved more than it cost.")
    if response and before is not None and month.answered is not None:
        faster = month.answered.median_ms < before.median_ms
        said.append(f"First answers came {'sooner' if faster else 'later'} than before.")
    else:
        said.append("On the time to the first answer there is no measurable effect.")
    return " ".join(said)


def got_worse(now: Month, then: Month) -> Sequence[str]:
    """What is worse than the month before by more than chance explains; costs by more than a tenth."""
    found = [
        f"{name}: {after}, it was {before}"
        for name, after, before, less_is_worse in (
            ("Accepted drafts", now.drafts.accepted, then.drafts.accepted, True),
            ("Edited before sending", now.drafts.edited, then.drafts.edited, False),
            ("Rejected drafts", now.drafts.rejected, then.drafts.rejected, False),
            ("Reopened tickets", now.drafts.reopened, then.drafts.reopened, False),
            ("Flawed in the sample", now.drafts.flawed, then.drafts.flawed, False),
            ("Failed calls to models", now.failures, then.failures, False),
        )
        if (_fell(after, before) and less_is_worse) or (not less_is_worse and _fell(before, after))
    ]
    if now.answered and then.answered and now.answered.low_ms > then.answered.high_ms:
        found.append("The time to the first answer is longer")
    if now.tickets >= ENOUGH and then.tickets >= ENOUGH and now.known_usd and then.known_usd:
        cost, was = now.known_usd / now.tickets, then.known_usd / then.tickets
        if cost > was * DEARER:
            found.append(f"Models cost {cost:.4f} USD a ticket, it was {was:.4f} USD")
    return found


def _fell(after: Share, before: Share) -> bool:
    if not (after.enough and before.enough and after.interval and before.interval):
        return False
    return after.interval[1] < before.interval[0]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    told = list(amounts)
    known = [amount for amount in told if amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(told) else None
