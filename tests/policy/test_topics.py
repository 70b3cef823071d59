"""Topics: found however they are written, in bounded time, and not where they only look alike."""

import pytest

from gateway.policy import Topics, check, load
from gateway.policy.topic_match import Matcher, fold, read_pattern
from tests.measuring import work

FILE = """\
version: 1
topic: refund
title: Money back
owner: {team: Billing, contact: billing@example.com}
languages:
  en:
    words: [refund*, money ... back, charge-back]
    hints: [credited, overcharged]
    except: [tax refund*]
  de:
    words: ["*erstattung*", rückzahl*]
  pl:
    words: [zwrot pieniędzy]
"""
TOPICS = load({"topics/refund.yaml": FILE}).topics
EVERYWHERE = load({"topics/refund.yaml": FILE.replace("languages:", "any_language: true\nlanguages:")}).topics


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please REFUND me", "en"),
        ("are there refunds?", "en-GB"),
        ("I want my money back", "en"),
        ("I want my money really all back", "en"),
        ("ｒｅｆｕｎｄ", "en"),
        ("re\u200bfund", "en"),
        ("réfund", "en"),
        ("a charge-back", "en"),
        ("a charge back", "en"),
        ("Die Kaufpreiserstattung fehlt", "de"),
        ("RÜCKZAHLUNG", "de"),
        ("Rueckzahlung", "de"),
        ("Ruckzahlung", "de"),
        ("Ru\u0308ckzahlung", "de"),
        ("zwrot pieniedzy", "pl"),
        ("refund bitte", "de"),
        ("zwrot pieniędzy", None),
        ("zwrot pieniędzy", "xx"),
        ("credited and overcharged", "en"),
        ("tax refund and a refund", "en"),
    ],
)
def test_a_topic_is_found_however_it_is_written(text: str, language: str | None) -> None:
    assert "refund" in TOPICS.find(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "en"),
        ("the prerefund", "en"),
        ("I was credited", "en"),
        ("money and more and more and more back", "en"),
        ("my tax refunds", "en"),
        ("zwrot pieniędzy", "en"),
        ("📦❓", None),
    ],
)
def test_what_only_looks_alike_is_left_alone(text: str, language: str | None) -> None:
    assert TOPICS.find(text, language) == {}


def test_a_topic_of_any_language_is_found_in_a_text_taken_for_another() -> None:
    assert "refund" in EVERYWHERE.find("zwrot pieniędzy", "en")


def test_the_score_grows_with_what_was_found_and_the_words_are_told() -> None:
    once, (score, patterns) = (
        TOPICS.find("refund", "en")["refund"],
        TOPICS.explain("refund, I was overcharged", "en")["refund"],
    )

    assert 0.5 <= once < score <= 1
    assert patterns == ("overcharged", "refund*")


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "refund " * 100_000,
        "money " * 100_000,
        "\ufdfa" * 50_000,
        "e\u0301" * 100_000,
        "\ud800" * 1000,
        "\x00" * 1000,
    ],
    ids=["one word", "hits", "gaps", "ligatures", "accents", "surrogates", "nul"],
)
def test_a_hostile_text_costs_little_time(text: str) -> None:
    with work() as took:
        TOPICS.find(text)

        assert took() < 1


def test_time_grows_with_the_text_and_no_faster() -> None:
    matcher: Matcher[str] = Matcher()
    for first in ("abc*", "abcd*", "*abc*"):
        matcher.add(f"{first} ... abc* ... abc* zzz", first)

    def seconds(size: int) -> float:
        text = fold("abcd " * size)
        with work() as took:
            matcher.find(text)
            return took()

    assert seconds(3000) < 30 * seconds(300)


@pytest.mark.parametrize(
    "pattern", ["", "*", "a*", "a*b", "... back", "back ...", "a ... b ... c ... d", "x" * 81, "-", "a *b"]
)
def test_a_pattern_that_could_mean_anything_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="word"):
        read_pattern(pattern)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("topic: refund", "topic: other"), 'the name of the file, "refund"'),
        (("  pl:", "  polish:"), "no language"),
        (("refund*,", "re*fund,"), '"*" at the end'),
        (("hints:", "hint:"), 'Did you mean "hints"?'),
        (("    words: [zwrot pieniędzy]\n", "    except: [a]\n"), "needs words"),
        (("zwrot pieniędzy", ""), "words is empty"),
    ],
)
def test_a_mistake_in_a_topic_is_told(change: tuple[str, str], words: str) -> None:
    assert any(words in problem.message for problem in check({"topics/refund.yaml": FILE.replace(*change)}))


def test_no_topics_find_nothing() -> None:
    assert Topics().find("refund") == {}
