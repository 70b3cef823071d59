"""A whole set: all of it or nothing, and every mistake at once with its place."""

from pathlib import Path

import pytest

from gateway.policy import Declared, PolicyErrors, check, load
from gateway.policy.source import MAX_BYTES
from tests.policy.sets import problems, rule, said, topics

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
