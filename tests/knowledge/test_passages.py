import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.knowledge import Article, Audience, passages_of


def _article(text: str) -> Article:
    return Article("help", "a", "Returns", text, url="https://help.example/a", audience=Audience.INTERNAL, brand="tarn")


def test_a_short_article_is_one_passage_that_keeps_all_that_is_known_of_it() -> None:
    (passage,) = passages_of(_article("Send it back within 30 days."))

    assert passage.id == "help/a#0"
    assert passage.text == "Send it back within 30 days."
    assert (passage.title, passage.url, passage.brand) == ("Returns", "https://help.example/a", "tarn")
    assert not passage.quotable


def test_long_sections_are_passages_of_their_own_with_their_heading() -> None:
    sections = [f"## Part {n}\n\n" + f"Sentence {n} about this. " * 40 for n in range(3)]

    passages = passages_of(_article("\n\n".join(sections)))

    assert [passage.heading for passage in passages] == ["Part 0", "Part 1", "Part 2"]
    assert [passage.position for passage in passages] == [0, 1, 2]


def test_short_neighbours_are_joined_and_keep_their_headings() -> None:
    (passage,) = passages_of(_article("## One\n\nFirst.\n\n## Two\n\nSecond."))

    assert passage.heading == "One"
    assert passage.text == "First.\n\n## Two\nSecond."


def test_no_passage_is_much_longer_than_what_fits_a_prompt() -> None:
    text = "word " * 3_000 + "\n\n" + "One sentence here. " * 500 + "\n\n" + "x" * 20_000

    passages = passages_of(_article(text))

    assert max(len(passage.text.split()) for passage in passages) <= 250
    assert max(len(passage.text) for passage in passages) <= 4_000


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1), st.integers(1, 60))
def test_no_word_of_an_article_is_lost(text: str, times: int) -> None:
    whole = f"start {text} " * times
    passages = passages_of(_article(whole))

    found = "".join(passage.text + (passage.heading or "") for passage in passages)
    assert sorted(re.findall(r"\w", whole)) == sorted(re.findall(r"\w", found))
