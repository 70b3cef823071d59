"""What Chatwoot would run or notify does not survive; what a person reads does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.chatwoot.template import HAIR_SPACE, as_written, neutralised

INVISIBLE = ["\u200b", "\u00ad", "\ufeff", "\u2060", "\u202e"]
PIECES = ["{", "{", "%", "}", "a", " ", "\n", "mention:", "//user/1/Ann", "MENTION:/", *INVISIBLE]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_text_holds_an_opening_or_a_mention(text: str) -> None:
    found = "".join(char for char in neutralised(text) if char not in INVISIBLE)

    assert "{{" not in found
    assert "{%" not in found
    assert "mention:/" not in found.lower()


@pytest.mark.parametrize("text", ["No braces.", '{"order": {"id": 1}}', "100 % of { these }", "I mention: this"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text


@pytest.mark.parametrize("text", ["Use {{name}} here", "{% if x %}", "(mention://user/1/Ann)"])
def test_reader_sees_the_same_words_and_we_know_them_again(text: str) -> None:
    once = neutralised(text)

    assert once.replace(HAIR_SPACE, "") == text
    assert as_written(once) == text
    assert neutralised(once) == once


@pytest.mark.parametrize("text", ["{" * 60_000, "{\u200b" * 30_000, "mention:" * 8_000, "{" + "\u200b" * 60_000])
def test_long_hostile_text_takes_no_time(text: str) -> None:
    neutralised(text)
