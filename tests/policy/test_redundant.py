"""Rules that can never change a result."""

import pytest

from tests.policy.sets import policy, said


def test_a_rule_with_the_condition_of_a_stronger_one_can_never_change_the_result() -> None:
    weak = "{approvers: {group: leads}, escalate: {team: care, priority: high, within: 4h, tags: [a]}}"
    strong = "{approvers: {group: leads, count: 2}, escalate: {team: care, priority: urgent, within: 1h, tags: [a, b]}}"
    text = policy(
        f"""
        - rule: weak
          when: {{all: [requester.vip, message.is_first]}}
          then: {weak}
        - rule: strong
          when: {{all: [message.is_first, requester.vip]}}
          then: {strong}
        """
    )

    (line,) = said(text)

    assert line.startswith('6:11: rule "weak" can never change the result')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{reply: review}", "{reply: withhold}"),
        ("{approvers: {group: a}}", "{approvers: {group: b}}"),
        ("{approvers: {group: a, four_eyes: true}}", "{approvers: {group: a, open_sources: true}}"),
        ("{escalate: {team: a}}", "{escalate: {team: b}}"),
        ("{escalate: {team: a, within: 1h}}", "{escalate: {team: a, priority: high}}"),
        ("{escalate: {team: a, within: 2h}}", "{escalate: {team: a, within: 2h in business hours}}"),
    ],
)
def test_rules_with_one_condition_and_different_effects_are_left_alone(one: str, other: str) -> None:
    text = policy(f"- rule: a\n  when: requester.vip\n  then: {one}\n- rule: b\n  when: requester.vip\n  then: {other}")
    pointless = [line for line in said(text) if "never change" in line]

    assert len(pointless) == (1 if one == "{reply: review}" else 0)


def test_an_observed_rule_may_have_the_condition_of_a_weaker_one() -> None:
    text = policy(
        """
        - rule: now
          when: requester.vip
          then: {reply: review}
        - rule: tried
          mode: observe
          when: requester.vip
          then: {reply: withhold}
        """
    )

    assert said(text) == []
