"""What tickets cost together, by account, queue, topic, model, rule or outcome."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from statistics import median

from gateway.store.reports.amounts import Cost
from gateway.store.reports.costs import TicketCost


class CostBy(StrEnum):
    """What tickets are grouped by. There is no person among it."""

    ACCOUNT = "account"
    QUEUE = "queue"
    TOPIC = "topic"
    MODEL = "model"
    RULE = "rule"
    OUTCOME = "outcome"


# A ticket counts in each of its groups: it may have two topics, and two rules may have matched.
NAMES: Mapping[CostBy, Callable[[TicketCost], Sequence[str | None]]] = {
    CostBy.ACCOUNT: lambda line: (line.account,),
    CostBy.QUEUE: lambda line: (line.queue,),
    CostBy.TOPIC: lambda line: line.topics or (None,),
    CostBy.MODEL: lambda line: (line.model,),
    CostBy.RULE: lambda line: line.rules or (None,),
    CostBy.OUTCOME: lambda line: (line.became,),
}


@dataclass(frozen=True, slots=True)
class CostGroup:
    """Tickets of one name; `name` None where they have none. `at_most_usd` counts unpriced calls at their bounds, None
    where one has none. `reviewed_ms`, and what people cost, are sums over the tickets of which they are known."""

    name: str | None
    tickets: int
    attempts: int
    known_usd: Decimal | None
    unpriced_attempts: int
    at_most_usd: Decimal | None
    desk_calls: int
    untold_tries: int
    reviewed_ms: int | None
    reviewer_usd: Decimal | None
    by_hand_usd: Decimal | None
    median_whole_ms: float | None

    @property
    def cost(self) -> Cost:
        return Cost.of(self.known_usd, attempts=self.attempts, unpriced=self.unpriced_attempts)


def cost_groups(lines: Iterable[TicketCost], by: CostBy) -> Sequence[CostGroup]:
    """The dearest first."""
    groups: dict[str | None, list[TicketCost]] = defaultdict(list)
    for line in lines:
        for name in NAMES[by](line):
            groups[name].append(line)
    told = [_group(name, members) for name, members in groups.items()]
    return sorted(told, key=lambda group: (-(group.known_usd or 0), group.name or ""))


def _group(name: str | None, lines: Sequence[TicketCost]) -> CostGroup:
    total = Cost.total(line.cost for line in lines)
    bounds = [line.at_most_usd for line in lines]
    known = [bound for bound in bounds if bound is not None]
    times = [line.whole_ms for line in lines if line.whole_ms is not None]
    reviewed = [line.reviewed_ms for line in lines if line.reviewed_ms is not None]
    return CostGroup(
        name=name,
        tickets=len(lines),
        attempts=sum(line.attempts for line in lines),
        known_usd=total.known,
        unpriced_attempts=total.unpriced,
        at_most_usd=sum(known, Decimal(0)) if len(known) == len(bounds) else None,
        desk_calls=sum(line.desk_calls for line in lines),
        untold_tries=sum(line.untold_tries for line in lines),
        reviewed_ms=sum(reviewed) if reviewed else None,
        reviewer_usd=_sum(line.reviewer_usd for line in lines),
        by_hand_usd=_sum(line.by_hand_usd for line in lines),
        median_whole_ms=median(times) if times else None,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
