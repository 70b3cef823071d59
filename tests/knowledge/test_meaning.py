"""Searching by what a question means, with the optional library that brings its weights."""

import sys

import pytest

from gateway.errors import ConfigurationInvalid
from gateway.knowledge import Article, Audience, Index, passages_of
from gateway.knowledge.meaning import SHORT, Meaning

ARTICLES = [
    Article("help", "password", "Sign in", "Choose a new secret word with the link in our mail.", language="en"),
    Article("help", "boots", "Boots", "Leave a thumb of room in front of the toes.", language="en"),
    Article("staff", "fraud", "Internal: money", "Refuse cash back.", language="en", audience=Audience.INTERNAL),
]
IN_OTHER_WORDS = "I forgot my password"


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    pytest.importorskip("wordllama", reason="the extra `semantic` is not installed")
    return Meaning()


def index(meaning: Meaning | None) -> Index:
    return Index.build((passage for article in ARTICLES for passage in passages_of(article)), meaning=meaning)


def test_a_passage_that_says_it_in_other_words_is_found(meaning: Meaning) -> None:
    assert index(None).search(IN_OTHER_WORDS, language="en").passages == ()

    found = index(meaning).search(IN_OTHER_WORDS, language="en")

    assert found.passages[0].passage.article_id == "password"


def test_how_well_a_question_is_covered_is_said_by_its_words_alone(meaning: Meaning) -> None:
    question = "Which boots leave room for my toes?"
    for asked in (IN_OTHER_WORDS, question):
        assert (
            index(meaning).search(asked, language="en").grounding == index(None).search(asked, language="en").grounding
        )


def test_who_may_read_what_stays_as_it_is(meaning: Meaning) -> None:
    public = index(meaning).search("May I give the money back in cash?", language="en", audience=Audience.PUBLIC)
    internal = index(meaning).search("May I give the money back in cash?", language="en")

    assert "fraud" not in [hit.passage.article_id for hit in public.passages]
    assert "fraud" in [hit.passage.article_id for hit in internal.passages]


def test_a_long_mail_is_searched_by_its_words(meaning: Meaning) -> None:
    long = f"{IN_OTHER_WORDS} {'really ' * SHORT}"

    assert index(meaning).search(long, language="en") == index(None).search(long, language="en")


def test_an_empty_text_points_nowhere(meaning: Meaning) -> None:
    assert not meaning.of([""]).any()


def test_without_the_library_the_admin_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "wordllama", None)

    with pytest.raises(ConfigurationInvalid, match="semantic"):
        Meaning()
