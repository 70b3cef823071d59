"""Prints rows: as a table for people, as CSV, or as JSON for programs."""

import csv
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.ledger.sheet import as_csv, cell, harmless

WIDTH = 100  # columns of a table where no terminal says otherwise
Row = TypeVar("Row")


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A heading, and what stands under it for a row. `whole`: never wrapped; `number`: aligned right too."""

    heading: str
    shows: Callable[[Row], object]
    number: bool = False
    whole: bool = False
    style: Callable[[Row], str | None] = lambda _: None


def console() -> Console:
    """Colours and the terminal's width on a terminal; plain text of 100 columns anywhere else."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)


def print_table(columns: Sequence[Column[Row]], rows: Sequence[Row], *, caption: str | None = None) -> None:
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        caption=caption,
        caption_justify="left",
        caption_style="dim",
    )
    for column in columns:
        right = "right" if column.number else "left"
        table.add_column(column.heading, justify=right, no_wrap=column.number or column.whole, overflow="fold")  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(Text(told(column.shows(row)), style=column.style(row) or "") for column in columns))
    console().print(table)


def print_json(value: Any) -> None:
    """Times as RFC 3339, money as text: a sum must not lose digits in a float."""
    sys.stdout.write(TypeAdapter(Any).dump_json(value, indent=2).decode() + "\n")


def print_csv(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    sys.stdout.write(as_csv(headings, rows))


async def write_json(values: AsyncIterator[Any]) -> None:
    """A list of which one value after the other is written, so that it may be longer than memory."""
    adapter, before = TypeAdapter(Any), "["
    async for value in values:
        sys.stdout.write(before + "\n" + adapter.dump_json(value, indent=2).decode())
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


async def write_csv(headings: Sequence[str], rows: AsyncIterator[Sequence[object]]) -> None:
    """Likewise."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([cell(heading) for heading in headings])
    async for row in rows:
        writer.writerow([cell(value) for value in row])


def told(value: object) -> str:
    """A value for the terminal: one line, nothing that could steer it, `-` for nothing."""
    if value is None or value == "":
        return "-"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return " ".join(harmless(str(value)).split())
