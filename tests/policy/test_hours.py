"""Deadlines, in real time and in business hours, across weekends and clock changes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.policy.hours import Hours, Within, read_days, read_span, read_within

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours("Europe/Berlin", ((540, 1050),) * 5 + (None, None))  # 09:00 to 17:30


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "minutes", "business"),
    [
        ("30m", 30, False),
        ("4h", 240, False),
        ("2d", 2880, False),
        ("90 min", 90, False),
        ("8h in business hours", 480, True),
    ],
)
def test_durations_are_read_and_written_alike(text: str, minutes: int, business: bool) -> None:
    within = read_within(text)

    assert within == Within(minutes, business)
    assert read_within(str(within)) == within


@pytest.mark.parametrize(
    "text", ["", "4", "4 hours", "-1h", "1.5h", "4h on weekends", "0m", "367d", "1d in business hours"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"30m|between|business hours"):
        read_within(text)


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        ("2026-10-05 10:00", "4h", "2026-10-05 14:00"),
        ("2026-10-05 10:00", "4h in business hours", "2026-10-05 14:00"),
        ("2026-10-05 16:30", "4h in business hours", "2026-10-06 12:00"),
        ("2026-10-02 17:00", "1h in business hours", "2026-10-05 09:30"),  # over a weekend
        ("2026-10-03 12:00", "1h in business hours", "2026-10-05 10:00"),  # starts on a Saturday
        ("2026-10-05 06:00", "30m in business hours", "2026-10-05 09:30"),  # before opening
        ("2026-10-05 09:00", "17h in business hours", "2026-10-06 17:30"),  # ends with the day
        ("2026-10-23 17:00", "9h in business hours", "2026-10-26 17:30"),  # the night that winter time begins
    ],
)
def test_a_deadline_counts_only_the_hours_that_it_says(start: str, within: str, due: str) -> None:
    assert OFFICE.due(local(start), read_within(within)) == local(due).astimezone(UTC)


def test_a_day_may_be_open_around_the_clock() -> None:
    always = Hours("UTC", ((0, 1440),) * 7)
    start = datetime(2026, 10, 5, 23, 30, tzinfo=UTC)

    assert always.due(start, Within(60, business=True)) == datetime(2026, 10, 6, 0, 30, tzinfo=UTC)


def test_the_clock_is_that_of_the_zone() -> None:
    clock = OFFICE.clock(datetime(2026, 10, 5, 15, 29, tzinfo=UTC))

    assert clock == {"clock.hour": 17.0, "clock.weekday": "mon", "clock.business_hours": True}
    assert OFFICE.clock(datetime(2026, 10, 5, 15, 30, tzinfo=UTC))["clock.business_hours"] is False


def test_days_and_hours_are_read() -> None:
    assert read_days("mon-fri") == (0, 1, 2, 3, 4)
    assert read_days("sat") == (5,)
    assert read_span("09:00-17:30") == (540, 1050)
    assert read_span("00:00 - 24:00") == (0, 1440)
    assert read_span("closed") is None


@pytest.mark.parametrize("text", ["fri-mon", "monday", "mon-", ""])
def test_what_are_no_days_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="day"):
        read_days(text)


@pytest.mark.parametrize("text", ["9-17", "17:00-09:00", "09:00-24:30", "open"])
def test_what_are_no_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"hours|opening"):
        read_span(text)
