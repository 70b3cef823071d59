"""Tokens that cannot be true are unknown; tokens that are far from what was sent and received are kept and flagged."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.ledger.attempt import AttemptStarted, PriceState, Purpose
from gateway.models import Candidate, Drafter, Price
from gateway.models.attempts import end_of
from gateway.models.engine import load_litellm
from gateway.models.profile import profile_of
from gateway.models.usage import Tokens, suspect
from tests.models.conftest import StubModel
from tests.models.rows import MemoryLog, nothing, request_for

SENT, RECEIVED = 8000, 1200  # bytes: about 2,000 and 300 tokens
OLD = Price(Decimal("0.000002"), Decimal("0.000004"))
NEW = Price(Decimal("0.000001"), Decimal("0.000002"), valid_from=date(2026, 11, 1))


@pytest.mark.parametrize(
    ("tokens", "flagged"),
    [
        (Tokens(2000, 300), False),
        (Tokens(2600, 300), False),  # a schema and the frame of a chat were counted too
        (Tokens(700, 300), False),
        (Tokens(2000, 900 + 300), False),
        (Tokens(20_000, 300), True),  # ten times what was sent
        (Tokens(200, 300), True),  # a tenth of it
        (Tokens(2000, 3000), True),
        (Tokens(2000, 30), True),
        (Tokens(2000, 3000, reasoning=2700), False),  # what a model thought never arrived
        (Tokens(), False),  # unknown is no lie
    ],
)
def test_a_provider_that_is_off_by_more_than_three_times_is_flagged(tokens: Tokens, flagged: bool) -> None:
    assert suspect(tokens, SENT, RECEIVED) is flagged


def test_a_short_answer_is_not_held_against_an_estimate() -> None:
    assert not suspect(Tokens(2000, 90), SENT, 4)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("behaviour", "flagged"), [("good", False), ("inflates", True)])
async def test_an_inflated_usage_is_priced_as_it_was_told_and_flagged(
    behaviour: str, flagged: bool, stream: bool, stub: StubModel, drafter: Drafter, log: MemoryLog
) -> None:
    await drafter.draft(
        request_for(), stub.route(f"openai/stub-{behaviour}", stream=stream, prices=(OLD,)), log, nothing
    )

    [row] = log.rows
    assert row.suspect is flagged
    assert row.price_state is PriceState.PRICED
    assert row.input_tokens == stub.count(f"stub-{behaviour}")["input_tokens"]


@pytest.mark.parametrize(
    ("day", "price"), [(date(2026, 10, 31), OLD.input), (date(2026, 11, 1), NEW.input), (date(2027, 1, 1), NEW.input)]
)
def test_a_declared_price_holds_from_its_day(day: date, price: Decimal) -> None:
    prices = profile_of(load_litellm(), Candidate("openai/gpt-4o-mini", prices=(NEW, OLD))).prices

    tag = prices.on(day)

    assert tag.cost(Tokens(1, 0)) == price
    assert (tag.version or "").endswith("@2026-11-01") is (price == NEW.input)


def test_before_the_first_declared_price_the_list_holds() -> None:
    prices = profile_of(load_litellm(), Candidate("openai/gpt-4o-mini", prices=(NEW,))).prices

    assert (prices.on(date(2026, 10, 31)).version or "").startswith("litellm:")


def test_nothing_ends_before_it_began_whatever_the_wall_clock_does() -> None:
    began = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)
    row = AttemptStarted(1, 1, Purpose.DRAFT, "r", "p", "m", "draft", "1", 0, 0, False, began, None)

    assert end_of(row, 1500.0) == began + timedelta(seconds=1.5)
