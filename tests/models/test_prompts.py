"""Prompt files: versions, owners, and what a file may not do."""

import hashlib
from pathlib import Path

import pytest
from jinja2 import TemplateError

from gateway.models import PromptFile, PromptInvalid
from gateway.models.prompts import USER_MAY_NAME

HEAD = "---\nname: x\nowner: {team: Support, contact: a@example.com}\nnote: first\n---\n"
GOOD = HEAD + "# System\nAnswer in {{ language }}.\n\n# User\n{{ ticket }}\n"
SHIPPED = sorted((Path(__file__).parents[2] / "policies" / "prompts").glob("*.md"))


def refusal(text: str) -> str:
    with pytest.raises(PromptInvalid) as caught:
        PromptFile.load(text, "draft.md")
    return str(caught.value)


def test_the_version_is_the_hash_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "draft.md"
    path.write_bytes(GOOD.encode())

    prompt = PromptFile.load(path)

    assert prompt.version == hashlib.sha256(GOOD.encode()).hexdigest()
    assert PromptFile.load(GOOD + " ").version != prompt.version
    assert (prompt.name, prompt.owner, prompt.contact, prompt.note) == ("x", "Support", "a@example.com", "first")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_shipped_prompts_load_and_bear_their_file_name(path: Path) -> None:
    assert PromptFile.load(path).name == path.stem


@pytest.mark.parametrize("value", ["2026-02-30", "\x1f", "[" * 3000])
def test_front_matter_that_cannot_be_read_is_told_with_its_file(tmp_path: Path, value: str) -> None:
    file = tmp_path / "draft.md"
    file.write_text(f"---\nname: {value}\n---\nText.")

    with pytest.raises(PromptInvalid, match=r"draft\.md"):
        PromptFile.load(file)


def test_both_shipped_prompts_are_there() -> None:
    assert [path.stem for path in SHIPPED] == ["draft", "repair"]


def test_a_system_part_that_names_the_ticket_is_refused_with_its_line() -> None:
    said = refusal(HEAD + "# System\nHello\n{{ ticket }}\n# User\nx")

    assert said.startswith("draft.md:8: this part cannot name ticket")


def test_a_misspelt_variable_is_refused_with_a_suggestion() -> None:
    assert "draft.md:9: this part cannot name tickt; did you mean ticket?" in refusal(
        HEAD + "# System\nHello\n# User\n{{ tickt }}"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no front matter", "has no front matter"),
        ("---\nname: [\n---\n", "front matter is not YAML"),
        ("---\nname: x\nnote: y\n---\n# System\na\n# User\nb", "front matter lacks owner"),
        (HEAD.replace("note: first", "note: first\nmodel: x") + "# System\na\n# User\nb", "unknown key: model"),
        (HEAD + "# User\nb", "needs a line `# System`"),
        (HEAD + "# System\na\n# User\nb\n# System\nc", "needs a line `# System`"),
        (HEAD + "# System\na\n# User\n{% if %}", "draft.md:9:"),
        (HEAD + "# System\na\n# User\n" + "x" * 40_000, "is larger than"),
    ],
)
def test_a_file_that_is_wrong_says_what_to_mend(text: str, problem: str) -> None:
    assert problem in refusal(text)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ticket * 1000000000 }}",
        "{{ ''.__class__.__mro__ }}",
        "{% for x in range(10) %}y{% endfor %}",
        "{{ ticket|center(1000000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ cycler }}",
        "{% include 'x' %}",
    ],
)
def test_a_prompt_can_neither_grow_nor_reach_out(template: str) -> None:
    refusal(HEAD + f"# System\na\n# User\n{template}")


def test_a_prompt_that_would_grow_too_long_is_stopped() -> None:
    prompt = PromptFile.load(HEAD + "# System\na\n# User\n" + "{{ ticket }}" * 50)

    with pytest.raises(TemplateError, match="longer than"):
        prompt.messages({}, dict.fromkeys(USER_MAY_NAME, "x" * 100_000))


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(PromptInvalid, match=r"gone\.md:1: cannot be read"):
        PromptFile.load(tmp_path / "gone.md")
