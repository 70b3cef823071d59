"""What ServiceNow would show as HTML does not survive; what a person reads does."""

import pytest

from connectors.servicenow.template import as_written, neutralised


@pytest.mark.parametrize(
    "text", ["[code]", "[/code]", "[CODE]", "[ code ]", "[\u200bcode]", "[c\u00adode]", "[ / code"]
)
def test_every_spelling_is_broken(text: str) -> None:
    assert neutralised(text).startswith("[\u200a")
    assert as_written(neutralised(text)) == text


@pytest.mark.parametrize("text", ["[1]", "[co]", "code", "[x](https://a.example)", "[[code"[:2], ""])
def test_other_brackets_stay_as_they_are(text: str) -> None:
    assert neutralised(text) == text
