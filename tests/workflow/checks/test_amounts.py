from decimal import Decimal

import pytest

from gateway.workflow.checks import Kind, amounts, check_all, summarise
from tests.workflow.checks.draft import draft


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$1,234.56", "1234.56", "USD"),
        ("1.234,56 €", "1234.56", "EUR"),
        ("EUR 89", "89", "EUR"),
        ("89,- EUR", "89", "EUR"),
        ("£5", "5", "GBP"),
        ("CHF 1'250.50", "1250.50", "CHF"),
        ("1 234,50 kr", "1234.50", None),
        ("12.500 €", "12500", "EUR"),
        ("1,000 dollars", "1000", "USD"),
        ("0.500 €", "0.500", "EUR"),
        ("99 cents short of 100 euros", "100", "EUR"),
        ("USD 2.5 million", "2500000", "USD"),
        ("5k EUR", "5000", "EUR"),
        ("¥5000", "5000", None),
        ("R$ 49,90", "49.90", "BRL"),
        ("49,90 zł", "49.90", "PLN"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, value: str, currency: str | None) -> None:
    (found,) = amounts(text)

    assert (found.value, found.currency) == (Decimal(value), currency)


@pytest.mark.parametrize(("own", "currency"), [("AUD", "AUD"), ("SEK", "USD"), (None, "USD")])
def test_a_sign_of_several_countries_is_the_accounts_where_it_fits(own: str | None, currency: str) -> None:
    (found,) = amounts("$20", own)

    assert found.currency == currency


@pytest.mark.parametrize(
    "text", ["30 days", "order 4711", "size 42", "5 friends", "2026-11-05", "10 %", "1.5 m long", "50 m"]
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert not list(amounts(text))


def _facts(text: str, **rest: object) -> dict[str, object]:
    checked = draft(text, **rest)
    return summarise(checked, check_all(checked), rates={"USD": Decimal("0.9")})


def test_the_largest_amount_is_a_fact_in_the_accounts_currency() -> None:
    assert _facts("It costs 20 EUR or 50 USD.")["draft.largest_amount"] == Decimal("45.0")
    assert _facts("It costs 20 EUR or 50 USD.")["draft.currency"] == "EUR"


def test_no_amount_is_zero_and_an_amount_without_a_rate_is_unknown() -> None:
    assert _facts("Nothing to pay.")["draft.largest_amount"] == Decimal(0)
    assert _facts("It costs 20 EUR or 500 CHF.")["draft.largest_amount"] is None
    assert _facts("It costs ¥5000.")["draft.largest_amount"] is None


def test_each_amount_is_a_note_with_its_value() -> None:
    (finding,) = [finding for finding in check_all(draft("It costs 1.200 EUR.")) if finding.kind is Kind.AMOUNT]

    assert (finding.amount, finding.currency) == (Decimal(1200), "EUR")
