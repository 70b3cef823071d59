"""One file: what is wrong with its form is told at its place."""

import re

import pytest

from tests.policy.sets import policy, problems, rule, said


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ("when: requester.tiar == ''", 9),
        ("when: 'requester.tiar == ''x'''", 10),
        ('when: "requester.tiar == \\"x\\""', 10),
        ("when:\n    all: [message.is_first, requester.tiar == 'x']", 28),
        ("when: |\n    requester.tiar == 'x'", 5),
        ("when: >\n    message.is_first &&\n    requester.tiar == 'x'", 5),
        ("when: message.is_first &&\n    requester.tiar == 'x'", 5),
        ('when: "message.is_first &&\n    requester.tiar == 1"', 5),
    ],
)
def test_the_place_of_a_misspelt_fact_is_right_in_every_way_of_writing_text(written: str, column: int) -> None:
    text = policy(f"- rule: only\n  {written}\n  then: {{reply: review}}".replace("\n    ", "\n      "))
    at = re.search("requester.tiar", text)
    assert at is not None
    line = text.count("\n", 0, at.start()) + 1
    exact = at.start() - text.rfind("\n", 0, at.start())

    (problem,) = problems(text)

    assert (problem.line, problem.column) == (line, exact)
    assert exact >= column


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("[]", "put this condition in single quotes"),
        ("{all: []}", '"all" is empty'),
        ("{all: [message.is_first], any: [requester.vip]}", "stands alone"),
        ("{not: [message.is_first]}", "not takes one condition"),
        ("{al: [message.is_first]}", 'Did you mean "all"?'),
        ("true", 'a rule that always applies says "when: always"'),
        ("''", "empty"),
        ('ticket.subject == "a #b"\n', "comment"),
        ("{any: [{a: b}]}", "reads this as a map"),
    ],
)
def test_a_condition_of_the_wrong_form_is_told_how_it_should_be(when: str, words: str) -> None:
    assert any(words in line for line in said(rule(when, "{reply: review}")))


def test_an_unindented_list_asks_for_all_or_any() -> None:
    text = policy("- rule: only\n  when:\n    - message.is_first\n    - requester.vip\n  then: {reply: review}")

    assert said(text) == ['8:7: write "all:" or "any:" above this list']


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("{reply: approve}", 'reply "approve" is not known'),
        ("{reply: reviw}", 'Did you mean "review"?'),
        ("{}", "does nothing"),
        ("{because: Nothing.}", "does nothing"),
        ("{model: {route: [cheap]}}", '"model" has no effect in approval'),
        ("{reply: send, approvers: {group: leads}}", "nobody approves where reply is send"),
        ("{reply: send, escalate: {team: billing}}", "cannot also send"),
        ("{approvers: {count: 2}}", "approvers needs group"),
        ("{approvers: {group: leads, count: 0}}", "a number from 1 to 9"),
        ("{approvers: {group: leads, count: 1.5}}", "whole number"),
        ("{approvers: {group: leads, four_eyes: yes}}", "neither true nor false"),
        ("{approvers: {group: leads, open_sources: 1}}", "neither true nor false"),
        ("{approvers: {group: leads, open_source: true}}", 'Did you mean "open_sources"?'),
        ("{escalate: {priority: hihg}}", 'Did you mean "high"?'),
        ("{escalate: {within: 2d in business hours}}", "counted in hours"),
        ("{escalate: {within: 0h}}", "between 1m and 366d"),
        ("{escalate: {within: 999999d}}", "between 1m and 366d"),
        ("{escalate: {team: a, next: [{team: b}]}}", "needs within"),
        ("{escalate: {team: a, within: 1h, next: [{within: 1h}]}}", "this step does nothing"),
        ("{escalate: {}}", "escalate needs one of"),
        ("{reply: review, because: 'About {draft.lenght}.'}", 'Did you mean "draft.length"?'),
        ("{reply: review, because: 'About {draft.length.'}", "a brace quotes a fact"),
        ("{reply: review, because: 'From {ticket.subject}.'}", "personal data"),
        ("{reply: review, because: '%s'}" % ("x" * 301), "longer than 300"),
        ("{reply: [review]}", "reply is a text"),
        ("{reply: ~}", "reply is empty"),
        ("review", "then is a map"),
    ],
)
def test_an_effect_that_cannot_be_meant_is_refused(then: str, words: str) -> None:
    assert any(words in line for line in said(rule("message.is_first", then))), said(rule("message.is_first", then))


@pytest.mark.parametrize(
    ("folder", "when", "then", "words"),
    [
        ("redaction", "draft.length > 3", "{redact: {card: mask}}", "phase ticket, needs drafted"),
        ("models", "draft.length > 3", "{model: {route: [a]}}", "it can be used in approval and escalation"),
        ("redaction", "screen.topics.refund > 0", "{redact: {card: mask}}", "can be used in models"),
        ("redaction", "always", "{redact: {crad: mask}}", 'Did you mean "card"?'),
        ("redaction", "always", "{redact: {card: hide}}", 'card "hide" is not known'),
        ("redaction", "always", "{redact: {models: [local]}}", "at least one kind"),
        ("models", "always", "{model: {temperature: 3}}", "from 0 to 2"),
        ("models", "always", "{model: {max_cost: cheap}}", "0.02 USD"),
        ("models", "always", "{model: {rank: 3}}", "model needs"),
        ("models", "always", "{reply: review}", '"reply" has no effect in models'),
        ("escalation", "always", "{reply: send}", 'reply "send" is not known'),
    ],
)
def test_a_folder_decides_which_facts_and_effects_there_are(folder: str, when: str, then: str, words: str) -> None:
    found = said(rule(when, then), file=f"{folder}/first.yaml")

    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "this file is empty"),
        ("- a\n", "a policy file is a map"),
        (
            policy("- rule: only\n  when: always\n  then: {reply: review}", name="other"),
            'the name of the file, "first"',
        ),
        (rule("always", "{reply: review}", name="Large Refund"), "lower case with hyphens"),
        (rule("always", "{reply: review}", mode="observed"), 'Did you mean "observe"?'),
        (rule("always", "{reply: review}").replace("version: 1", "version: 2"), "reads version 1"),
        (rule("always", "{reply: review}").replace("team: Care, ", ""), "owner needs team"),
        (rule("always", "{reply: review}").replace("title: A policy\n", ""), "needs title"),
        (policy("[]"), "rules is empty"),
        (
            policy("- rule: a\n  when: always\n  then: {reply: review}", head="business_hours: {mon-fri: 9-17}"),
            "no hours",
        ),
        (
            policy("- rule: a\n  when: always\n  then: {reply: review}", head="business_hours: {monday: closed}"),
            "no day",
        ),
        (
            policy("- rule: a\n  when: always\n  then: {reply: review}", head="business_hours: {mon: closed}"),
            "nobody is ever",
        ),
        (
            policy("- rule: a\n  when: always\n  then: {reply: review}", head='business_hours: {mon: "17:00-09:00"}'),
            "before",
        ),
    ],
)
def test_a_file_of_the_wrong_form_is_refused(text: str, words: str) -> None:
    found = said(text)

    assert any(words in line for line in found), found
