"""What somebody wants to see on the page of costs, as its address says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

from gateway.pages.render import Word
from gateway.store.reports.overview import Chosen

DAYS = {"7d": 7, "30d": 30, "90d": 90}
USUAL = "30d"
MONTHS = 6  # that the filter offers; any other can be written into the address
Period = Annotated[str, Query(pattern=r"^(7d|30d|90d|20\d\d-(0[1-9]|1[0-2]))?$")]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of UTC. `now` is in it, or after it."""

    since: datetime
    until: datetime
    now: datetime

    @property
    def running(self) -> bool:
        return self.since <= self.now < self.until

    @property
    def days_left(self) -> float:
        return max(0.0, (self.until - self.now) / timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.since:%B %Y}"


@dataclass(frozen=True, slots=True)
class Asked:
    """Filters; an empty one does not filter. Without a period: the last thirty days, today among them."""

    now: datetime
    period: str = USUAL
    account: str = ""
    queue: str = ""
    model: str = ""

    @property
    def filters(self) -> dict[str, str]:
        told = {"period": self.period, "account": self.account, "queue": self.queue, "model": self.model}
        return {name: value for name, value in told.items() if value and value != (name == "period" and USUAL)}

    @property
    def narrowed(self) -> bool:
        return bool(self.account or self.queue or self.model)

    @property
    def query(self) -> str:
        """With its question mark, for links that keep the filters."""
        return f"?{urlencode(self.filters)}" if self.filters else ""

    @property
    def today(self) -> datetime:
        return self.now.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def month(self) -> Month:
        """The month that was chosen, else this one."""
        since = _begin(self.period) if self.period not in DAYS else self.today.replace(day=1)
        return Month(since, _next(since), self.now)

    @property
    def since(self) -> datetime:
        if self.period in DAYS:
            return self.today - timedelta(days=DAYS[self.period] - 1)
        return self.month.since

    @property
    def until(self) -> datetime:
        """After the last moment: of today, or of a month that is over."""
        tomorrow = self.today + timedelta(days=1)
        return tomorrow if self.period in DAYS else max(self.since, min(self.month.until, tomorrow))

    @property
    def days(self) -> list[date]:
        return [(self.since + timedelta(days=day)).date() for day in range((self.until - self.since).days)]

    def chosen(self, accounts: frozenset[str] | None) -> Chosen:
        """`accounts`: those that the visitor may see; None means all."""
        return Chosen(
            self.since,
            self.until,
            None if accounts is None else sorted(accounts),
            self.account or None,
            self.queue or None,
            self.model or None,
        )


def asked(period: Period = "", account: Word = "", queue: Word = "", model: Word = "") -> Asked:
    """From the address; FastAPI refuses a period that is none."""
    return Asked(datetime.now(UTC), period or USUAL, account, queue, model)


def periods(now: datetime, chosen: str) -> Mapping[str, str]:
    """What the filter offers, as people say it."""
    told = {name: f"The last {days} days" for name, days in DAYS.items()}
    told |= {f"{month:%Y-%m}": f"{month:%B %Y}" for month in _months(now)}
    return told if chosen in told else {**told, chosen: f"{_begin(chosen):%B %Y}"}


def _months(now: datetime) -> Iterator[datetime]:
    month = now
    for _ in range(MONTHS):
        yield month
        month = month.replace(day=1) - timedelta(days=1)


def _begin(month: str) -> datetime:
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)


def _next(month: datetime) -> datetime:
    return (month + timedelta(days=32)).replace(day=1)
