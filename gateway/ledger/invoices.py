"""What a provider says was used: its usage or cost export, or anybody's table by a mapping, as one sum a day and model.

A file from outside: what is no number, negative usage, another currency and a first page of several are refused with
the row and what to do. Cached tokens are part of input here, whatever a file calls input.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gateway.errors import GatewayError

LARGEST = 256 * 1024 * 1024  # bytes
MOST_TOKENS = 10**15
CENT = Decimal("0.01")
DATED = re.compile(r"[-@](\d{4}-\d{2}-\d{2}|\d{8})$")
GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
Cells = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which columns mean what. Several columns of `day`, `model` and `currency` are alternatives; those of `input` and
    `output` are added up; `usd` says what a unit of its column is worth. A dot is a level of JSON."""

    name: str
    day: Sequence[str]
    model: Sequence[str] = ()
    input: Sequence[str] = ()
    output: Sequence[str] = ()
    usd: Mapping[str, Decimal] = field(default_factory=dict)
    currency: Sequence[str] = ()

    @property
    def measures(self) -> Sequence[str]:
        return [*self.input, *self.output, *self.usd]


OPENAI = Shape(
    "openai",
    day=("start_time", "start_time_iso"),
    model=("model", "line_item"),
    input=("input_tokens",),
    output=("output_tokens",),
    usd={"amount.value": Decimal(1), "amount_value": Decimal(1)},
    currency=("amount.currency", "amount_currency"),
)
ANTHROPIC = Shape(
    "anthropic",
    day=("starting_at", "usage_date_utc"),
    model=("model", "model_version"),
    input=(
        *("uncached_input_tokens", "cache_read_input_tokens", "cache_creation.ephemeral_5m_input_tokens"),
        *("cache_creation.ephemeral_1h_input_tokens", "usage_input_tokens_no_cache", "usage_input_tokens_cache_read"),
        *("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h"),
    ),
    output=("output_tokens", "usage_output_tokens"),
    usd={"amount": CENT, "cost_usd": Decimal(1)},  # the API tells cents, the console dollars
    currency=("currency",),
)
SHAPES = {shape.name: shape for shape in (OPENAI, ANTHROPIC)}


@dataclass(slots=True)
class Billed:
    """The sum of one day and model; None where no row told that measure. `rows`: of how many amounts."""

    model: str
    input: int | None = None
    output: int | None = None
    usd: Decimal | None = None
    rows: int = field(default=0, compare=False)


Invoice = dict[tuple[date, str], Billed]


class InvoiceUnreadable(GatewayError):
    """The file is not what its shape says."""

    status = 400
    title = "The invoice cannot be read"


def read(path: Path, shape: Shape | None = None) -> tuple[Shape, Invoice]:
    """The sums of a file, and of which shape it is. Raises InvoiceUnreadable."""
    try:
        if path.stat().st_size > LARGEST:
            raise InvoiceUnreadable(f"{path} is larger than {LARGEST >> 20} MB", remedy="Export fewer days at once")
        with path.open(encoding="utf-8-sig", newline="") as file:
            start = file.read(1024).lstrip()
            file.seek(0)
            rows = _json_rows(json.load(file, parse_float=Decimal)) if start[:1] in "[{" else csv.DictReader(file)
            return _sums(path, rows, shape)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, csv.Error, RecursionError) as error:
        raise InvoiceUnreadable(f"{path}: {error}", remedy="Give an export as CSV or JSON, in UTF-8") from None


def key_of(model: str) -> str:
    """A model without its provider, its date and its spelling: an invoice names versions, and we what was asked for."""
    return DATED.sub("", re.sub(r"[\s._]+", "-", model.strip().rpartition("/")[2].lower()))


