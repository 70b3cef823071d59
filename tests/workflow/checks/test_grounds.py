import pytest

from gateway.workflow.checks import CitedSpan, Severity, Source
from gateway.workflow.checks.grounds import (
    gone_source,
    internal_quoted,
    invented_quote,
    support,
    uncited,
    uncited_claim,
)
from tests.workflow.checks.draft import LIMITS, RETURNS, TEXT, draft


def test_a_draft_must_name_a_source_that_it_was_given() -> None:
    assert [finding.severity for finding in uncited(draft(cited=()))] == [Severity.STOP]
    assert [finding.severity for finding in uncited(draft(unknown_citations=(9,)))] == [Severity.STOP]
    assert not list(uncited(draft()))


@pytest.mark.parametrize(
    "text",
    [
        "You may return the item within 60 days of delivery.",
        "The refund takes 5 working days and costs 9 EUR.",
        "The refund arrives on 12 December.",
        "You may return it within sixty days.",
    ],
)
def test_a_number_that_no_source_holds_is_an_uncited_claim(text: str) -> None:
    (finding,) = uncited_claim(draft(text))

    assert finding.severity is Severity.CONCERN
    assert text[finding.start : finding.end] == text


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        "You may return order 4711 within 30 days.",  # the requester said so
        "You may return it within thirty days.",
        "1. Pack the item.\n2. Send it back within 30 days.",
    ],
)
def test_numbers_of_the_source_and_of_the_question_are_no_claims(text: str) -> None:
    assert [finding for finding in uncited_claim(draft(text)) if finding.severity is not Severity.NOTE] == []


def test_a_number_must_be_in_the_source_of_its_own_sentence() -> None:
    other = Source(3, "Boots come in sizes 36 to 48.", "Sizes", language="en")
    text = "Boots come in size 48. You may return them within 48 days."
    spans = (CitedSpan(0, 22, (3,)), CitedSpan(23, len(text), (1,)))

    (finding,) = uncited_claim(draft(text, sources=(RETURNS, other), citations=spans))

    assert text[finding.start : finding.end] == "You may return them within 48 days."


def test_a_sentence_that_shares_no_word_with_its_source_is_noted() -> None:
    text = "Our mountain guides accompany families through glaciers every single summer weekend."

    (finding,) = uncited_claim(draft(text))

    assert finding.severity is Severity.NOTE


def test_words_cannot_be_compared_across_languages() -> None:
    german = "Sie können jeden gekauften Artikel innerhalb von 30 Tagen nach der Lieferung zurückgeben."

    assert not list(uncited_claim(draft(german, language="de")))
    assert support(draft(german, language="de")) is None


def test_quoted_words_must_be_somebodys() -> None:
    assert list(invented_quote(draft('Our page says "every customer gets a new tent for free".')))
    assert not list(invented_quote(draft('Our page says "return any item within 30 days of delivery".')))


@pytest.mark.parametrize(
    "text",
    [
        "We refund up to 100 EUR without asking a lead, and call our colleagues with it.",
        "I used refund_order_7291 for this.",
    ],
)
def test_words_of_an_internal_article_never_reach_a_requester(text: str) -> None:
    assert {finding.severity for finding in internal_quoted(draft(text))} == {Severity.STOP}
    assert not list(internal_quoted(draft(text, to_requester=False)))


def test_a_citation_of_an_internal_article_is_found() -> None:
    assert list(internal_quoted(draft(cited=(2,))))
    assert not list(internal_quoted(draft()))


def test_words_that_a_public_article_holds_too_may_be_used() -> None:
    public = Source(4, LIMITS.text, "Refunds", language="en")
    text = "We refund up to 100 EUR without asking a lead, and call our colleagues with it."

    assert not list(internal_quoted(draft(text, sources=(public, LIMITS))))


def test_support_is_the_share_of_words_that_stand_somewhere() -> None:
    assert support(draft()) == 1.0
    assert (support(draft("Glaciers melt quickly; return the item.")) or 0) < 0.7
    assert support(draft(sources=())) is None


def test_a_source_that_was_taken_back_is_no_ground() -> None:
    assert [finding.severity for finding in gone_source(draft(gone=(1,)))] == [Severity.STOP]
    assert not list(gone_source(draft(gone=(2,))))
