"""How fast are policies? Run: python bench/policy.py

Fifty rules of seven conditions each, none of which ends the list early; one process, one core. The floor is the same
work as bare Python closures, which check nothing, explain nothing and cannot be edited by an admin."""

import argparse
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gateway.policy import CATALOGUE, PolicySet, Recorded, load, replay

RULES = 50
STARTER = Path(__file__).parents[1] / "policies"
CONDITIONS = (
    "draft.largest_amount > {n}",
    "draft.confidence < 0.{n:02}",
    '"tag-{n}" in ticket.tags',
    "message.length > {n}00",
    'ticket.channel == "channel-{n}"',
    "history.contacts >= {n}",
    "knowledge.grounding < 0.{n:02}",
)
Facts = Mapping[str, Any]


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    text = rules()
    policies = load({"approval/bench.yaml": text})
    facts: dict[str, Any] = {name: fact.default for name, fact in CATALOGUE.items()}
    closures = [closure(n) for n in range(1, RULES + 1)]
    floor = per_second(lambda: [rule(facts) for rule in closures])

    print(f"{RULES} rules, {RULES * len(CONDITIONS)} conditions, one core; median of five runs\n")
    row("decisions explained", per_second(lambda: policies.decide(facts)), floor, "/s")
    row("decisions without explanation", per_second(lambda: policies.decide(facts, explain=False)), floor, "/s")
    row("explained and made ready for JSON", per_second(lambda: policies.decide(facts).to_dict()), floor, "/s")
    row("replay", replayed(policies, facts), floor * 60, "/min")
    print()
    starter = load(STARTER)
    row("starter set, decisions explained", per_second(lambda: starter.decide(facts)), floor, "/s")
    message = "Hello, I want my money back for order 4411, it was delivered broken and this is the third time. " * 5
    row("topics of a message of 500 characters", per_second(lambda: starter.find_topics(message, "en")), None, "/s")
    print()
    compiled = milliseconds(lambda: [compile(condition(n), "bench", "eval") for n in range(1, RULES + 1)])
    row("load 50 rules", milliseconds(lambda: load({"approval/bench.yaml": text})), compiled, "ms")
    row("load the starter set with topics and tests", milliseconds(lambda: load(STARTER)), None, "ms")


def rules() -> str:
    """The file: every condition is tried, because `any` finds none that holds."""
    head = "version: 1\npolicy: bench\ntitle: Bench\nowner: {team: Bench, contact: bench@example.com}\nrules:\n"
    parts = []
    for n in range(1, RULES + 1):
        leaves = "".join(f"        - '{leaf.format(n=n + 5)}'\n" for leaf in CONDITIONS)
        parts.append(f"  - rule: rule-{n}\n    when:\n      any:\n{leaves}    then: {{reply: review}}\n")
    return head + "".join(parts)


def closure(n: int) -> Callable[[Facts], bool]:
    """The same rule as one Python function."""
    n += 5
    return lambda facts: any(
        [
            facts["draft.largest_amount"] > n,
            facts["draft.confidence"] < n / 100,
            f"tag-{n}" in facts["ticket.tags"],
            facts["message.length"] > n * 100,
            facts["ticket.channel"] == f"channel-{n}",
            facts["history.contacts"] >= n,
            facts["knowledge.grounding"] < n / 100,
        ]
    )


def condition(n: int) -> str:
    """The same rule as Python source, for the floor of loading."""
    return (
        f"amount > {n} or confidence < {n / 100} or 'tag-{n}' in tags or length > {n * 100} or channel == 'channel-{n}'"
    )


def replayed(policies: PolicySet, facts: Facts, count: int = 500) -> float:
    """Recorded runs decided again in a minute."""
    recorded = [Recorded(str(n), {**facts, "message.length": n}, "review") for n in range(count)]
    return statistics.median(count / seconds(lambda: replay(recorded, policies)) * 60 for _ in range(5))


def per_second(call: Callable[[], Any]) -> float:
    call()
    count = max(3, int(0.2 / max(seconds(call), 1e-7)))
    return statistics.median(count / seconds(lambda: [call() for _ in range(count)]) for _ in range(5))


def milliseconds(call: Callable[[], Any]) -> float:
    return statistics.median(seconds(call) * 1000 for _ in range(5))


def seconds(call: Callable[[], Any]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def row(what: str, value: float, floor: float | None, unit: str) -> None:
    beside = (
        f"floor {floor:>12,.1f} {unit:<5} ratio {floor / value if unit != 'ms' else value / floor:>7.1f}"
        if floor
        else ""
    )
    print(f"{what:<44}{value:>12,.1f} {unit:<5}  {beside}")


if __name__ == "__main__":
    main()
