"""What the tests of commands share: a database that the commands will find."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from gateway.store.database import Database
from tests.house import House

Answer = TypeVar("Answer")
Doing = Callable[[Callable[[Database], Awaitable[Answer]]], Answer]


@pytest.fixture
def given(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Doing[Answer]:
    """Does something in the database that the commands will find."""
    monkeypatch.setenv("DATABASE_URL", database_url)

    async def in_database(doing: Callable[[Database], Awaitable[Answer]]) -> Answer:
        database = Database(database_url)
        await database.open()
        try:
            return await doing(database)
        finally:
            await database.close()

    return lambda doing: asyncio.run(in_database(doing))


@pytest.fixture
def house(tmp_path: Path, database_url: str) -> Iterator[House]:
    """A help desk that runs; no process of the gateway does."""
    built = House(tmp_path, database_url)
    try:
        built.start_desk()
        yield built
    finally:
        built.stop()
