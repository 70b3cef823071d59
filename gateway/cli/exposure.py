"""`countersign exposure`: what left the house of personal data, by kind and model, and what never left."""

from typing import Annotated

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.tables import Column, Format, console, print_csv, print_json, print_table
from gateway.store.database import Database
from gateway.store.reports import ExposureLine, exposure, untold_calls

COLUMNS: tuple[Column[ExposureLine], ...] = (
    Column("Kind", lambda line: line.kind.replace("_", " "), whole=True),
    Column("Sent as", lambda line: "the value itself" if line.clear else "placeholder", whole=True),
    Column("Provider", lambda line: line.provider),
    Column("Model", lambda line: line.model),
    Column("Where", lambda line: "in the house" if line.local else "outside", whole=True),
    Column("Calls", lambda line: line.calls, number=True),
    Column("Tickets", lambda line: line.tickets, number=True),
    Column("Values", lambda line: line.times, number=True),
)
HEADINGS = ("kind", "in_clear", "provider", "model", "local", "calls", "tickets", "values")


def add_to(app: typer.Typer) -> None:
    app.command("exposure")(exposed)


def exposed(
    since: Annotated[str, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = "30d",
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Which kinds of personal data went to which model, how often, and whether in clear."""
    at = moment(since)
    assert at

    async def told(database: Database) -> tuple[list[ExposureLine], int]:
        lines = await exposure(database, since=at, account=account)
        return lines, await untold_calls(database, since=at, account=account)

    asked = {"since": at, "account": account, "format": format_}
    lines, untold = ask(told, export=None if format_ is Format.TABLE else "exposure", told=asked)
    if format_ is Format.JSON:
        print_json({"lines": lines, "untold_calls": untold})
    elif format_ is Format.CSV:
        print_csv(HEADINGS, [_fields(line) for line in lines])
    elif lines:
        print_table(COLUMNS, lines, caption=_caption(lines, untold))
    else:
        console().print("Nothing that was found to be personal went to a model in that time." + _unknown(untold))


def _fields(line: ExposureLine) -> list[object]:
    return [line.kind, line.clear, line.provider, line.model, line.local, line.calls, line.tickets, line.times]


def _caption(lines: list[ExposureLine], untold: int) -> str:
    left = sorted({line.kind.replace("_", " ") for line in lines if line.clear and not line.local})
    said = f"Left the house in clear: {', '.join(left)}." if left else "Nothing that was found left the house in clear."
    return said + _unknown(untold)


def _unknown(untold: int) -> str:
    return f" Of {untold:,} calls it is not known." if untold else ""
