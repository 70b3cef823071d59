"""Input made to hurt: everything ends, soon, and nothing raises."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.screening import Kind, Known, Vault, clean, injection_in, language_of
from tests.measuring import work

LARGE = 10_000_000


def _filled(piece: str, size: int = LARGE) -> str:
    return (piece * (size // len(piece) + 1))[:size]


PIECES = [
    "a", " ", "\n", "> ", ">\n", "1", "1 ", "12-", "1.", "ab:", "a@", "a.b@c.", "Aa ", "my name is ", "On 1 wrote\n",
    "From: a\n", "Regards,\n", "{{", "<PERSON_", "ignore all ", "https://a.b/?token=", "DE89 3704 0044 ",
    "password is ", "eyJaaaaaaaa.", "-----BEGIN PRIVATE KEY-----", "12 Aa Bb ", "passport ", "QUJD", "a b c ",
    "a\u200b", "\U000e0041",
    "Ã¼", "\u0430a", "a\u0301", "this e-mail ", "&utm_a=b", "\uff41", "+49 30 123456 ", "030 1234567, ",
    "Dear Aa Bb,\n",
]  # fmt: skip
PAGES = [
    _filled("<div>"), _filled("<b>a</b>"), _filled("<table><tr><td>"), _filled("<font>"), f"<div {_filled('a=b ')}>",
    f"<style>{_filled('.a{')}", f"<!--{_filled('a')}", _filled("&amp;"), _filled("<"),
    "<div>" * 500 + "<p></p>" * 1_000_000,
    "<blockquote>" * 500 + "deep" + "</blockquote>" * 500,
]  # fmt: skip


def _seconds(done: Callable[[], object]) -> float:
    with work() as took:
        done()
        return took()


@pytest.mark.parametrize("piece", PIECES, ids=repr)
def test_ten_megabytes_of_anything_are_screened_in_seconds(piece: str) -> None:
    text = clean(_filled(piece)).text

    spent = _seconds(lambda: (clean(_filled(piece)), injection_in(text), language_of(text)))
    spent += _seconds(lambda: Vault([Known(Kind.PERSON, "Aa Bb")]).mask(text))

    assert spent < 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page[:12])
def test_ten_megabytes_of_html_are_read_in_seconds(page: str) -> None:
    assert _seconds(lambda: clean(page, "html")) < 5


def test_quotes_nested_five_hundred_deep_are_still_text() -> None:
    assert clean(PAGES[-1], "html").text == "deep"
    assert clean("> " * 500 + "deep").text == "deep"


@given(st.text(), st.sampled_from(["text", "html", "markdown"]))
def test_any_body_can_be_screened(body: str, format: str) -> None:
    cleaned = clean(body, format)

    assert 0 <= injection_in(cleaned.text, hidden=cleaned.hidden, oddities=cleaned.removed).score <= 1
    assert 0 <= language_of(cleaned.text).confidence <= 1


@given(st.binary())
def test_any_bytes_can_be_read_as_html(body: bytes) -> None:
    clean(body.decode("latin-1"), "html")
