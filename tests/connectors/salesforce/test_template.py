"""What Salesforce would expand does not survive; what a person reads does."""

import pytest

from connectors.salesforce.template import HAIR_SPACE, as_written, neutralised


@pytest.mark.parametrize(
    "text", ["{!Case.Subject}", "{{{Contact.Name}}}", "{{x}}", "{%x%}", "{\u200b!x}", "{\u00ad{x}}"]
)
def test_every_spelling_is_broken(text: str) -> None:
    seen = "".join(char for char in neutralised(text) if char.isprintable() or char == HAIR_SPACE)

    assert not [opening for opening in ("{!", "{{", "{%") if opening in seen]


@pytest.mark.parametrize("text", ["{ a }", "{}", '{"order": {"id": 1}}', "100 % of {these}", ""])
def test_other_braces_stay_as_they_are(text: str) -> None:
    assert neutralised(text) == text


def test_the_text_can_be_had_back() -> None:
    assert as_written(neutralised("Use {{{Contact.Name}}} and {!x}")) == "Use {{{Contact.Name}}} and {!x}"
