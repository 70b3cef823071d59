"""`countersign notices`: who was told what outside the help desk, and whether the way to them works."""

import asyncio
from typing import Annotated

import typer

from gateway.cli.asking import ask
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.records import NoticeState
from gateway.store import notices as rows
from gateway.store.database import Row

app = typer.Typer(no_args_is_help=True)

COLUMNS: tuple[Column[Row], ...] = (
    Column("At (UTC)", lambda row: row["at"], number=True),
    Column("To", lambda row: row["address"] or "nobody"),
    Column("Subject", lambda row: row["said"]["subject"]),
    Column("State", lambda row: row["state"]),
    Column("Tries", lambda row: row["tries"], number=True),
    Column("Why not", lambda row: row["error"] or ""),
)


@app.callback()
def notices() -> None:
    """Who was told what outside the help desk."""


@app.command("list")
def list_(
    state: Annotated[NoticeState | None, typer.Option(help="Only of this state.")] = None,
    most: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The newest notices."""
    found = ask(lambda database: rows.recent(database, state=state, most=most))
    if as_json:
        print_json({"notices": found})
    elif found:
        print_table(COLUMNS, found)
    else:
        console().print("Nobody was told anything.")


@app.command()
def test(
    address: Annotated[str, typer.Argument(help="A mail address; or `webhook`.")],
) -> None:
    """Send a notice that says it is a test, now, by what countersign.yaml declares."""
    from gateway.bootstrap import installation_of
    from gateway.bootstrap.notices import channels_of
    from gateway.settings import read_environment
    from gateway.workflow.notices import NotSent

    environment = read_environment()
    channels = channels_of(installation_of(environment))
    channel = channels.get("webhook" if address == "webhook" else "mail")
    if channel is None:
        typer.echo("countersign.yaml declares no such way: give notices.mail or notices.webhook", err=True)
        raise typer.Exit(1)
    text = "This is a test. If you can read it, notices reach you."
    said = {"subject": "A test by Countersign", "text": text, "link": environment.base_url}

    async def sent() -> None:
        try:
            await channel.send(address, "test", said)
        finally:
            for one in channels.values():
                await one.close()

    try:
        asyncio.run(sent())
    except NotSent as error:
        typer.echo(f"Not sent: {error}", err=True)
        raise typer.Exit(1) from None
    console().print(f"Sent to {address}.")
