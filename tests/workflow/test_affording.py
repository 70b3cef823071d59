"""The ladder when a budget is used up: a cheaper model, then passages alone, then no draft and a person."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.ledger.budgets import Budget, Per
from gateway.models import Price
from gateway.policy import NO_LIMIT
from gateway.store.attempts import AttemptRows
from tests.models.conftest import StubModel
from tests.workflow.floor import Floor

DEAR = Price(Decimal("0.001"), Decimal("0.001"))
CHEAP = Price(Decimal("0.0000001"), Decimal("0.0000001"))


@pytest.fixture
def ladder(floor: Floor, stub: StubModel) -> Floor:
    """A dear model, a cheap one, and a budget that a call to the dear one does not fit into."""
    cheap = replace(stub.route("openai/stub-markdown", prices=(CHEAP,)), name="cheap")
    floor.ask(stub.route("openai/stub-good", prices=(DEAR,)))
    floor.line = replace(floor.line, routes={**floor.line.routes, "cheap": cheap})
    declare(floor, Decimal(1), cheaper="cheap")
    return floor


def declare(floor: Floor, limit: Decimal, *, cheaper: str | None = None) -> None:
    budgets = (Budget("care-month", "Care", "care@example.com", Per.MONTH, limit, account="acme", cheaper=cheaper),)
    floor.line = replace(floor.line, budgets=budgets, attempts=AttemptRows(floor.database, budgets))


async def test_a_call_that_the_budget_has_no_room_for_goes_to_the_cheaper_route_and_the_note_says_it(
    ladder: Floor, stub: StubModel
) -> None:
    run = await ladder.shown()

    assert stub.count("stub-good").get("calls", 0) == 0
    row = await ladder.only("select model, policy_version, account, ticket_id from attempt where run_id = %(r)s", r=run)
    assert (row["model"], row["account"], row["ticket_id"]) == ("stub-markdown", "acme", "7")
    assert row["policy_version"]
    assert (
        "the budget care-month is used up, so a cheaper model was asked" in ladder.desk.tickets["7"].messages[-1].body
    )


async def test_below_that_passages_are_quoted_without_a_model(ladder: Floor) -> None:
    declare(ladder, Decimal("0.000000001"), cheaper="cheap")

    run = await ladder.shown()

    assert (await ladder.run(run))["model"] == "extractive"
    note = ladder.desk.tickets["7"].messages[-1].body
    assert "the budget care-month is used up, so no language model was asked" in note


async def test_with_nothing_to_quote_either_a_note_leaves_it_to_a_person_once_for_a_question(ladder: Floor) -> None:
    declare(ladder, Decimal("0.000000001"))
    ladder.set(knowledge=())

    run = await ladder.shown()

    ended = await ladder.run(run)
    assert (ended["state"], ended["verdict"]) == ("done", "withhold")
    assert "the budget care-month is used up" in ended["reason"]
    note = ladder.desk.tickets["7"].messages[-1].body
    assert "No draft for this question: a person answers it" in note
    assert await ladder.writes(run) == {"answer": "written"}
    assert (await ladder.only("select count(*) as n from draft"))["n"] == 0


async def test_a_route_that_the_money_reaches_for_stays_what_it_was(ladder: Floor, stub: StubModel) -> None:
    declare(ladder, Decimal(100), cheaper="cheap")

    await ladder.shown()

    assert stub.count("stub-good")["calls"] == 1
    assert "used up" not in ladder.desk.tickets["7"].messages[-1].body


async def test_policies_see_what_was_spent_and_what_the_tightest_budget_leaves(ladder: Floor) -> None:
    declare(ladder, Decimal(100))
    run = await ladder.shown()
    spent = (await ladder.only("select sum(cost_usd) as usd from attempt"))["usd"]
    ladder.desk.say("7", "And when does it come?")
    second = await ladder.arrive("7", "another-question")
    await ladder.walk(second)

    told = await ladder.only(
        "select c.body as facts from decision d join content c on c.id = d.facts_id where d.run_id = %(r)s", r=second
    )
    facts = told["facts"]
    assert run < second
    assert Decimal(str(facts["budget.ticket_spent"])) == Decimal(str(facts["budget.month_spent"])) == spent
    assert Decimal(str(facts["budget.month_left"])) == 100 - spent
    assert facts["budget.day_left"] == NO_LIMIT
