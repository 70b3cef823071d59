"""Articles that say the same with different numbers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.knowledge import Article
from gateway.knowledge.contradictions import Contradiction, contradictions_in

OLD, NEW = datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
THIRTY = "You can send back unworn boots within 30 days of delivery."
FOURTEEN = "You can send back unworn boots within 14 days of delivery."


def article(id: str, text: str, title: str = "Returns", **told: Any) -> Article:
    return Article("help", id, title, text, language="en", **told)


def found(*articles: Article) -> list[Contradiction]:
    return contradictions_in(articles)


def test_two_articles_with_different_numbers_for_the_same_thing_are_found_the_older_one_first() -> None:
    (one,) = found(article("new", FOURTEEN, updated_at=NEW), article("old", THIRTY, "Returns policy", updated_at=OLD))

    assert (one.article, one.other_article, one.unit, one.older) == ("old", "new", "day", True)
    assert (one.sentence, one.other_sentence) == (THIRTY, FOURTEEN)


def test_without_dates_nobody_is_called_older() -> None:
    (one,) = found(article("a", THIRTY), article("b", FOURTEEN))

    assert not one.older


@pytest.mark.parametrize(
    "other",
    [
        THIRTY,
        "You can send back unworn boots within 30 calendar days of delivery, or 14 days in shops.",
        "You can send back unworn boots for 14 EUR.",
        "Unopened food travels for at most 14 days.",
        "Within 14 days.",
    ],
)
def test_what_says_the_same_or_something_else_is_none(other: str) -> None:
    assert found(article("a", THIRTY), article("b", other)) == []


def test_articles_about_different_things_may_well_differ() -> None:
    assert found(article("a", THIRTY, "Returns of boots"), article("b", FOURTEEN, "Returns of tents")) == []


def test_brands_and_languages_are_worlds_of_their_own() -> None:
    german = Article("help", "c", "Returns", FOURTEEN, language="de")

    assert found(article("a", THIRTY, brand="tarn"), article("b", FOURTEEN, brand="fell"), german) == []


def test_an_article_does_not_contradict_itself_and_a_list_of_prices_contradicts_nobody() -> None:
    prices = "- Standard parcels cost 5 EUR\n- Standard parcels cost 9 EUR"

    assert found(article("a", f"{THIRTY} {FOURTEEN}")) == []
    assert found(article("a", prices), article("b", "Standard parcels cost 7 EUR")) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The repair of a torn tent costs €1,000.", "The repair of a torn tent costs 1.000 EUR."),
        ("The repair of a torn tent costs 12.50 EUR.", "The repair of a torn tent costs €12.5."),
        ("A parcel to Norway takes 5 to 8 working days.", "A parcel to Norway takes 8 days."),
    ],
)
def test_the_same_amount_in_another_spelling_is_the_same(one: str, other: str) -> None:
    assert found(article("a", one), article("b", other)) == []


def test_amounts_with_the_sign_in_front_are_compared() -> None:
    told = found(
        article("a", "The repair of a torn tent costs €15."), article("b", "The repair of a torn tent costs €20.")
    )

    assert [one.unit for one in told] == ["EUR"]
