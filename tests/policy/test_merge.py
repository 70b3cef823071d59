"""Several rules at once: the order of files and rules never matters."""

import json
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

import pytest

from gateway.policy import Verdict, load
from tests.policy.sets import approval, facts, policy


@pytest.mark.parametrize("order", list(permutations(["send", "review", "withhold"])))
def test_the_most_cautious_verdict_wins_in_every_order(order: tuple[str, ...]) -> None:
    rules = "\n".join(
        f"- rule: r{n}\n  when: draft.length > {n}\n  then: {{reply: {word}}}" for n, word in enumerate(order)
    )

    assert approval(rules).decide(facts()).verdict is Verdict.WITHHOLD


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
          then: {approvers: {group: leads, open_sources: true}}
        - rule: b
          when: draft.length > 2
          then: {approvers: {group: leads, count: 2}}
        - rule: c
          when: draft.length > 3
          then: {approvers: {group: legal, four_eyes: true}}
        """

    found = approval(rules).decide(facts()).approvers

    assert [(who.group, who.count, who.four_eyes, who.open_sources) for who in found] == [
        ("leads", 2, False, True),
        ("legal", 1, True, False),
    ]
