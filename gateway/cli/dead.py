"""`countersign dead`: events that were given up, deliveries that could not be read, and how to try them again."""

import re
from collections.abc import Sequence
from typing import Annotated

import typer

from gateway.cli.asking import ask, os_user
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.errors import NotFound
from gateway.store import events, quarantine
from gateway.store.database import Database, Row

app = typer.Typer(no_args_is_help=True)
MOST = 100_000
NUMBER = re.compile(r"(d?)([1-9][0-9]{0,17})", re.ASCII)

EVENTS: tuple[Column[Row], ...] = (
    Column("Run", lambda row: row["id"], number=True),
    Column("Ticket", lambda row: f"{row['account']} #{row['ticket_id']}"),
    Column("Given up (UTC)", lambda row: row["finished_at"], number=True),
    Column("Tries", lambda row: row["tries"], number=True),
    Column("Why", lambda row: row["error"] or "not kept"),
)
DELIVERIES: tuple[Column[Row], ...] = (
    Column("Delivery", lambda row: f"d{row['id']}", number=True),
    Column("Account", lambda row: row["account"]),
    Column("Arrived (UTC)", lambda row: row["received_at"], number=True),
    Column("Why", lambda row: ". ".join(filter(None, (row["reason"], row["error"])))),
    Column("Missing", lambda row: ", ".join(row["missing"])),
    Column("New", lambda row: ", ".join(row["added"])),
)
Dead = tuple[Sequence[Row], Sequence[Row]]


@app.command("list")
def list_(
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST)] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Dead events and deliveries that could not be read, newest first, each with its reason."""
    rows, deliveries = ask(lambda database: _dead(database, account, limit))
    if as_json:
        print_json([*rows, *({**row, "id": f"d{row['id']}", "kind": "delivery"} for row in deliveries)])
        return
    if rows:
        print_table(EVENTS, rows, caption="Mend the reason, then: countersign dead replay ID... | --all")
    if deliveries:
        print_table(
            DELIVERIES, deliveries, caption="The help desk changed what it sends. After an update: dead replay d1"
        )
    if not rows and not deliveries:
        console().print("No event is dead.")


@app.command()
def replay(
    which: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Numbers of dead runs, and of deliveries (d1).")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every dead event and every delivery.")] = False,
) -> None:
    """Walk dead events again, from where their rows end, and translate deliveries again. Nothing is written twice."""
    if bool(which) == all_:
        raise typer.BadParameter("Give either numbers or --all.", param_hint="ID")
    runs, deliveries = _numbers(which or [])
    replayed, told = ask(lambda database: _replay(database, runs, deliveries, all_=all_))
    shown = ", ".join(map(str, replayed[:20])) + (" ..." if len(replayed) > 20 else "")
    console().print(f"{len(replayed)} walk again{': ' + shown if replayed else ''}.")
    for number, why in told.items():
        console().print(f"Delivery d{number}: {why or 'read; its events walk'}.", markup=False)
    missed = sorted(set(runs) - set(replayed))
    if missed or any(told.values()):
        left = [*map(str, missed), *(f"d{number}" for number, why in told.items() if why)]
        raise NotFound(
            f"not dead, or not to be read yet, and so left alone: {', '.join(left)}",
            remedy="`countersign dead list` shows those that wait, and why",
        )


def _numbers(which: list[str]) -> tuple[list[int], list[int]]:
    """(runs, deliveries)."""
    found: tuple[list[int], list[int]] = [], []
    for word in which:
        match = NUMBER.fullmatch(word)
        if match is None:
            raise typer.BadParameter(f"{word!r} is no number of a run, and none of a delivery such as d1.")
        found[bool(match[1])].append(int(match[2]))
    return found


async def _dead(database: Database, account: str | None, limit: int) -> Dead:
    return (
        await events.dead(database, account=account, limit=limit),
        await quarantine.waiting(database, account=account, limit=limit),
    )


async def _replay(
    database: Database, runs: list[int], deliveries: list[int], *, all_: bool
) -> tuple[list[int], dict[int, str | None]]:
    if all_:
        dead, waiting = await _dead(database, None, MOST)
        runs, deliveries = [row["id"] for row in dead], [row["id"] for row in waiting]
    told = await _translate(database, deliveries) if deliveries else {}
    return await events.replay(database, runs, by=os_user()), told


async def _translate(database: Database, deliveries: list[int]) -> dict[int, str | None]:
    """By the connectors of this installation, with the secrets of now."""
    from gateway.bootstrap import desk_connectors, installation_of, secrets_of
    from gateway.settings import read_environment
    from gateway.workflow.quarantine import Quarantine

    installation = installation_of(read_environment())
    connectors = desk_connectors(installation)
    try:
        return await Quarantine(database, connectors, secrets_of(installation)).replay(deliveries, by=os_user())
    finally:
        for connector in connectors.values():
            await connector.close()