def _sums(path: Path, rows: Iterable[Cells], shape: Shape | None) -> tuple[Shape, Invoice]:
    found: Invoice = {}
    for number, row in enumerate(rows, start=1):
        shape = shape or _shape(path, row)
        try:
            _add(found, row, shape)
        except ValueError as error:
            raise InvoiceUnreadable(f"{path}, row {number}: {error}") from None
    if shape is None or not found:
        raise InvoiceUnreadable(f"{path} has no row with usage or cost", remedy="Export it anew, grouped by model")
    return shape, found


def _add(found: Invoice, row: Cells, shape: Shape) -> None:
    told = {name: value for name in shape.measures if (value := _number(name, row.get(name))) is not None}
    if not told:
        return  # a bucket in which nothing happened
    currency = _first(row, shape.currency)
    if currency and currency.upper() != "USD" and any(name in told for name in shape.usd):
        raise InvoiceUnreadable(
            f"the amounts are in {currency[:10].upper()}, and nothing is converted here",
            remedy="Convert them by the rate of the invoice, and give that column: --provider generic --map usd=COLUMN",
        )
    model = _first(row, shape.model).partition(",")[0].strip()
    sums = found.setdefault((_day(_first(row, shape.day)), key_of(model)), Billed(model))
    for name in (*shape.input, *shape.output):
        if name in told and (told[name] < 0 or told[name] > MOST_TOKENS or told[name] % 1):
            raise ValueError(f"{name} is no number of tokens: {told[name]}")
    if inputs := [int(told[name]) for name in shape.input if name in told]:
        sums.input = (sums.input or 0) + sum(inputs)
    if outputs := [int(told[name]) for name in shape.output if name in told]:
        sums.output = (sums.output or 0) + sum(outputs)
    if amounts := [told[name] * worth for name, worth in shape.usd.items() if name in told]:
        sums.usd, sums.rows = (sums.usd or Decimal(0)) + sum(amounts), sums.rows + 1


def _shape(path: Path, row: Cells) -> Shape:
    for shape in SHAPES.values():
        if any(name in row for name in shape.day) and any(name in row for name in shape.measures):
            return shape
    told = ", ".join(sorted(map(str, row))[:12])
    raise InvoiceUnreadable(
        f"{path} is no export that is known here; its columns are {told}",
        remedy="Say what they mean: --provider generic --map day=COLUMN --map model=COLUMN --map usd=COLUMN",
    )


def _json_rows(told: Any) -> Iterator[Cells]:
    """The rows of an answer of a usage API, of several in a list, or of a plain list."""
    if isinstance(told, dict) and told.get("has_more"):
        raise InvoiceUnreadable("the file is only the first page", remedy="Fetch all pages, and put them in a list")
    for page in told if isinstance(told, list) else [told]:
        for item in page["data"] if isinstance(page, dict) and isinstance(page.get("data"), list) else [page]:
            if not isinstance(item, dict):
                raise InvoiceUnreadable("the file has something that is no row", remedy="Give a list of objects")
            around = {name: value for name, value in item.items() if name != "results"}
            inner = item.get("results", [{}])
            yield from (dict(_flat(around | row)) for row in (inner if isinstance(inner, list) else []))


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _first(row: Cells, names: Sequence[str]) -> str:
    return next((str(row[name]).strip() for name in names if row.get(name) not in (None, "")), "")


def _number(name: str, told: Any) -> Decimal | None:
    text = "" if told is None else str(told).strip().removeprefix("$")
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", "") if GROUPED.fullmatch(text) else text)
    except InvalidOperation:
        raise ValueError(f"{name} is no number: {text[:40]!r}") from None
    if not number.is_finite() or abs(number) > MOST_TOKENS:
        raise ValueError(f"{name} cannot be right: {text[:40]}")
    return number


def _day(text: str) -> date:
    """A day as it is written, or the day of UTC in which so many seconds fall."""
    try:
        if re.fullmatch(r"\d{9,11}(\.0)?", text):
            return datetime.fromtimestamp(float(text), UTC).date()
        return date.fromisoformat(text[:10])
    except (ValueError, OverflowError):
        raise ValueError(f"no day is told: {text[:40]!r}") from None
