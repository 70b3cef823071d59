"""A decision: what wins, what unknown facts do, and what is told of it."""

import json
from decimal import Decimal

from gateway.policy import PolicySet, Verdict, load
from gateway.policy.evaluate import NOBODY_SAYS
from tests.policy.sets import approval, facts, rule, topics


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


def test_what_an_agent_has_to_know_first_comes_first() -> None:
    rules = """
        - rule: plain
          when: draft.length > 1
          then: {reply: review, because: Plain.}
        - rule: asks
          when: draft.length > 2
          then: {approvers: {group: leads}, because: Asks.}
        - rule: later
          when: draft.length > 3
          then: {escalate: {team: a, priority: high}, because: High.}
        - rule: urgent
          when: draft.length > 4
          then: {escalate: {team: b, priority: urgent}, because: Urgent.}
        """

    assert approval(rules).decide(facts()).because == ("Urgent.", "High.", "Asks.", "Plain.")


def test_amounts_are_exact_to_the_cent() -> None:
    policies = one("draft.largest_amount > 100.10", "{reply: review, because: 'About {draft.largest_amount}.'}")

    assert policies.decide(facts(draft__largest_amount=Decimal("100.10"))).matched == ()
    assert policies.decide(facts(draft__largest_amount=Decimal("100.11"))).because == ("About 100.11.",)
    assert policies.decide(facts(draft__largest_amount=Decimal("129.00"))).because == ("About 129.00.",)


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
