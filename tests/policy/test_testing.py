"""The tests beside policies: run with the real engine, with differences that can be read."""

import pytest

from gateway.policy import TestReport, check, load, run_tests
from tests.policy.sets import policy, topics

RULES = """
- rule: large
  when: {all: ['"refund" in screen.topics', draft.largest_amount > 100]}
  then:
    approvers: {group: leads, count: 2}
    escalate: {team: billing, priority: high, within: 4h, tags: [a]}
    because: Large.
- rule: seen
  mode: observe
  when: requester.vip
  then: {reply: withhold}
"""


def run(tests: str, *, rules: str = RULES) -> TestReport:
    files = {"approval/first.yaml": policy(rules), "approval/first.test.yaml": f"version: 1\ntests:\n{tests}"}
    return run_tests(load({**files, **topics("refund", "churn")}))


def said(tests: str) -> list[str]:
    files = {"approval/first.yaml": policy(RULES), "approval/first.test.yaml": f"version: 1\ntests:\n{tests}"}
    return [f"{one.line}: {one.message}" for one in check({**files, **topics("refund", "churn")})]


def test_a_test_that_says_everything_passes() -> None:
    report = run(
        """
  - test: a large refund
    facts: {screen.topics: {refund: 0.9}, draft.largest_amount: 129, requester.vip: true}
    expect:
      verdict: review
      matched: [large]
      observed: [seen]
      approvers: {group: leads, count: 2, four_eyes: false, open_sources: false}
      escalate: {team: billing, priority: high, within: 4h, tags: [a]}
      because: Large
  - test: a small one
    facts: {screen.topics: {refund: 0.9}}
    expect: {verdict: review, matched: [], observed: [], approvers: none, escalate: none}
"""
    )

    assert [tested.differences for tested in report.tested] == [(), ()]
    assert report.never_matched == []


@pytest.mark.parametrize(
    ("expect", "what", "got"),
    [
        ("{verdict: send}", "verdict", "review"),
        ("{matched: [large]}", "matched", []),
        ("{observed: [seen]}", "observed", []),
        ("{approvers: {group: leads}}", "approvers", None),
        ("{escalate: {team: billing}}", "escalate", None),
        ("{because: Large}", "because", "No rule applies, so a person looks."),
    ],
)
def test_a_test_that_is_wrong_fails_with_what_came(expect: str, what: str, got: object) -> None:
    (tested,) = run(f"  - test: wrong\n    expect: {expect}\n").tested

    (difference,) = tested.differences
    assert (difference.what, difference.got) == (what, got)
    assert tested.tried[0].state == "false"


def test_a_rule_that_no_test_ever_met_is_named() -> None:
    report = run("  - test: nothing\n    expect: {verdict: review}\n")

    assert [rule.name for rule in report.never_matched] == ["large", "seen"]
    assert report.untested == ["topics/churn.yaml", "topics/refund.yaml"]


def test_unknown_is_written_null() -> None:
    report = run("  - test: nobody knows\n    facts: {requester.vip: ~}\n    expect: {observed: []}\n")

    assert report.failed == []


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        ("  - test: a\n    facts: {draft.lenght: 3}\n    expect: {verdict: review}\n", 'Did you mean "draft.length"?'),
        ("  - test: a\n    facts: {draft.length: long}\n    expect: {verdict: review}\n", "draft.length is number"),
        ("  - test: a\n    facts: {requester.vip: 1}\n    expect: {verdict: review}\n", "requester.vip is yes or no"),
        ("  - test: a\n    facts: {requester.tier: enterprse}\n    expect: {verdict: review}\n", "none of its words"),
        (
            "  - test: a\n    facts: {screen.topics: {refnd: 1}}\n    expect: {verdict: review}\n",
            'Did you mean "refund"?',
        ),
        ("  - test: a\n    expect: {verdict: aprove}\n", "is not known"),
        ("  - test: a\n    expect: {matches: [large]}\n", 'Did you mean "matched"?'),
        ("  - test: a\n    expect: {}\n", "expect says nothing"),
        ("  - test: a\n", "needs expect"),
        ("  - test: a\n    expect: {escalate: {priority: hgih}}\n", 'Did you mean "high"?'),
    ],
)
def test_a_mistake_in_a_test_is_told(tests: str, words: str) -> None:
    assert any(words in line for line in said(tests)), said(tests)


def test_a_test_without_its_policy_is_told() -> None:
    tests = "version: 1\ntests:\n  - {test: a, expect: {verdict: review}}\n"

    (problem,) = check(
        {"approval/refund.test.yaml": tests, "approval/refunds.yaml": policy(RULES, name="refunds"), **topics("refund")}
    )

    assert 'Did you mean "refunds.yaml"?' in problem.message


def test_a_test_of_everything_starts_from_the_words_of_a_message() -> None:
    tests = """\
version: 1
against: everything
tests:
  - test: the whole set
    text: I want a refund
    language: en
    facts: {draft.largest_amount: 129}
    expect: {verdict: review, topics: [refund], matched: [first/large]}
"""

    report = run_tests(load({"approval/first.yaml": policy(RULES), "all.test.yaml": tests, **topics("refund")}))

    assert report.failed == []
    assert len(report.tested) == 1
