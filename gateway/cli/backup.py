"""`countersign backup` and `restore`: the database as a file, and a copy of it that is safe to go on with."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.audit.entries import Act
from gateway.bootstrap import opened_database, postgres
from gateway.cli.asking import os_user
from gateway.errors import NotFound, NotNow
from gateway.settings import read_environment
from gateway.store import audit, dumps, restores
from gateway.store.database import where


def add_to(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    to: Annotated[Path | None, typer.Argument(help="A new file, or a folder.", metavar="[FILE]")] = None,
) -> None:
    """Write the whole database into a file, while everything goes on. It holds all personal data that is kept."""
    file = _file(to)
    if file.exists():
        raise NotNow(f"{file} is there already", remedy="Name another file: a backup is never written over")
    began = time.monotonic()
    with postgres(read_environment()) as url:
        asyncio.run(_record_backup(url, file))
        typer.echo(f"Writing {where(url)} into {file}", err=True)
        dumps.dump(url, file, _progress())
    size = file.stat().st_size / 1_000_000
    typer.echo(f"{file}: {size:,.1f} MB in {time.monotonic() - began:.1f} s, readable by {os_user()} alone.")
    typer.echo("Not in it: countersign.yaml, policies/, the secrets of the environment, the heads of the audit record.")


def restore(
    file: Annotated[Path | None, typer.Argument(help="What `countersign backup` wrote.")] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="The database was put back already, by PITR, a snapshot or a failover.")
    ] = False,
) -> None:
    """Put a backup into an empty database, and make the copy safe to go on with. Nothing may run on either."""
    if (file is None) != in_place:
        raise typer.BadParameter("Give either the file of a backup or --in-place.", param_hint="FILE")
    if file is not None and not file.is_file():
        raise NotFound(f"there is no file {file}")
    from gateway.store.migrate import migrate  # with SQLAlchemy, which few commands need

    with postgres(read_environment()) as url:
        empty = asyncio.run(_is_empty(url))
        if file is None and empty:
            raise NotNow(f"{where(url)} is empty", remedy="Put the database back first, or name a backup's file")
        if file is not None:
            _read_back(url, file, empty=empty)
        migrate(url)
        lost = asyncio.run(_marked(url))
    typer.echo(f"This copy knows what happened until {lost.known_until:%Y-%m-%d %H:%M:%S} UTC, and that it is a copy.")
    typer.echo("Before it writes, it looks for what was written into the ticket since; nothing is written twice.")
    typer.echo("All accounts are paused. Start the processes, then `countersign resume --all` (deploy/restore.md).")


def _read_back(url: str, file: Path, *, empty: bool) -> None:
    if not empty:
        raise NotNow(
            f"{where(url)} has tables already",
            remedy="Create an empty database and name it in DATABASE_URL: nothing is ever written over",
        )
    typer.echo(f"Reading {file} into {where(url)}", err=True)
    dumps.restore(url, file, _progress())


def _file(to: Path | None) -> Path:
    name = f"countersign-{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.dump"
    if to is None:
        return Path(name)
    return to / name if to.is_dir() else to


def _progress() -> Callable[[str], None]:
    """Tells each table when its rows begin."""
    numbers = iter(range(1, 1000))
    return lambda table: typer.echo(f"  {next(numbers):>2}  {table}", err=True)


async def _record_backup(url: str, file: Path) -> None:
    """That somebody took a copy of everything is in the record, and so in the copy: the last thing that it knows."""
    async with opened_database(url) as database:
        await audit.record(database, Act(os_user(), "backup", "database", audit.COMMAND, {"file": file.name}))


async def _is_empty(url: str) -> bool:
    async with opened_database(url) as database:
        return await restores.is_empty(database)


async def _marked(url: str) -> restores.LostTime:
    async with opened_database(url) as database:
        return await restores.mark_restored(database, by=os_user())
