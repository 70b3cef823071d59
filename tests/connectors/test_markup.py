"""What a help desk would expand does not survive, however it is spelt; what a person reads does."""

import html
import re
import unicodedata

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import text_hash
from connectors.markup import HAIR_SPACE, neutralised, reads_as

PIECES = [
    "{", "{", "%", "}", "a", " ", "\n", "<", ">", "&", "amp;", "&#123;", "&#0123", "&#x7B;", "&#X7b", "&lbrace;",
    "&lcub;", "&amp;#123;", "&amp;amp;#x7b;", "&#37;", "&percnt;", "<b>", "</b>", "<!-- x -->", '<i title=">">', "</i>",
    "\u200b", "\u00ad", "\ufeff", "\u2060", "\u202e", "&ZeroWidthSpace;", "&shy;", "&#8203;", "&quot;", "&lt;", ";",
    "#", "0",
]  # fmt: skip


def readings(text: str) -> set[str]:
    """What may become of a text on its way: tags gone, entities decoded once or twice, invisible characters gone."""
    stripped = {text, nh3.clean(text, tags=set()), re.sub(r"<[^>]*>", "", text), re.sub(r"<!--.*?-->", "", text)}
    decoded = {form for one in stripped for form in (one, html.unescape(one), html.unescape(html.unescape(one)))}
    twice = decoded | {nh3.clean(one, tags=set()) for one in decoded}
    return twice | {
        "".join(char for char in one if char.isspace() or unicodedata.category(char) not in ("Cf", "Cc"))
        for one in twice
    }


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_reading_of_any_text_holds_an_opening(text: str) -> None:
    found = readings(neutralised(text))

    assert not [one for one in found if "{{" in one or "{%" in one]


@pytest.mark.parametrize(
    "text",
    [
        "{{ticket.requester.email}}",
        "{%if x%}",
        "{{{x}}}",
        "&#123;&#123;dc.welcome}}",
        "&amp;#123;&amp;#123;dc.welcome}}",
        "{<b></b>{ticket.id}}",
        "{<!-- -->{ticket.id}}",
        "{\u200b{ticket.id}}",
        "{&#8203;%x%}",
        '<a href="https://a.example/{{ticket.id}}">x</a>',
    ],
)
def test_every_spelling_is_broken(text: str) -> None:
    assert not [one for one in readings(neutralised(text)) if "{{" in one or "{%" in one]


@pytest.mark.parametrize(
    "text",
    [
        "<p>No braces at all &amp; no trouble.</p>",
        '<pre>{"order": {"id": 1, "lines": [{"n": 2}]}}</pre>',
        "<pre>{&quot;order&quot;: 1}</pre>",
        "<pre>body { color: red; }\nfunction () {\n}</pre>",
        "100 % of { these }",
        "&#1234; &#x7bc;",
    ],
)
def test_other_braces_stay_as_they_are(text: str) -> None:
    assert neutralised(text) == text


def test_reader_sees_the_same_words() -> None:
    assert neutralised("Use {{name}} here").replace(HAIR_SPACE, "") == "Use {{name}} here"


def test_neutralising_twice_changes_nothing_more() -> None:
    once = neutralised("{{a}} {% b %} &#123;&#123;")

    assert neutralised(once) == once


@pytest.mark.parametrize(
    "text", ["{" * 60_000, "&amp" * 20_000, "&" + "amp" * 20_000, "&#" + "0" * 60_000, "{<b" * 20_000]
)
def test_long_hostile_text_takes_no_time(text: str) -> None:
    neutralised(text)


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("<p>On its way &amp; paid.</p>", "On its way & paid."),
        ("<p>One</p><p>Two</p>", "<p>One</p><p>Two</p>"),
        ('<div dir="auto"><p>One</p>\n<p>Two</p></div>', "<p>One</p> <p>Two</p>"),
        ("<div><div><p>One</p></div></div>", "<p>One</p>"),
        (f"<p>{{{HAIR_SPACE}{{name}}}}</p>", "<p>{{name}}</p>"),
        ('<div><p>It\'s "here" &amp; paid.<br />Bye</p></div>', "<p>It&#x27;s &quot;here&quot; &amp; paid.<br>Bye</p>"),
    ],
)
def test_stored_page_is_known_by_its_words_or_its_markup(stored: str, written: str) -> None:
    assert reads_as(stored, text_hash(written))
    assert not reads_as(stored, text_hash(f"{written} And more."))


@pytest.mark.parametrize("text", ["<div>" * 5_000, "<div>" * 5_000 + "</div>" * 5_000, "<" * 60_000])
def test_reading_long_hostile_markup_ends(text: str) -> None:
    assert not reads_as(text, text_hash("something else"))
