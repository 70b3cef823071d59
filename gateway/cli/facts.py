"""`countersign facts`: what is told of customers, and where two systems tell it differently."""

from typing import Annotated

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.store.reports.disagreements import Disagreement, disagreements

app = typer.Typer(no_args_is_help=True)

COLUMNS: tuple[Column[Disagreement], ...] = (
    Column("Account", lambda line: line.account),
    Column("Fact", lambda line: line.fact),
    Column("Taken", lambda line: f"{line.value} ({line.origin})"),
    Column("Against", lambda line: f"{line.other} ({line.other_origin})"),
    Column("Because", lambda line: line.differing.replace("_", " ")),
    Column("Tickets", lambda line: line.tickets, number=True),
    Column("Last (UTC)", lambda line: line.last_at, number=True),
    Column("Run", lambda line: line.run_id, number=True),
)


@app.callback()
def facts() -> None:
    """What is told of customers."""


@app.command("disagreements")
def disagreements_(
    since: Annotated[str, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = "30d",
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Facts of which two sources told something else, and whose word counted: mend the source that is wrong."""
    at = moment(since)
    assert at
    lines = ask(lambda database: disagreements(database, since=at, account=account))
    if as_json:
        print_json({"disagreements": lines})
    elif lines:
        print_table(COLUMNS, lines)
    else:
        console().print("All sources agreed in that time.")
