"""`countersign ledger export`: every call to a model, in the columns of FinOps FOCUS 1.2."""

import csv
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TextIO

import typer

from gateway.cli.asking import ask, moment
from gateway.ledger import focus
from gateway.ledger.sheet import cell
from gateway.store.database import Database, Row
from gateway.store.reports import spending


class FocusFormat(StrEnum):
    CSV = "focus-csv"
    JSON = "focus-json"


def export(
    since: Annotated[str | None, typer.Option(help="Calls begun since then: 24h, 30d, or a date. Else all.")] = None,
    until: Annotated[str | None, typer.Option(help="Calls begun before then: a date, or 24h.")] = None,
    format_: Annotated[
        FocusFormat, typer.Option("--format", help="focus-json has one object a line.")
    ] = FocusFormat.CSV,
    after: Annotated[int, typer.Option(min=0, help="Only what came after this x_AttemptId, the last you have.")] = 0,
) -> None:
    """Every call to a model, one a line, oldest first, in the columns of FinOps FOCUS 1.2; our own begin with x_.

    Costs are estimates from tokens and prices, and no invoice: add up EffectiveCost, which is empty where nobody knows
    it. Calls under way are left for the next time. The last line's x_AttemptId is where the next export goes on."""
    begin, end = moment(since), moment(until, "--until")

    async def written(database: Database) -> tuple[int, int, spending.Horizon]:
        edge = await spending.horizon(database)
        async with spending.calls(database, after=after, before=edge.before, since=begin, until=end) as rows:
            lines, last = await _write(rows, format_, sys.stdout)
        if after and (told := await spending.repriced(database, after))[0]:
            typer.echo(
                f"{told[0]} calls up to {after} have another price since {told[1]:%Y-%m-%d %H:%M} UTC.", err=True
            )
        return lines, last, edge

    told = {"since": begin, "until": end, "after": after, "format": format_}
    lines, last, edge = ask(written, export="ledger", told=told)
    waiting = f"; {edge.open} under way, for the next time" if edge.open else ""
    typer.echo(f"{lines:,} calls{waiting}. Go on with --after {max(last, after)}", err=True)


async def _write(rows: AsyncIterator[Row], format_: FocusFormat, out: TextIO) -> tuple[int, int]:
    """How many lines, and the id of the last. A table without lines has its headings all the same."""
    lines = last = 0
    table = csv.writer(out, lineterminator="\n")
    if format_ is FocusFormat.CSV:
        table.writerow(focus.COLUMNS)
    async for row in rows:
        told = focus.line(row)
        if format_ is FocusFormat.CSV:
            table.writerow(cell(plain(value)) for value in told.values())
        else:
            out.write("{" + ", ".join(f'"{name}": {_json(value)}' for name, value in told.items()) + "}\n")
        lines, last = lines + 1, row["id"]
    return lines, last


def plain(value: focus.Value) -> Any:
    """As FOCUS writes it: times in UTC with a Z, and truth as a word in small letters."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value).lower() if isinstance(value, bool) else value


def _json(value: focus.Value) -> str:
    """Money as a number with all its digits, which no float would have."""
    if isinstance(value, Decimal):
        return cell(value)
    return json.dumps(value if isinstance(value, bool) else plain(value))
