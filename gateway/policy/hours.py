"""When people are there: business hours in a time zone, and the deadlines that are counted in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from gateway.policy.words import WEEKDAYS

MAX_MINUTES = 60 * 24 * 366
_LONGEST_SEARCH_DAYS = 3660
_DURATION = re.compile(r"(\d{1,6}) ?(m|min|h|d)( in business hours)?")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d) ?- ?([01]\d|2[0-3]|24):([0-5]\d)")
_MINUTES = {"m": 1, "min": 1, "h": 60, "d": 60 * 24}

Span = tuple[int, int]
"""Open from, open until: minutes since midnight, local time."""

OFFICE: Span = (9 * 60, 17 * 60)


@dataclass(frozen=True, slots=True)
class Within:
    """How long something may take. `business`: only open hours count."""

    minutes: int
    business: bool = False

    def __str__(self) -> str:
        for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
            if self.minutes % size == 0 and not (unit == "d" and self.business):
                return f"{self.minutes // size}{unit}{' in business hours' if self.business else ''}"
        raise AssertionError("every number of minutes is divided by one")


def read_within(text: str) -> Within:
    """`30m`, `4h`, `2d`, `4h in business hours`. Raises ValueError that says what is expected."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text[:40]}" is not a duration: write 30m, 4h, 2d, or 4h in business hours')
    minutes, business = int(found.group(1)) * _MINUTES[found.group(2)], found.group(3) is not None
    if not 1 <= minutes <= MAX_MINUTES:
        raise ValueError("a duration is between 1m and 366d")
    if business and found.group(2) == "d":
        raise ValueError("business hours are counted in hours: write 16h in business hours for two days of eight hours")
    return Within(minutes, business)


@dataclass(frozen=True)
class Hours:
    """A week of open hours. `week` has one span a day, Monday first; None is a closed day."""

    zone: str = "UTC"
    week: tuple[Span | None, ...] = (OFFICE,) * 5 + (None, None)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def clock(self, now: datetime) -> Mapping[str, float | str | bool]:
        """The `clock.*` facts of this time zone."""
        local = now.astimezone(self._zone)
        span = self.week[local.weekday()]
        minute = local.hour * 60 + local.minute
        return {
            "clock.hour": float(local.hour),
            "clock.weekday": WEEKDAYS[local.weekday()],
            "clock.business_hours": span is not None and span[0] <= minute < span[1],
        }

    def due(self, start: datetime, within: Within) -> datetime:
        """When the time is up, in UTC."""
        if not within.business:
            return start.astimezone(UTC) + timedelta(minutes=within.minutes)
        left = timedelta(minutes=within.minutes)
        for opens, closes in self._open_times(start):
            begin = max(opens, start)
            if closes - begin >= left:
                return begin + left
            left -= max(closes - begin, timedelta())
        return start.astimezone(UTC) + timedelta(days=_LONGEST_SEARCH_DAYS)

    def _open_times(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        first = start.astimezone(self._zone).date()
        for days in range(_LONGEST_SEARCH_DAYS):
            day = first + timedelta(days=days)
            span = self.week[day.weekday()]
            if span is not None:
                yield self._moment(day, span[0]), self._moment(day, span[1])

    def _moment(self, day: date, minute: int) -> datetime:
        if minute == 24 * 60:
            day, minute = day + timedelta(days=1), 0
        return datetime.combine(day, time(minute // 60, minute % 60), self._zone).astimezone(UTC)


def read_span(text: str) -> Span | None:
    """`09:00-17:30`, or `closed`. Raises ValueError that says what is expected."""
    if text.strip() == "closed":
        return None
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'"{text[:40]}" are no hours: write "09:00-17:30", or closed')
    start = int(found.group(1)) * 60 + int(found.group(2))
    end = int(found.group(3)) * 60 + int(found.group(4))
    if not start < end <= 24 * 60:
        raise ValueError('opening comes before closing, and the day ends at "24:00"')
    return start, end


def read_days(text: str) -> tuple[int, ...]:
    """`mon`, or `mon-fri`, as numbers from 0. Raises ValueError that says what is expected."""
    first, _, last = (part.strip() for part in text.partition("-"))
    if first not in WEEKDAYS or (last and last not in WEEKDAYS) or text.rstrip().endswith("-"):
        raise ValueError(f'"{text[:40]}" is no day: write mon, or mon-fri')
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise ValueError("days go from mon to sun")
    return tuple(range(start, end + 1))
