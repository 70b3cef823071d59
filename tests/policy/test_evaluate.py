"""A decision: what wins, what unknown facts do, and what is told of it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from gateway.policy import UNKNOWN, PolicySet, Verdict, load
from gateway.policy.evaluate import NOBODY_SAYS
from tests.policy.sets import approval, facts, policy, rule, topics

SEND = "{all: [knowledge.grounding > 0.5]}"


def one(when: str, then: str = "{reply: send}") -> PolicySet:
    return load({"approval/first.yaml": rule(when, then), **topics("refund", "churn")})


def test_no_rule_applies_means_that_a_person_looks() -> None:
    decision = one("requester.vip").decide(facts())

    assert decision.verdict is Verdict.REVIEW
    assert decision.because == (NOBODY_SAYS,)
    assert decision.matched == ()


def test_a_rule_that_applies_can_send() -> None:
    decision = one("knowledge.grounding > 0.5", "{reply: send, because: 'Grounded at {knowledge.grounding}.'}").decide(
        facts()
    )

    assert decision.verdict is Verdict.SEND
    assert decision.because == ("Grounded at 0.9.",)


def test_nothing_known_at_all_means_that_a_person_looks() -> None:
    decision = one("knowledge.grounding > 0.5").decide({})

    assert decision.verdict is Verdict.REVIEW
    assert decision.unknown == ("first/only",)


@pytest.mark.parametrize("order", list(permutations(["send", "review", "withhold"])))
def test_the_most_cautious_verdict_wins_in_every_order(order: tuple[str, ...]) -> None:
    rules = "\n".join(
        f"- rule: r{n}\n  when: draft.length > {n}\n  then: {{reply: {word}}}" for n, word in enumerate(order)
    )

    assert approval(rules).decide(facts()).verdict is Verdict.WITHHOLD


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


def test_amounts_are_exact_to_the_cent() -> None:
    policies = one("draft.largest_amount > 100.10", "{reply: review, because: 'About {draft.largest_amount}.'}")

    assert policies.decide(facts(draft__largest_amount=Decimal("100.10"))).matched == ()
    assert policies.decide(facts(draft__largest_amount=Decimal("100.11"))).because == ("About 100.11.",)
    assert policies.decide(facts(draft__largest_amount=Decimal("129.00"))).because == ("About 129.00.",)


def test_escalations_come_together_in_every_order() -> None:
    a = "{team: billing, priority: high, within: 4h, tags: [a], notify: [x], next: [{priority: urgent}]}"
    b = "{team: legal, priority: urgent, within: 8h, tags: [b], notify: [y]}"
    c = "{team: care, within: 30m, tags: [c, a], next: [{notify: [boss]}]}"
    now = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
    names, seen = {a: "a", b: "b", c: "c"}, set()

    for order in permutations([a, b, c]):
        rules = "\n".join(
            f"- rule: r{names[effect]}\n  when: draft.length > {n}\n  then: {{escalate: {effect}}}"
            for n, effect in enumerate(order)
        )
        escalation = approval(rules).decide(facts(clock__now=now)).escalation
        assert escalation is not None
        seen.add(json.dumps(escalation.to_dict(), sort_keys=True))

    (only,) = seen
    assert json.loads(only) == {
        "team": "legal",
        "priority": "urgent",
        "within": "30m",
        "due": (now + timedelta(minutes=30)).isoformat(),
        "tags": ["a", "b", "c"],
        "notify": ["x", "y"],
        "other_teams": ["billing", "care"],
        "steps": [{"team": None, "priority": None, "tags": [], "notify": ["boss"], "within": None, "due": None}],
        "rules": ["first/ra", "first/rb", "first/rc"],
    }


def test_a_deadline_counts_business_hours_of_its_own_file() -> None:
    head = 'timezone: Europe/Berlin\nbusiness_hours: {mon-fri: "09:00-17:00"}'
    policies = approval(
        "- rule: a\n  when: always\n  then: {escalate: {team: a, within: 4h in business hours}}", head=head
    )
    friday_afternoon = datetime(2026, 10, 2, 15, 30, tzinfo=timezone(timedelta(hours=2)))

    escalation = policies.decide(facts(clock__now=friday_afternoon)).escalation

    assert escalation is not None
    assert escalation.due == datetime(2026, 10, 5, 9, 30, tzinfo=UTC)  # Monday 11:30 in Berlin


def test_a_rule_sees_the_clock_of_its_own_file() -> None:
    text = policy(
        """
        - rule: night
          when: clock.hour >= 22 && !clock.business_hours && clock.weekday == "sat"
          then: {reply: withhold}
        """,
        head="timezone: Asia/Tokyo",
    )
    policies = load({"approval/first.yaml": text})

    saturday_evening_in_tokyo = datetime(2026, 10, 3, 13, 5, tzinfo=UTC)
    assert policies.decide({"clock.now": saturday_evening_in_tokyo}).verdict is Verdict.WITHHOLD
    assert policies.decide({"clock.now": saturday_evening_in_tokyo.isoformat()}).verdict is Verdict.WITHHOLD
    assert policies.decide({"clock.now": saturday_evening_in_tokyo, "clock.hour": 9}).verdict is Verdict.REVIEW
    assert policies.decide({}).unknown == ("first/night",)


def test_approvers_come_together_by_group() -> None:
    rules = """
        - rule: a
          when: draft.length > 1
          then: {approvers: {group: leads}}
        - rule: b
          when: draft.length > 2
          then: {approvers: {group: leads, count: 2}}
        - rule: c
          when: draft.length > 3
          then: {approvers: {group: legal, four_eyes: true}}
        """

    found = approval(rules).decide(facts()).approvers

    assert [(who.group, who.count, who.four_eyes) for who in found] == [("leads", 2, False), ("legal", 1, True)]


def test_an_observed_rule_binds_nobody_and_tells_what_it_would_have_done() -> None:
    rules = """
        - rule: now
          when: knowledge.grounding > 0.5
          then: {reply: send}
        - rule: tried
          mode: observe
          when: draft.length > 3
          then: {reply: withhold, escalate: {team: a}}
        """

    decision = approval(rules).decide(facts())

    assert decision.verdict is Verdict.SEND
    assert decision.escalation is None
    assert decision.observed is not None
    assert decision.observed.to_dict() == {"matched": ["first/tried"], "verdict": "withhold", "changes": True}


def test_an_observed_rule_that_would_send_knows_the_floor() -> None:
    policies = load({"approval/first.yaml": rule("always", "{reply: send}", mode="observe")})

    sound, unsound = policies.decide(facts()), policies.decide(facts(screen__injection=True))

    assert sound.observed is not None
    assert unsound.observed is not None
    assert (sound.observed.verdict, sound.observed.changes) == (Verdict.SEND, True)
    assert (unsound.observed.verdict, unsound.observed.changes) == (Verdict.REVIEW, False)


def test_the_explanation_holds_every_rule_every_condition_and_what_it_saw() -> None:
    policies = one("{all: ['\"refund\" in screen.topics', draft.largest_amount > 100]}", "{reply: review}")

    told = policies.decide(facts(screen__topics={"refund": 0.9}, draft__largest_amount=Decimal(129))).to_dict()

    (tried,) = told["tried"]
    assert (tried["rule"], tried["file"], tried["line"], tried["state"]) == (
        "first/only",
        "approval/first.yaml",
        6,
        "true",
    )
    assert tried["when"]["items"] == [
        {
            "kind": "if",
            "state": "true",
            "line": 8,
            "text": '"refund" in screen.topics',
            "saw": {"screen.topics": {"refund": 0.9}},
        },
        {
            "kind": "if",
            "state": "true",
            "line": 8,
            "text": "draft.largest_amount > 100",
            "saw": {"draft.largest_amount": 129.0},
        },
    ]
    assert json.loads(json.dumps(told)) == told


def test_a_kept_decision_holds_no_personal_fact() -> None:
    policies = one('ticket.subject.contains("refund") || requester.domain == "example.com"', "{reply: review}")

    told = json.dumps(
        policies.decide(facts(ticket__subject="refund for Marta", requester__domain="example.com")).to_dict()
    )

    assert "Marta" not in told
    assert '"example.com"' not in told.replace('\\"example.com\\"', "")


def test_without_explanation_the_decision_is_the_same() -> None:
    policies = one("draft.length > 3", "{reply: review, because: Long.}")

    short, full = policies.decide(facts(), explain=False), policies.decide(facts())

    assert short.tried == ()
    assert {**short.to_dict(), "tried": []} == {**full.to_dict(), "tried": []}


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
    policies = one(SEND.replace("knowledge.grounding > 0.5", "'ticket.subject.matches(\"(a+)+$\")'"))
    long = "a" * 19_000 + "!"

    assert policies.decide(facts(ticket__subject=long)).verdict is Verdict.REVIEW
    assert policies.decide(facts(ticket__subject="a" * 30_000)).unknown
    assert policies.decide(facts(ticket__subject="\ud800\x00")).verdict is Verdict.REVIEW
    assert policies.decide({"nobody.knows": object(), 3: 4}).verdict is Verdict.REVIEW  # type: ignore[dict-item]
