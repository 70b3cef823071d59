"""`countersign demo`: the whole line on invented tickets, with nothing to install and no key."""

import asyncio
import json
import signal
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from gateway.settings import read_environment

PATIENCE = 120.0  # seconds without any ticket ending


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when all tickets are done; exit 1 if one ended wrongly.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON, and nothing else.")] = False,
    feed: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Your own tickets, as JSON Lines.")
    ] = None,
    knowledge: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Articles, as JSON Lines.")
    ] = None,
    models: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="YAML of model routes; `default` is used.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many tickets.")] = None,
    connector: Annotated[
        str | None, typer.Option(help="How the gateway speaks to the desk: sandbox, or http, which is a description.")
    ] = None,
    gateway_port: Annotated[int, typer.Option(help="Port of the gateway.")] = 8400,
    desk_port: Annotated[int, typer.Option(help="Port of the help desk.")] = 8090,
) -> None:
    """Show everything on invented tickets: a help desk, a gateway, a worker, policies, and models that misbehave."""
    from gateway.demo.script import load_feed, load_scenarios
    from gateway.demo.show import where_to_look
    from gateway.demo.stage import OWN_CONNECTOR, Ports, stage

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # everything comes down in order, as with Ctrl+C
    scenarios = load_feed(feed, limit) if feed else load_scenarios()[:limit]
    console = Console(stderr=as_json)
    console.print(f"Countersign plays {len(scenarios)} tickets on a help desk of its own. Starting...")
    began = time.monotonic()
    with stage(
        read_environment().home,
        Ports(desk_port, gateway_port),
        knowledge=knowledge,
        models=models,
        connector=connector or OWN_CONNECTOR,
    ) as built:
        console.print(f"Up after {time.monotonic() - began:.1f} s.\n")
        where_to_look(console, built)
        failed = asyncio.run(_perform(built, scenarios, console, as_json))
        if not (once or as_json):
            console.print("\nIt stays up for your browser. Ctrl+C ends it.")
            _wait_for_interrupt()
    raise typer.Exit(1 if failed and (once or as_json) else 0)


async def _perform(built, scenarios, console: Console, as_json: bool) -> int:  # type: ignore[no-untyped-def]
    """Play, show, judge; returns how many tickets did not end as expected."""
    from gateway.bootstrap import opened_database
    from gateway.demo import show
    from gateway.demo.play import Play, missed

    async with opened_database(built.database_url) as database:
        play = Play.of(built, database, scenarios)
        performing = asyncio.create_task(play.perform())
        with Live(show.picture(play), console=console, refresh_per_second=4, transient=True) as live:
            await _until_ended(play, performing, lambda: live.update(show.picture(play)))
        await performing
        await play.inspect()
        await play.close()
    if as_json:
        typer.echo(json.dumps(show.as_data(play), indent=2, ensure_ascii=False))
    else:
        if len(play.tickets) <= show.ROWS:
            console.print(show.table(play.tickets))
        show.summary(console, play)
    show.judgement(console, play)
    return sum(bool(missed(played)) for played in play.tickets)


async def _until_ended(play, performing, redraw) -> None:  # type: ignore[no-untyped-def]
    ended, moved = -1, time.monotonic()
    while not (performing.done() and all(played.ended for played in play.tickets)):
        await play.look()
        redraw()
        now = sum(played.ended for played in play.tickets)
        if now != ended:
            ended, moved = now, time.monotonic()
        elif time.monotonic() - moved > PATIENCE:
            return
        await asyncio.sleep(0.25 if len(play.tickets) < 100 else 1.0)
    await play.look()
    redraw()


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
