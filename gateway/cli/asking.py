"""Asks the database one question for a command that only looks something up."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import typer

from gateway.store.database import Database
from gateway.store.reports import since
from gateway.store.reports.amounts import NotATime

Answer = TypeVar("Answer")


def ask(question: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Open the database, ask, close it. Raises what the store raises."""
    from gateway.bootstrap import command_database

    async def asked() -> Answer:
        async with command_database() as database:
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
