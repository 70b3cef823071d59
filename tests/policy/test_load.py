"""A whole set: all of it or nothing, and every mistake at once with its place."""

import re
from pathlib import Path

import pytest

from gateway.policy import Declared, PolicyErrors, check, load
from gateway.policy.source import MAX_BYTES
from tests.policy.sets import policy, problems, rule, said, topics

PLANTED = """\
version: 1
policy: first
title: Ten mistakes
owner: {team: Care, contact: care@example.com}
timezone: Europe/Berln
rules:
  - rule: unquoted
    when:
      all:
        - "refund" in screen.topics
    then: {reply: review}
  - rule: misspelt-fact
    when: ticket.prioirty == "high"
    then: {reply: review}
  - rule: misspelt-word
    when: requester.tier == "enterprse"
    then: {reply: review}
  - rule: wrong-type
    when: draft.length > "long"
    then: {reply: review}
  - rule: read-as-a-map
    when:
      any:
        - ticket.subject == "a: b"
    then: {reply: review}
  - rule: misspelt-key
    when: always
    them: {reply: review}
    then: {reply: review}
  - rule: bad-pattern
    when: ticket.subject.matches("(")
    then: {reply: review}
  - rule: bad-duration
    when: message.is_first
    then: {escalate: {within: 4 hours}}
  - rule: misspelt-key
    when: requester.vip
    then: {reply: review}
  - rule: pointless
    when: requester.vip
    then: {reply: review}
"""


def line_of(text: str, *, nth: int = 1) -> int:
    """The line of PLANTED in which something stands."""
    return [number for number, line in enumerate(PLANTED.splitlines(), 1) if text in line][nth - 1]


def test_ten_planted_mistakes_are_all_reported_at_the_right_line_in_one_run() -> None:
    found = {problem.line: problem.message for problem in problems(PLANTED)}

    expected = {
        line_of("Berln"): 'no time zone "Europe/Berln". Did you mean "Europe/Berlin"?',
        line_of('- "refund"'): "single quotes",
        line_of("prioirty"): 'Did you mean "ticket.priority"?',
        line_of("enterprse"): 'Did you mean "enterprise"?',
        line_of('"long"'): "a number with a text",
        line_of('"a: b"'): "reads this as a map",
        line_of("them:"): 'unknown key "them" in a rule. Did you mean "then"?',
        line_of("matches"): "regular expression",
        line_of("4 hours"): "4h",
        line_of("misspelt-key", nth=2): "is taken",
    }
    assert len(expected) == 10
    for line, words in expected.items():
        assert words in found.pop(line, "nothing"), line
    assert list(found) == [line_of("pointless")]
    assert "can never change the result" in found[line_of("pointless")]


def test_a_problem_reads_as_file_line_column_message() -> None:
    (problem,) = problems(rule('ticket.prioirty == "high"', "{reply: review}"))

    assert str(problem) == 'approval/first.yaml:8:11: unknown fact "ticket.prioirty". Did you mean "ticket.priority"?'
    assert problem.to_dict() == {
        "file": "approval/first.yaml",
        "line": 8,
        "column": 11,
        "message": 'unknown fact "ticket.prioirty". Did you mean "ticket.priority"?',
    }


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


def test_names_that_the_installation_does_not_declare_are_refused_unless_only_observed() -> None:
    declared = Declared(groups=["leads"], teams=["billing"], models=["default"])
    then = "{approvers: {group: leeds}, escalate: {team: biling}}"

    assert len(said(rule("always", then), declared=declared)) == 2
    assert said(rule("always", then, mode="observe"), declared=declared) == []


def test_custom_fields_are_facts_of_their_declared_type() -> None:
    declared = Declared(custom_fields={"plan": "text", "seats": int})

    assert (
        said(rule('ticket.fields.plan == "pro" && ticket.fields.seats > 5', "{reply: review}"), declared=declared) == []
    )
    assert "a number with a text" in said(rule('ticket.fields.seats > "5"', "{reply: review}"), declared=declared)[0]
    assert (
        'Did you mean "ticket.fields.plan"?'
        in said(rule('ticket.fields.plam == "x"', "{reply: review}"), declared=declared)[0]
    )


def test_words_of_a_fact_can_be_declared_anew() -> None:
    declared = Declared(values={"requester.tier": ["gold", "silver"]}, accounts=["acme"])

    assert said(rule('requester.tier == "gold"', "{reply: review}"), declared=declared) == []
    assert "no value" in said(rule('requester.tier == "premium"', "{reply: review}"), declared=declared)[0]
    assert "no value" in said(rule('ticket.account == "acne"', "{reply: review}"), declared=declared)[0]


def test_a_set_loads_from_its_kept_text_as_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "approval").mkdir()
    (tmp_path / "approval" / "first.yaml").write_text(rule("always", "{reply: review}"))
    (tmp_path / "README.md").write_text("not a policy")

    from_folder = load(tmp_path)
    from_text = load(from_folder.files)

    assert from_text.version == from_folder.version
    assert from_text.decide({}).to_dict() == from_folder.decide({}).to_dict()


def test_the_version_changes_with_every_file_that_binds_and_with_no_test() -> None:
    files = {"approval/first.yaml": rule("always", "{reply: review}")}
    tests = "version: 1\ntests:\n  - {test: it waits, expect: {verdict: review}}\n"
    before = load(files).version

    assert load({**files, "approval/first.test.yaml": tests}).version == before
    assert load({**files, **topics("refund")}).version != before
    assert load({"approval/first.yaml": files["approval/first.yaml"] + "# a remark\n"}).version != before


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("approvals/first.yaml", rule("always", "{reply: review}"), 'Did you mean "approval"?'),
        ("first.yaml", rule("always", "{reply: review}"), "stands in a folder"),
        ("approval/first.yml", rule("always", "{reply: review}"), 'ends in ".yaml"'),
        ("approval/first.yaml", "x" * (MAX_BYTES + 1), "larger than 256 kB"),
    ],
)
def test_a_file_in_the_wrong_place_or_of_the_wrong_kind_is_refused(path: str, content: str, words: str) -> None:
    (problem,) = check({path: content})

    assert words in problem.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_another_encoding_is_refused_with_its_place(encoding: str) -> None:
    text = rule("always", "{reply: review}").replace("A policy", "Für Gäste")

    (problem, *_) = check({"approval/first.yaml": text.encode(encoding)})

    assert "UTF-8" in problem.message


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    text = rule("always", "{reply: review}").replace("\n", "\r\n")

    assert check({"approval/first.yaml": b"\xef\xbb\xbf" + text.encode()}) == []


def test_one_mistake_anywhere_refuses_the_whole_set() -> None:
    good, bad = rule("always", "{reply: review}"), rule("ticket.prioirty == ''", "{reply: review}")

    with pytest.raises(PolicyErrors) as caught:
        load({"approval/first.yaml": good, "escalation/first.yaml": bad})

    assert [problem.file for problem in caught.value.problems] == ["escalation/first.yaml"]


def test_the_same_name_in_two_sub_folders_is_refused() -> None:
    text = rule("always", "{reply: review}")

    (problem,) = [
        one for one in check({"approval/a/first.yaml": text, "approval/b/first.yaml": text}) if "taken" in one.message
    ]

    assert problem.file == "approval/b/first.yaml"


def test_an_empty_folder_is_no_set(tmp_path: Path) -> None:
    assert "no policy file" in check(tmp_path)[0].message
    assert "cannot be read" in check(tmp_path / "gone")[0].message
