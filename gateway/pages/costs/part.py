"""One part of the page: what it is called, its picture where it has one, and its table."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.pages.costs.charts import Chart
from gateway.pages.costs.sheets import Sheet
from gateway.pages.telling import sentence
from gateway.store.reports.overview import TooMuch

TITLES = {
    "spend": "Spend by day",
    "tickets": "Tickets by day",
    "times": "Where the time goes",
    "rates": "Errors and fallbacks",
    "budgets": "Budgets",
    "dearest": "Most expensive tickets",
    "unpriced": "Calls without a price",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """How far a budget is used, in per cent of its picture's width. `title` says the same in words."""

    name: str
    told: str
    note: str
    title: str
    used: float | None
    forecast: float | None
    limit: float
    over: bool


@dataclass(frozen=True, slots=True)
class Part:
    """`lead` says what is counted. `open`: the table is what there is to see, and not behind a picture."""

    sheet: Sheet
    lead: str
    chart: Chart | None = None
    bars: Sequence[Bar] = ()
    empty: str = "Nothing in this time."

    @classmethod
    def too_much(cls, name: str, error: TooMuch) -> "Part":
        """In place of one that could not be added up in time."""
        return cls(Sheet(name, TITLES[name], (), ()), "", empty=f"{sentence(str(error))}.")

    @property
    def open(self) -> bool:
        return self.chart is None and not self.bars
