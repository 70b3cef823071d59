"""`countersign policy`, as a person and a pipeline use it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli.policy import app
from gateway.policy.facts_table import BEGIN, END
from tests.policy.sets import policy, rule, topics

ROOT = Path(__file__).parents[2]
STARTER = str(ROOT / "policies")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small set of one rule, with a test that fails."""
    write(tmp_path, "approval/first.yaml", rule("requester.vip", "{reply: withhold, because: A VIP.}"))
    write(
        tmp_path, "approval/first.test.yaml", "version: 1\ntests:\n  - test: a vip\n    expect: {verdict: withhold}\n"
    )
    for path, text in topics("refund").items():
        write(tmp_path, path, text)
    return tmp_path


def write(folder: Path, path: str, text: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)


def test_check_says_that_the_starter_set_is_in_order() -> None:
    result = run("check", STARTER)

    assert result.exit_code == 0
    assert "is in order" in result.output


def test_check_prints_every_problem_and_fails(folder: Path) -> None:
    write(folder, "approval/first.yaml", rule("requester.vipp", "{reply: aprove}"))

    result = run("check", str(folder))

    assert result.exit_code == 1
    assert f'{folder}/approval/first.yaml:8:11: unknown fact "requester.vipp".' in result.output
    assert "2 problems" in result.output


def test_check_speaks_json_to_editors(folder: Path) -> None:
    write(folder, "approval/first.yaml", rule("requester.vipp", "{reply: review}"))

    result = run("check", str(folder), "--format", "json")

    (problem,) = json.loads(result.output)["problems"]
    assert (problem["file"], problem["line"], problem["column"]) == ("approval/first.yaml", 8, 11)
    assert json.loads(run("check", STARTER, "--format", "json").output) == {"problems": []}


def test_test_shows_what_was_expected_and_what_came(folder: Path) -> None:
    result = run("test", str(folder))

    assert result.exit_code == 1
    for words in (
        "FAILED  approval/first.test.yaml:3  a vip",
        "- expected  withhold",
        "+ got       review",
        "requester.vip = no",
    ):
        assert words in result.output
    assert "never matched by a test: approval/first/only" in result.output
    assert "0 of 1 test passed; 0 of 1 rule matched." in result.output


def test_test_speaks_json_to_pipelines(folder: Path) -> None:
    report = json.loads(run("test", str(folder), "--format", "json").output)

    assert report["failed"][0]["differences"] == [{"what": "verdict", "expected": "withhold", "got": "review"}]
    assert report["never_matched"] == [{"rule": "approval/first/only", "file": "approval/first.yaml", "line": 6}]
    assert report["untested"] == ["topics/refund.yaml"]


def test_strict_asks_for_a_test_of_every_rule(folder: Path) -> None:
    write(folder, "approval/first.test.yaml", "version: 1\ntests:\n  - test: nobody\n    expect: {verdict: review}\n")

    assert run("test", str(folder)).exit_code == 0
    assert run("test", str(folder), "--strict").exit_code == 1
    assert run("test", STARTER, "--strict").exit_code == 0


def test_nothing_is_tried_with_files_that_cannot_be_read(folder: Path) -> None:
    write(folder, "approval/first.yaml", rule("requester.vipp", "{reply: review}"))

    for arguments in (
        ("test", str(folder)),
        ("topics", "refund", "--policies", str(folder)),
        ("diff", str(folder), STARTER),
    ):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "nothing was tried" in result.output


def test_topics_shows_the_words_that_were_met() -> None:
    result = run("topics", "My lawyer wants the money back", "--policies", STARTER, "--language", "en")

    assert "legal_threat" in result.output
    assert "money ... back" in result.output
    assert "No topic." in run("topics", "Hello", "--policies", STARTER).output


def test_explain_tells_what_given_facts_come_to(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    given = tmp_path_factory.mktemp("facts") / "facts.yaml"
    given.write_text("requester.vip: true\n")

    result = run("explain", "--facts", str(given), "--policies", str(folder))

    assert result.exit_code == 0
    assert "WITHHOLD" in result.output
    assert "- A VIP." in result.output
    as_json = run("explain", "--facts", str(given), "--policies", str(folder), "--json")
    assert json.loads(as_json.output)["decision"]["verdict"] == "withhold"


def test_explain_refuses_facts_that_do_not_exist(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    given = tmp_path_factory.mktemp("facts") / "facts.yaml"
    given.write_text("requester.vipp: true\n")

    result = run("explain", "--facts", str(given), "--policies", str(folder))

    assert result.exit_code == 2
    assert 'Did you mean "requester.vip"?' in result.output


def test_diff_tells_rule_by_rule(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    write(other, "approval/first.yaml", policy("- rule: only\n  when: requester.vip\n  then: {reply: review}"))

    result = run("diff", str(folder), str(other))

    assert "changed  approval/first/only" in result.output
    assert "    - withhold\n    + review" in result.output
    assert json.loads(run("diff", str(folder), str(folder), "--format", "json").output) == {"changes": []}


def test_facts_are_shown_for_a_terminal_and_for_a_readme() -> None:
    assert run("facts", "--markdown").output.strip() in (ROOT / "policies" / "README.md").read_text()
    assert "draft.largest_amount" in run("facts").output


def test_generate_writes_what_is_made_from_the_catalogue(folder: Path) -> None:
    (folder / "README.md").write_text(f"# Ours\n\n{BEGIN}\n{END}\n\nThe end.\n")

    assert run("generate", str(folder)).exit_code == 0

    assert (folder / "schema.json").read_text() == (ROOT / "policies" / "schema.json").read_text()
    readme = (folder / "README.md").read_text()
    assert readme.startswith("# Ours")
    assert "| `draft.largest_amount` |" in readme
    assert readme.endswith("The end.\n")


def test_generate_leaves_a_readme_without_marks_alone(folder: Path) -> None:
    (folder / "README.md").write_text("# Ours\n")

    result = run("generate", str(folder))

    assert result.exit_code == 1
    assert "is left as it is" in result.output
    assert (folder / "README.md").read_text() == "# Ours\n"


def test_a_file_cannot_steer_the_terminal(folder: Path) -> None:
    write(folder, "approval/first.yaml", rule("'ticket.subject == \"\\x1b[2J'", "{reply: review}"))
    write(folder, "approval/\x1b[2Jx.yaml", rule("always", "{reply: review}"))

    assert "\x1b" not in run("check", str(folder)).output
