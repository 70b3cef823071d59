"""What the tests of commands share: a database that the commands will find."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from gateway.store.database import Database

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
