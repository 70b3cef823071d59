"""Facts that nobody could tell: they count only where they could change the result, and never make a draft safer."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.policy import UNKNOWN, PolicySet, Verdict, load
from tests.policy.sets import approval, facts, rule, topics


def one(when: str, then: str = "{reply: send}") -> PolicySet:
    return load({"approval/first.yaml": rule(when, then), **topics("refund", "churn")})


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("requester.vip", "unknown"),
        ("{not: requester.vip}", "unknown"),
        ("{all: [requester.vip, message.is_first]}", "unknown"),
        ("{all: [requester.vip, draft.refusal]}", "false"),
        ("{any: [requester.vip, draft.refusal]}", "unknown"),
        ("{any: [requester.vip, message.is_first]}", "true"),
        ("{not: {any: [requester.vip, message.is_first]}}", "false"),
        ("requester.vip || message.is_first", "true"),
        ("requester.vip && draft.refusal", "false"),
        ("{all: [requester.vip, {any: [requester.vip, message.is_first]}]}", "unknown"),
    ],
)
def test_an_unknown_fact_counts_only_where_it_could_change_the_result(when: str, state: str) -> None:
    decision = one(when).decide(facts(requester__vip=UNKNOWN))

    assert decision.tried[0].state == state
    assert decision.verdict is (Verdict.SEND if state == "true" else Verdict.REVIEW)
    assert bool(decision.unknown) is (state == "unknown")


def test_an_unknown_fact_asks_for_the_approvers_of_its_rule_and_says_so() -> None:
    policies = one("draft.largest_amount > 100", "{approvers: {group: leads, count: 2}, escalate: {team: billing}}")

    decision = policies.decide(facts(draft__largest_amount=UNKNOWN))

    assert [(who.group, who.count) for who in decision.approvers] == [("leads", 2)]
    assert decision.escalation is None
    assert decision.because == ("draft.largest_amount could not be told, so rule first/only asks for a person.",)


def test_rules_that_lack_the_same_fact_are_told_in_one_sentence() -> None:
    rules = "\n".join(f"- rule: r{n}\n  when: draft.largest_amount > {n}\n  then: {{reply: review}}" for n in (1, 2))

    decision = approval(rules).decide(facts(draft__largest_amount=UNKNOWN))

    assert decision.because == (
        "draft.largest_amount could not be told, so rules first/r1 and first/r2 ask for a person.",
    )


def test_an_unknown_fact_never_withholds_and_never_sends() -> None:
    for reply in ("send", "review", "withhold"):
        decision = one("requester.vip", f"{{reply: {reply}}}").decide(facts(requester__vip=UNKNOWN))

        assert decision.verdict is Verdict.REVIEW


@pytest.mark.parametrize(
    "value",
    ["true", 1, [], {}, object()],
    ids=["text", "number", "list", "map", "object"],
)
def test_a_fact_of_the_wrong_type_is_unknown(value: Any) -> None:
    decision = one("requester.vip").decide(facts(requester__vip=value))

    assert decision.unknown == ("first/only",)
    assert decision.tried[0].when.trouble == "requester.vip is unknown: its value is not yes or no"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("1e400"), True, "129"])
def test_an_absurd_number_is_unknown(value: Any) -> None:
    decision = one("draft.largest_amount < 100").decide(facts(draft__largest_amount=value))

    assert decision.verdict is Verdict.REVIEW
    assert decision.unknown


def test_an_error_in_a_condition_asks_for_a_person() -> None:
    decision = one("int(ticket.subject) > 3").decide(facts(ticket__subject="not a number"))

    assert decision.verdict is Verdict.REVIEW
    assert decision.because == ("Rule first/only could not be worked out, so a person looks.",)
    assert decision.tried[0].when.trouble == "a value cannot be converted"


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        ("all", {"tt": "true", "tf": "false", "tu": "unknown", "ff": "false", "fu": "false", "uu": "unknown"}),
        ("any", {"tt": "true", "tf": "true", "tu": "true", "ff": "false", "fu": "unknown", "uu": "unknown"}),
    ],
)
def test_truth_has_three_values(kind: str, table: dict[str, str]) -> None:
    leaves = {"t": "message.is_first", "f": "draft.refusal", "u": "requester.vip"}

    for pair, expected in table.items():
        for first, second in (pair, pair[::-1]):
            policies = one(f"{{{kind}: [{leaves[first]}, {leaves[second]}]}}")
            assert policies.decide(facts(requester__vip=UNKNOWN)).tried[0].state == expected, (kind, pair)


def test_hostile_facts_neither_crash_nor_send() -> None:
    policies = one("ticket.subject.matches('(a+)+$')")
    long = "a" * 19_000 + "!"

    assert policies.decide(facts(ticket__subject=long)).verdict is Verdict.REVIEW
    assert policies.decide(facts(ticket__subject="a" * 30_000)).unknown
    assert policies.decide(facts(ticket__subject="\ud800\x00")).verdict is Verdict.REVIEW
    assert policies.decide({"nobody.knows": object(), 3: 4}).verdict is Verdict.REVIEW  # type: ignore[dict-item]
