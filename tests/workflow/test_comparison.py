"""How much of a draft is in what was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.workflow.comparison import LONGEST_CHANGE, MOST_CHANGES, Comparison, Edit, compare, edits

DRAFT = "Hello Marta, your parcel arrives within three working days. You can follow it with the link in our mail."


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (DRAFT, "sent_as_is"),
        (DRAFT.replace(" ", "\n  "), "sent_as_is"),
        (DRAFT.replace("Marta", "Mrs Kowalska"), "light_edit"),
        (DRAFT + " Kind regards, Emma", "light_edit"),
        ("Hello Marta, your parcel was lost. You can have a new one within three working days.", "rewritten"),
        ("Dear Mrs Kowalska, thank you for your message. " + DRAFT, "light_edit"),
        ("First of all: " + "we are sorry. " * 60 + DRAFT, "rewritten"),
        ("Please call us.", "not_used"),
        ("", "not_used"),
    ],
)
def test_a_reply_is_compared_with_the_draft_word_by_word(sent: str, kind: str) -> None:
    found = compare(DRAFT, sent)

    assert found.kind == kind
    assert found.similarity is not None
    assert 0 <= found.similarity <= 1


def test_an_erased_draft_can_not_be_compared() -> None:
    assert compare(None, "anything") == Comparison("not_used", None, None)


def test_typographic_quotes_of_an_editor_are_no_edit() -> None:
    assert compare('It\'s "here" - now', "It\u2019s \u201chere\u201d \u2013 now").kind == "sent_as_is"


def test_a_changed_amount_in_a_long_draft_is_an_edit_all_the_same() -> None:
    long = DRAFT * 20

    found = compare(f"{long} You get 10 EUR back.", f"{long} You get 100 EUR back.")

    assert found.kind == "light_edit"
    assert found.similarity is not None
    assert found.similarity > 0.99


def test_what_was_kept_is_counted_wherever_it_stands() -> None:
    assert compare(DRAFT, "First this. " + DRAFT + " Then that.").kept == 1.0
    assert compare(DRAFT, "You can follow it with the link!").kept == pytest.approx(7 / 22, abs=0.001)


def test_words_that_are_in_every_text_keep_nothing_of_the_draft() -> None:
    assert compare("You can have it in a day.", "In a word, it is not what you can see.").kept == 0


def test_a_script_without_spaces_is_compared_by_its_characters() -> None:
    assert compare("お荷物は三日以内に届きます。", "お荷物は五日以内に届きます。").kind == "light_edit"


def test_changes_say_what_was_taken_out_and_what_was_put_in() -> None:
    draft = "Hello <PERSON_1>, it comes soon. We send you the link by mail."

    assert edits(draft, draft.replace("soon", "on Friday") + " Bye!") == [Edit("soon", "on Friday"), Edit("", "Bye!")]


def test_changes_with_hardly_a_word_between_them_are_one() -> None:
    assert edits("a b c d e f g h", "a X c Y e f g h") == [Edit("b c d", "X c Y")]


def test_texts_without_end_make_no_list_without_end() -> None:
    draft = " ".join(f"word{number} same other more" for number in range(5_000))

    assert len(edits(draft, draft.replace("word", "changed"))) == MOST_CHANGES
    assert all(len(change.removed) <= LONGEST_CHANGE for change in edits("a " * 9_000, "b"))


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_breaks_the_comparison(draft: str, sent: str) -> None:
    found = compare(draft, sent)

    assert found.similarity is not None
    assert found.kept is not None
    assert 0 <= found.similarity <= 1
    assert 0 <= found.kept <= 1
    assert edits(draft, draft) == []
    assert edits(draft, sent) or found.similarity == 1
