from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.knowledge import Article, Audience, Index, passages_of
from gateway.knowledge.terms import telling_terms


def _article(source: str, id: str, title: str, text: str, language: str = "en", **rest: str | Audience) -> Article:
    return Article(source, id, title, text, language=language, **rest)  # type: ignore[arg-type]


ARTICLES = (
    _article("help", "returns", "Returning an item", "You may return any item within 30 days. We refund the price."),
    _article("help", "delivery", "Delivery times", "A parcel takes two to four working days to arrive."),
    _article("help", "sizes", "Sizes of boots", "Boots come in sizes 36 to 48. Measure your foot in the evening."),
    _article("help", "password", "Forgotten password", "Select the link to set a new password."),
    _article(
        *("staff", "limits", "Internal: refund limits", "Refund up to 100 euro without asking a lead."),
        audience=Audience.INTERNAL,
    ),
    _article("help", "lieferung", "Lieferzeiten", "Ein Paket braucht zwei bis vier Werktage.", "de"),
    _article("tarn", "tents", "Tents of Tarn", "Spare poles for every tent are in the shop.", brand="tarn"),
)


def _index(*articles: Article) -> Index:
    return Index.build(passage for article in articles or ARTICLES for passage in passages_of(article))


def _ids(question: str, **settings: object) -> list[str]:
    return [hit.passage.article_id for hit in _index().search(question, **settings).passages]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "language", "best"),
    [
        ("How can I return the boots that I bought?", "en", "returns"),
        ("When will my parcels arrive", "en", "delivery"),
        ("I have forgotten the passwords!!", "en", "password"),
        ("Wie lange brauchen Pakete?", "de", "lieferung"),
    ],
)
def test_the_best_passage_comes_first_whatever_the_endings(question: str, language: str, best: str) -> None:
    assert _ids(question, language=language)[0] == best


def test_what_a_requester_may_not_see_is_told_apart_and_can_be_left_out() -> None:
    found = _index().search("refund limits", language="en")

    assert found.passages[0].passage.article_id == "limits"
    assert not found.passages[0].quotable
    assert "limits" not in [hit.passage.article_id for hit in found.quotable]
    assert "limits" not in _ids("refund limits", language="en", audience=Audience.PUBLIC)


def test_grounding_counts_only_what_may_be_quoted() -> None:
    found = _index().search("up to what limit may one refund without asking a lead", language="en")

    assert found.internal_grounding > found.grounding


def test_internal_passages_never_take_the_places_of_public_ones() -> None:
    staff = [
        Article("staff", f"i{n}", "Internal: refund", "refund refund refund", audience=Audience.INTERNAL)
        for n in range(9)
    ]
    public = [
        Article("help", f"p{n}", "Paying", "One word about a refund and many about other things.") for n in range(3)
    ]

    found = _index(*staff, *public).search("refund", limit=6)

    assert [hit.quotable for hit in found.passages].count(True) == 3


def test_a_question_outside_of_the_articles_is_not_grounded() -> None:
    assert _index().search("Which vaccine does my cat need before the surgery?", language="en").grounding == 0.0
    assert _index().search("How many days do I have to return an item?", language="en").grounding > 0.5


def test_brands_see_their_own_passages_and_those_of_all() -> None:
    assert "tents" in _ids("spare poles for my tent", brand="tarn")
    assert "tents" not in _ids("spare poles for my tent", brand="hollin")
    assert "returns" in _ids("return an item", brand="hollin")


def test_an_account_sees_only_its_own_sources() -> None:
    assert "tents" not in _ids("spare poles for my tent", sources=["help"])
    assert "tents" in _ids("spare poles for my tent", sources=["tarn", "help"])
    assert _ids("spare poles for my tent", sources=[]) == []


def test_a_language_without_passages_searches_them_all() -> None:
    assert "tents" in _ids("Tarn tents tente", language="fr")


@given(st.text())
def test_any_text_is_a_valid_question(question: str) -> None:
    found = _index().search(question)

    assert 0 <= found.grounding <= found.internal_grounding <= 1
    assert len(found.passages) <= 6


@pytest.mark.parametrize("question", ['" OR 1=1 --', "NEAR(a b)", "title:*", "(((", "\x00", "a AND NOT", "", "   "])
def test_search_syntax_means_nothing(question: str) -> None:
    assert _index().search(question).passages == ()


def test_an_empty_index_finds_nothing() -> None:
    found = Index.build([]).search("refund")

    assert (found.passages, found.grounding) == ((), 0.0)


def test_a_long_story_does_not_hide_its_question() -> None:
    story = "Last week we drove through the rain to my sister, whose dog barked at the postman all evening. " * 20

    assert (
        _ids(f"{story}\nHow do I return an item, and when do you refund the price of the item?", language="en")[0]
        == "returns"
    )


def test_one_index_serves_many_threads() -> None:
    index = _index(*(replace(article, id=f"{article.id}{n}") for n in range(50) for article in ARTICLES))
    questions = [article.text for article in ARTICLES] * 20
    alone = [index.search(question) for question in questions]

    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(index.search, questions))

    assert together == alone


def test_placeholders_greetings_and_order_numbers_are_not_what_a_text_is_about() -> None:
    assert telling_terms("Hello <PERSON_1>, my order 482913 please", "en") == ["order"]


def test_scripts_without_spaces_can_be_searched() -> None:
    article = Article("help", "zh", "退货", "您可以在三十天内退货并获得退款。", language="zh")

    assert _index(article).search("如何退货和退款？", language="zh").passages


def test_of_passages_that_fit_equally_well_that_of_most_authority_comes_first_then_the_newest() -> None:
    then = datetime(2024, 1, 1, tzinfo=UTC)
    told = {"undated": {}, "old": {"updated_at": then}, "new": {"updated_at": then + timedelta(days=9)}}
    articles = [replace(ARTICLES[1], id=id, **more) for id, more in told.items()]  # type: ignore[arg-type]
    strong = replace(ARTICLES[1], id="strong", authority=9)

    hits = _index(*articles, strong).search("When does my parcel arrive?", language="en", limit=3).passages

    assert [hit.passage.article_id for hit in hits] == ["strong", "new", "old"]
    assert len({hit.score for hit in hits}) == 1
