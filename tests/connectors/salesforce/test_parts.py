"""A note of any length and language is read as it was written, whatever Salesforce trims."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.salesforce.parts import LONGEST, joined, split

ME, SOMEBODY = "0055g00000A0001AAB", "0055g00000A0002AAB"
MARK = "cs-aaaabbbbccccdddd2"


def stored(body: str, user: str = ME) -> list[dict[str, object]]:
    return [{"CommentBody": one.rstrip(), "CreatedById": user} for one in split(body, MARK)]


@given(
    st.lists(st.sampled_from(["word", " ", "\n", "👩‍👩‍👧", "ä" * 3000, "x" * 4100, "(1/2)"]), max_size=8).map("".join)
)
def test_parts_fit_and_make_the_whole_again(body: str) -> None:
    rows = stored(body)

    assert all(len(str(row["CommentBody"]).encode()) <= LONGEST for row in rows)
    ((_, read),) = joined(rows, ME)
    assert read.rstrip() == body.rstrip()


def test_what_somebody_else_heads_like_a_part_stays_a_comment_of_its_own() -> None:
    rows = stored("x" * 9000, SOMEBODY)

    assert [text for _, text in joined(rows, ME)] == [row["CommentBody"] for row in rows]


def test_parts_in_any_order_and_one_that_was_deleted_are_still_one_note() -> None:
    first, second, third = stored("a" * 3000 + " " + "b" * 3000 + " " + "c" * 3000)

    ((row, text),) = joined([third, first], ME)

    assert row is first
    assert text == "a" * 3000 + " " + "c" * 3000
    assert second
