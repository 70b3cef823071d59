"""Where bars and lines of the page of costs stand, and where a month is said to end."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from gateway.pages.costs.asked import Asked, Month
from gateway.pages.costs.budgets import forecast
from gateway.pages.costs.charts import BASE, TOP, Series, lines, stacked
from gateway.pages.costs.sheets import percent
from gateway.store.reports.overview import Pace, Spent

DAYS = [date(2026, 11, day) for day in range(1, 11)]
NOW = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
MONTH = Asked(NOW, "2026-11").month


def series(*values: float | None, name: str = "gpt-5-mini") -> Series:
    return Series(name, "s1", values, [str(value) for value in values])


def pace(recent: str, first_days_ago: int, account: str = "acme") -> Pace:
    spent = Spent(7, Decimal(recent))
    return Pace(account, "", "gpt-5-mini", Spent(), spent, NOW - timedelta(days=first_days_ago))


def test_bars_stand_upon_each_other_and_never_leave_the_picture() -> None:
    parts = series(*[1.0] * 10), series(*[2.0] * 10, name="other")

    chart = stacked("Spend", DAYS, parts, [""] * 10, str)

    lower, upper = chart.pieces[0], chart.pieces[1]
    assert float(upper.y) + float(upper.height) == pytest.approx(float(lower.y), abs=0.2)
    assert float(upper.height) == pytest.approx(2 * float(lower.height), rel=0.02)
    assert all(float(piece.y) >= TOP and float(piece.y) + float(piece.height) <= BASE + 0.1 for piece in chart.pieces)
    assert lower.title == "2026-11-01: gpt-5-mini 1.0"


@pytest.mark.parametrize("most", [0.000001, 0.37, 1, 7, 99.9, 123_456])
def test_the_axis_has_few_round_numbers_and_room_for_the_highest(most: float) -> None:
    ticks = stacked("x", DAYS[:1], [series(most)], [""], "{:g}".format).ticks

    assert 3 <= len(ticks) <= 5
    assert float(ticks[-1].text) >= most * 0.999
    assert float(ticks[-1].text) <= most * 1.7


def test_nothing_at_all_is_an_empty_picture() -> None:
    chart = stacked("x", DAYS, [series(*[0.0] * 10)], [""] * 10, str)

    assert chart.pieces == []
    assert [tick.text for tick in chart.ticks] == ["0"]


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    chart = lines("x", DAYS[:4], [series(0.1, None, 0.2, 0.3)], percent)

    assert len(chart.dots) == 3
    assert len(chart.stretches) == 1


def test_the_month_goes_on_like_its_last_whole_days() -> None:
    found = forecast(Decimal(10), [pace("7", 7)], MONTH)

    assert found is not None
    assert found.usd == Decimal(20)  # ten days are left, at 1 USD


def test_a_young_gateway_is_judged_by_the_days_that_it_has_had() -> None:
    found = forecast(Decimal(2), [pace("2", 2)], MONTH, Decimal(5))

    assert found is not None
    assert found.usd == Decimal(12)
    assert found.used_up == NOW + timedelta(days=3)


def test_nothing_is_said_of_a_month_without_a_whole_day_or_that_is_over() -> None:
    october = Month(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC), NOW)

    assert forecast(Decimal(2), [], MONTH) is None
    assert forecast(Decimal(2), [pace("2", 2)], october) is None


def test_a_small_share_is_not_told_as_none() -> None:
    assert [percent(share) for share in (0, 0.0004, 0.004, 0.042, 0.5, 1.5)] == [
        *("0 %", "< 0.1 %", "0.4 %", "4.2 %", "50 %", "150 %")
    ]
