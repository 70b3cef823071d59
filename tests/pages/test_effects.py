"""What a rule does is told in words that a support lead reads."""

import pytest

from gateway.pages.policies.effects import in_words
from gateway.policy import Declared, load

POLICY = """
version: 1
policy: refunds
title: Refunds
owner: {{team: Care, contact: care@example.com}}
rules:
  - rule: large
    when: always
    then: {then}
"""


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("{reply: review, because: x}", ["A person reviews the draft."]),
        ("{approvers: {group: leads}}", ["A person reviews the draft.", "Approved by one person of leads."]),
        (
            "{approvers: {group: leads, count: 2, four_eyes: true, open_sources: true}}",
            [
                "A person reviews the draft.",
                "Approved by 2 different people of leads; whoever edited it does not count; on the page, "
                "only after a source was opened.",
            ],
        ),
        (
            "{escalate: {team: legal, within: 4h, notify: [leads], next: [{priority: urgent}]}}",
            [
                "A person reviews the draft.",
                "Escalates: to legal, within 4h, leads told.",
                "When that time has passed: urgent priority.",
            ],
        ),
    ],
)
def test_every_part_of_an_effect_is_told(then: str, words: list[str]) -> None:
    found = load({"escalation/refunds.yaml": POLICY.format(then=then)}, Declared())

    assert in_words(found.policies[0].rules[0].then) == words
