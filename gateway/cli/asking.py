"""Asks the database one question for a command that only looks something up."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import TypeVar

import typer

from gateway.store.audit import COMMAND, record_export
from gateway.store.database import Database
from gateway.store.reports import since
from gateway.store.reports.amounts import NotATime

Answer = TypeVar("Answer")


def ask(
    question: Callable[[Database], Awaitable[Answer]],
    *,
    export: str | None = None,
    told: Mapping[str, object] | None = None,
) -> Answer:
    """Open the database, ask, close it. Raises what the store raises.

    `export` names what is asked for in order to leave: that it was is on record before the answer, with `told` of it.
    Tables for the eyes of whoever sits here, and single stories, are no exports."""
    from gateway.bootstrap import command_database

    async def asked() -> Answer:
        async with command_database() as database:
            if export is not None:
                await record_export(database, who=os_user(), where=COMMAND, what=export, told=told)
            return await question(database)

    return asyncio.run(asked())


def moment(text: str | None, option: str = "--since") -> datetime | None:
    """The value of a `--since`; a wrong one is a command used wrongly."""
    try:
        return since(text) if text else None
    except NotATime as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def os_user() -> str:
    """The user of the operating system, whatever the environment claims."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown"
