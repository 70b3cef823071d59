"""`countersign dead`: events that were given up, and how to walk them again."""

from typing import Annotated

import typer

from gateway.cli.asking import ask
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.errors import NotFound
from gateway.store import events
from gateway.store.database import Database, Row

app = typer.Typer(no_args_is_help=True)
MOST = 100_000

COLUMNS: tuple[Column[Row], ...] = (
    Column("Run", lambda row: row["id"], number=True),
    Column("Ticket", lambda row: f"{row['account']} #{row['ticket_id']}"),
    Column("Given up (UTC)", lambda row: row["finished_at"], number=True),
    Column("Tries", lambda row: row["tries"], number=True),
    Column("Why", lambda row: row["error"] or "not kept"),
)


@app.command("list")
def list_(
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST)] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Dead events, newest first, each with its reason."""
    rows = ask(lambda database: events.dead(database, account=account, limit=limit))
    if as_json:
        print_json(rows)
    elif rows:
        print_table(COLUMNS, rows, caption="Mend the reason, then: countersign dead replay ID... | --all")
    else:
        console().print("No event is dead.")


@app.command()
def replay(
    runs: Annotated[list[int] | None, typer.Argument(min=1, help="Numbers of dead runs.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every dead event.")] = False,
) -> None:
    """Walk dead events again, from where their rows end. Nothing is written twice."""
    if bool(runs) == all_:
        raise typer.BadParameter("Give either numbers of runs or --all.", param_hint="RUNS")
    replayed = ask(lambda database: _replay(database, runs))
    told = ", ".join(map(str, replayed[:20])) + (" ..." if len(replayed) > 20 else "")
    console().print(f"{len(replayed)} walk again{': ' + told if replayed else ''}.")
    if missed := sorted(set(runs or ()) - set(replayed)):
        raise NotFound(
            f"not dead, and so left alone: {', '.join(map(str, missed))}",
            remedy="`countersign dead list` shows those that are",
        )


async def _replay(database: Database, runs: list[int] | None) -> list[int]:
    wanted = runs or [row["id"] for row in await events.dead(database, limit=MOST)]
    return await events.replay(database, wanted)
