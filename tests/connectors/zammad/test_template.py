"""What could be taken for a placeholder does not survive, however it is spelt; what a person reads does."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.zammad.template import HAIR_SPACE, as_written, neutralised

PIECES = [
    "#",
    "{",
    "}",
    "a",
    " ",
    "&",
    "amp;",
    "&#35;",
    "&#035",
    "&#x23;",
    "&num;",
    "&#123;",
    "&#x7B;",
    "&lbrace;",
    ";",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_reading_of_any_text_holds_a_placeholder(text: str) -> None:
    once = html.unescape(neutralised(text))

    assert "#{" not in once
    assert "#{" not in html.unescape(once)


@pytest.mark.parametrize("text", ["<p># one { two }</p>", '<a href="#x">{x}</a>', "<pre>{#id}</pre>", "&#35; {x}"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert neutralised(text) == text


@pytest.mark.parametrize("text", ["<p>#{ticket.id}</p>", "&#35;{x}", "#&#123;x}"])
def test_reader_sees_the_same_words_and_we_know_them_again(text: str) -> None:
    once = neutralised(text)

    assert once.replace(HAIR_SPACE, "") == text
    assert as_written(once) == text
    assert neutralised(once) == once


@pytest.mark.parametrize("text", ["#" * 60_000, "&amp;" * 12_000, "&#" + "0" * 60_000, "#&" + "amp;" * 15_000])
def test_long_hostile_text_takes_no_time(text: str) -> None:
    neutralised(text)
