"""Waits for an account's first delivery and shows it, or says where a refused one can be seen."""

import asyncio
import re
from datetime import timedelta

import typer

from gateway.cli.account_webhook import Webhook
from gateway.cli.asking import ask
from gateway.cli.tables import told
from gateway.store.database import Database, Row
from gateway.store.first import first_after, newest
from gateway.store.reports import duration

LOOK_EVERY = 0.5  # seconds
SPAN = re.compile(r"(\d{1,4})(s|m|h)")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}


def span(text: str) -> timedelta:
    """A `--wait`; 0 for not at all."""
    if text.strip() == "0":
        return timedelta()
    found = SPAN.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter("Write 30s, 10m or 1h, or 0 not to wait.", param_hint="--wait")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def wait(desk: Webhook, patience: timedelta) -> None:
    """Ends with status 1 where nothing came. The account stays as it was written in any case."""
    length = duration(patience.total_seconds() * 1000)
    typer.echo(f"Waiting up to {length} for the first delivery; Ctrl+C ends the waiting, and the account stays.")
    try:
        found = ask(lambda database: _first(database, desk.name, patience))
    except KeyboardInterrupt:
        typer.echo("Not waited for any longer; the account stays.")
        return
    if found is None:
        typer.echo(f"Nothing came within {length}. {desk.if_nothing_comes()}")
        raise typer.Exit(1)
    typer.echo(f"The first {'event' if found['polled'] else 'delivery'} is here: {_shown(found)}.")
    typer.echo(f"  {desk.why_it_is_believed(polled=found['polled'])}")
    typer.echo(f"  What becomes of it: countersign runs show {found['id']}")


async def _first(database: Database, account: str, patience: timedelta) -> Row | None:
    began = await newest(database)
    try:
        async with asyncio.timeout(patience.total_seconds()):
            while True:
                if found := await first_after(database, account, began):
                    return found
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        return None


def _shown(event: Row) -> str:
    by = f", by {event['author']}" if event["author"] else ", which does not tell by whom"
    seen = f", {event['visibility']}" if event["visibility"] else ""
    return told(f"{event['kind']} on ticket {event['ticket_id']}{by}{seen}")
