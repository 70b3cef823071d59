"""Which sentence cites which passage."""

import pytest

from gateway.models.marks import read_marks
from gateway.models.sentences import spans


def cited(marked: str, *offered: int) -> list[tuple[str, tuple[int, ...]]]:
    found = read_marks(marked, offered)
    return [(found.text[one.start : one.end], one.passages) for one in found.citations]


def test_a_mark_belongs_to_its_sentence_before_or_behind_the_stop() -> None:
    assert cited("One is so [1]. Two is so. [2] Three is free.", 1, 2) == [("One is so.", (1,)), ("Two is so.", (2,))]


def test_the_text_keeps_no_mark_and_no_gap() -> None:
    assert read_marks("It takes 5 days [1]. Sure[2], yes [1, 2]!", [1, 2]).text == "It takes 5 days. Sure, yes!"


@pytest.mark.parametrize("mark", ["[1,2]", "[1; 2]", "[1][2]", "[^1] [2]", "【1】【2†source】"])
def test_other_ways_to_write_marks_are_read(mark: str) -> None:
    assert read_marks(f"So it is {mark}.", [1, 2]).cited == (1, 2)


def test_a_link_is_no_mark_and_neither_is_a_placeholder() -> None:
    text = "See [1](https://example.com) and [x] and <PERSON_1>."

    found = read_marks(text, [1])

    assert (found.text, found.cited) == (text, ())


def test_numbers_that_no_passage_has_are_unknown() -> None:
    found = read_marks("So it is [7]. And so [1].", [1])

    assert (found.cited, found.unknown) == ((1,), (7,))
    assert len(found.citations) == 1


def test_the_separate_list_counts_where_the_text_has_no_marks() -> None:
    found = read_marks("One is so. Two is so.", [1, 2], [[1], [2, 9]])

    assert [one.passages for one in found.citations] == [(1,), (2,)]
    assert found.unknown == (9,)


def test_a_list_of_another_length_names_passages_but_no_sentence() -> None:
    found = read_marks("One is so. Two is so.", [1], [[1]])

    assert (found.citations, found.cited) == ((), (1,))


def test_marks_in_the_text_win_over_the_separate_list() -> None:
    assert read_marks("One is so [1].", [1, 2], [[2]]).cited == (1,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is done. Is it? Yes!", ["It is done.", "Is it?", "Yes!"]),
        ("Am 5. Mai, z.B. um 10 Uhr. Gut.", ["Am 5. Mai, z.B. um 10 Uhr.", "Gut."]),
        ("Pay 3.50 EUR now. Or later", ["Pay 3.50 EUR now.", "Or later"]),
        ("Hello,\n\nfirst line\n1. Open it\n2. Close it", ["Hello,", "first line", "1. Open it", "2. Close it"]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in spans(text)] == expected


def test_half_a_megabyte_of_marks_is_read_in_time() -> None:
    assert len(read_marks("So [1]. " * 60_000, [1]).citations) == 60_000
