"""Budgets, rates and dated prices in `countersign.yaml`."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from gateway.bootstrap.models import budgets_of, rates_of, routes_of
from gateway.ledger.budgets import Budget, Per
from gateway.ledger.people import Rates
from tests.settings.files import GOOD, OWNER, problems, read

BUDGET = "budgets:\n  care-month: {owner: %s, limit: %s, per: month, account: acme, queue: billing, cheaper: careful}\n"
RATES = "rates: {reviewer_per_hour: 36.00 USD, by_hand_minutes: 6, source: payroll of 2026}\n"


def test_a_budget_has_an_owner_a_limit_and_a_scope(tmp_path: Path) -> None:
    found = budgets_of(read(tmp_path, GOOD + BUDGET % (OWNER, "50.00 USD")))

    assert found == (
        Budget("care-month", "Care", "care@example.com", Per.MONTH, Decimal(50), "acme", "billing", "careful"),
    )


@pytest.mark.parametrize("limit", ["50", "50.00 EUR", "-5 USD", "0 USD", "a lot"])
def test_a_limit_is_a_positive_amount_of_usd_and_nothing_is_converted(tmp_path: Path, limit: str) -> None:
    (problem,) = problems(tmp_path, GOOD + BUDGET % (OWNER, limit))

    assert "limit" in problem


@pytest.mark.parametrize(
    ("wrong", "said"), [("account: acm", "acme"), ("cheaper: carefull", "careful"), ("per: year", "per")]
)
def test_a_budget_names_what_there_is(tmp_path: Path, wrong: str, said: str) -> None:
    budget = f"budgets:\n  b: {{owner: {OWNER}, limit: 5 USD, per: day, {wrong}}}\n".replace("per: day, per", "per")
    (problem,) = problems(tmp_path, GOOD + budget)

    assert said in problem


def test_a_budget_without_an_owner_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD + "budgets:\n  b: {limit: 5 USD, per: day}\n")

    assert "owner" in problem


def test_rates_hold_for_every_account_but_one_that_has_its_own(tmp_path: Path) -> None:
    own = "    knowledge: [help]\n    rates: {reviewer_per_hour: 60 USD, by_hand_minutes: 4.5, source: a study}"

    everywhere = rates_of(read(tmp_path, GOOD + RATES))
    here = rates_of(read(tmp_path, GOOD.replace("    knowledge: [help]", own) + RATES))

    assert everywhere == {"acme": Rates(Decimal(36), 6, "payroll of 2026")}
    assert here == {"acme": Rates(Decimal(60), 4.5, "a study")}
    assert rates_of(read(tmp_path, GOOD)) == {}


def test_prices_have_the_day_from_which_they_hold(tmp_path: Path) -> None:
    dated = "prices: [{input: 2, output: 4}, {input: 1, output: 2, reasoning: 3, valid_from: 2026-11-01}]"

    route = routes_of(read(tmp_path, GOOD.replace("price: {input: 0.15, output: 0.6}", dated)))["careful"]

    first, second = route.candidates[0].prices
    assert (first.valid_from, second.valid_from) == (None, date(2026, 11, 1))
    assert (second.input, second.reasoning) == (Decimal("0.000001"), Decimal("0.000003"))


def test_an_hour_and_an_answer_by_hand_cost_what_was_declared() -> None:
    rates = Rates(Decimal(36), 6, "payroll of 2026")

    assert (rates.by_hand, rates.reviewing(90_000), rates.reviewing(None)) == (Decimal("3.6"), Decimal("0.9"), None)


def test_a_goal_is_a_share_of_drafts_with_its_source(tmp_path: Path) -> None:
    def goal(told: str) -> str:
        return GOOD.replace("    knowledge: [help]", f"    goal: {told}\n    knowledge: [help]")

    entry = read(tmp_path, goal("{acceptance: 60%, source: the leads}")).accounts["acme"].goal
    assert entry is not None
    assert (entry.share, entry.source) == (0.6, "the leads")

    for wrong in ("{acceptance: 160%, source: the leads}", "{acceptance: 0.6, source: the leads}", "{acceptance: 60%}"):
        assert problems(tmp_path, goal(wrong)) != []
