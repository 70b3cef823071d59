"""A table that is shown, and the same rows as CSV and JSON: what is downloaded is what was seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter

from gateway.ledger.sheet import as_csv, cell
from gateway.store.reports import Cost, duration

Row = Sequence[Any]
_JSON = TypeAdapter(Any)


class Kind(StrEnum):
    """What a column holds, and so how it is told."""

    TEXT = "text"
    COUNT = "count"
    USD = "usd"
    SHARE = "share"  # 0 to 1
    MS = "ms"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """`name` for programs, `heading` for people. `nothing`: what None means here. `link`: where a row's value leads."""

    name: str
    heading: str
    kind: Kind = Kind.TEXT
    nothing: str = "not known"
    link: Callable[[Row], str] | None = None

    @property
    def number(self) -> bool:
        return self.kind not in (Kind.TEXT, Kind.DAY, Kind.MOMENT)

    def told(self, value: Any) -> str:
        """A value for people. Money has its unit, because a column may be read without its heading."""
        match self.kind:
            case _ if value is None:
                return self.nothing
            case Kind.COUNT:
                return f"{value:,}"
            case Kind.USD:
                return money(value)
            case Kind.SHARE:
                return percent(value)
            case Kind.MS:
                return duration(value)
        return str(value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """`name` is what its files are called."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    def csv(self) -> str:
        return as_csv([column.name for column in self.columns], self.rows)

    def json(self, asked: dict[str, str], since: datetime, until: datetime) -> bytes:
        """Money as text: a sum must not lose digits in a float."""
        names = [column.name for column in self.columns]
        rows = [dict(zip(names, map(_plain, row), strict=True)) for row in self.rows]
        told = {"title": self.title, "since": since, "until": until, "filters": asked, "rows": rows}
        return _JSON.dump_json(told, indent=2)


def _plain(value: Any) -> Any:
    return cell(value) if isinstance(value, Decimal) else value


def money(usd: Decimal) -> str:
    return str(Cost(usd, 0))


def percent(share: float) -> str:
    """Tenths where a whole number would hide what matters."""
    told = share * 100
    return f"{told:.0f} %" if told >= 10 or told == 0 else f"{told:.1f} %" if told >= 0.1 else "< 0.1 %"


def day(value: date) -> str:
    """`26 Nov`, for an axis."""
    return f"{value.day} {value:%b}"
