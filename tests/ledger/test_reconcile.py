"""The ledger beside what a provider says was used, and why they differ."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from gateway.ledger.invoices import Billed, Invoice
from gateway.ledger.reconcile import Called, Hours, reconcile

DAY = date(2026, 10, 5)
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


def billed(input_: int | None = 1000, output: int | None = 100, usd: str | None = "1.00") -> Billed:
    return Billed("m-2026-01-02", input_, output, None if usd is None else Decimal(usd))


def called(input_: int = 1000, output: int = 100, usd: str = "1.00", **more: int | Decimal) -> Called:
    return Called("m", 1, input_, output, Decimal(usd), priced=1, **more)  # type: ignore[arg-type]


def why(invoice: Invoice, hours: Hours) -> list[list[str]]:
    return [line.why for line in reconcile(invoice, hours).lines]


def test_what_agrees_has_no_difference() -> None:
    found = reconcile({(DAY, "m"): billed()}, [(NOON, called(600, 60, "0.6")), (NOON, called(400, 40, "0.4"))])

    [line] = found.lines
    assert (line.tokens, line.usd, line.differs, line.why, found.off) == (0, Decimal("0"), False, [], Decimal(0))


def test_a_model_that_is_not_in_our_ledger_is_told() -> None:
    found = reconcile({(DAY, "m"): billed()}, [])

    assert found.off == 1
    assert "not in our ledger" in found.lines[0].why[0]
    assert (found.lines[0].tokens, found.lines[0].usd) == (1100, Decimal("1.00"))


def test_a_call_that_the_provider_has_not_is_told() -> None:
    [_, ours] = why({(DAY, "other"): billed()}, [(NOON, called())])[::-1]

    assert "not in the file" in ours[0]


def test_calls_without_a_price_explain_what_lies_within_their_bound() -> None:
    ours = [(NOON, called(usd="0.70")), (NOON, Called("m", 2, 0, 0, unpriced=2, bound=Decimal("0.40")))]

    assert why({(DAY, "m"): billed()}, ours) == [["2 calls without a price, at most 0.4 USD, which is enough"]]
    assert why({(DAY, "m"): billed(usd="9")}, ours) == [["2 calls without a price, at most 0.4 USD"]]


def test_a_cost_that_we_do_not_know_is_no_zero_and_counts_as_missing() -> None:
    found = reconcile({(DAY, "m"): billed()}, [(NOON, Called("m", 1, 1000, 100, unpriced=1, bound=Decimal(2)))])

    [line] = found.lines
    assert line.usd is None
    assert line.differs
    assert found.off == 1


def test_calls_whose_process_died_and_told_nothing_are_named() -> None:
    ours = [(NOON, called(900, 90, abandoned=1, uncounted=1))]

    [told] = why({(DAY, "m"): billed()}, ours)

    assert told == ["1 calls that told no tokens", "1 calls whose process died: the provider may have counted them"]


def test_what_the_last_digit_cannot_tell_is_rounding_and_another_price_is_another_price() -> None:
    assert why({(DAY, "m"): billed(usd="1.00")}, [(NOON, called(usd="1.0049"))]) == [["rounding"]]
    assert "+0.5%" in why({(DAY, "m"): billed(usd="1.005")}, [(NOON, called())])[0][0]

    [told] = why({(DAY, "m"): billed(usd="1.20")}, [(NOON, called())])
    assert "+20.0%" in told[0]
    assert "the tokens agree" in told[0]


def test_what_nothing_explains_is_not_explained() -> None:
    assert why({(DAY, "m"): billed(2000)}, [(NOON, called())]) == [["not explained"]]


def test_days_that_begin_at_another_hour_are_found_and_no_reason_to_fail() -> None:
    """An invoice by Pacific days: an evening's calls are on the day before."""
    hours = [
        (datetime(2026, 10, 5, 20, tzinfo=UTC), called(100, 10, "0.1")),
        (datetime(2026, 10, 6, 3, tzinfo=UTC), called(200, 20, "0.2")),  # the 5th in the west
        (datetime(2026, 10, 6, 20, tzinfo=UTC), called(400, 40, "0.4")),
    ]
    invoice = {(DAY, "m"): billed(300, 30, "0.3"), (DAY + timedelta(days=1), "m"): billed(400, 40, "0.4")}

    found = reconcile(invoice, hours)

    assert found.better is not None
    assert found.better < 0
    assert found.off == 0
    assert "days begin at another hour" in found.lines[0].why[0]
    assert [line.differs for line in reconcile(invoice, hours, found.better).lines] == [False, False]


def test_tokens_that_were_not_told_do_not_differ() -> None:
    [line] = reconcile({(DAY, "m"): billed(None, None)}, [(NOON, called())]).lines

    assert line.tokens is None
    assert not line.differs


def test_an_invoice_without_models_is_compared_by_day() -> None:
    found = reconcile({(DAY, ""): Billed("", None, None, Decimal(3))}, [(NOON, called()), (NOON, called(usd="2"))])

    [line] = found.lines
    assert (line.usd, found.off) == (Decimal(0), Decimal(0))


def test_models_do_not_make_up_for_each_other() -> None:
    other = Called("n", 1, 1000, 100, Decimal("2.00"), priced=1)
    invoice = {(DAY, "m"): billed(usd="2.00"), (DAY, "n"): Billed("n", 1000, 100, Decimal("1.00"))}

    assert reconcile(invoice, [(NOON, called()), (NOON, other)]).off == Decimal(2) / 3
