"""Text stays text, in messages and in comments."""

import pytest

from connectors.front.words import as_comment, as_page
from connectors.markup import HAIR_SPACE


def test_paragraphs_and_lines_are_kept() -> None:
    assert as_page("Dear Rita,\n\nit left.\nToday.\n \n\nBye") == "<p>Dear Rita,</p><p>it left.<br>Today.</p><p>Bye</p>"


def test_markup_in_a_text_is_shown_and_not_obeyed() -> None:
    assert as_page("<img src=x onerror=alert(1)> & so") == "<p>&lt;img src=x onerror=alert(1)&gt; &amp; so</p>"


@pytest.mark.parametrize(
    "loud",
    ["@ann", "Hi @team!", "[click](https://evil.example)", "![x](https://t.example/p.gif)", "<img src=x>", "[a]: x"],
)
def test_comment_calls_nobody_and_hides_no_link(loud: str) -> None:
    found = as_comment(loud)

    assert found.replace(HAIR_SPACE, "") == loud
    assert not [part for part in ("@ann", "@team", "](", "<img", "]:") if part in found]


@pytest.mark.parametrize(
    "quiet", ["ana@example.net", "1 < 2", "[1] Delivery times", "https://help.example/a", "cs-0f1e"]
)
def test_comment_keeps_what_is_harmless(quiet: str) -> None:
    assert as_comment(quiet) == quiet
