"""`countersign erase`: asks first, erases in one go, and says what the requester is called from then on."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from gateway.store.database import Database
from tests.cli.command import countersign
from tests.store.rows import decided


async def _drafted(url: str) -> None:
    database = Database(url)
    await database.open()
    await decided(database)
    await database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    """An installation with one drafted ticket of requester-1."""
    asyncio.run(_drafted(database_url))
    return {"DATABASE_URL": database_url, "COUNTERSIGN_HOME": str(tmp_path)}


def _texts(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("select count(*) from content where body is not null").fetchone()
    return int(row[0]) if row else 0


def test_it_asks_first_and_erases_nothing_without_a_yes(settings: Mapping[str, str], database_url: str) -> None:
    before = _texts(database_url)
    told = countersign("erase", "--account", "acme", "--requester", "requester-1", settings=settings, typed="n\n")

    assert told.code != 0
    assert "Erase 4 texts of 1 runs?" in told.out
    assert _texts(database_url) == before


def test_it_erases_and_the_record_tells_of_it(settings: Mapping[str, str], database_url: str) -> None:
    told = countersign("erase", "--account", "acme", "--requester", "requester-1", "--yes", settings=settings)

    assert told.code == 0
    assert "Erased: 1 runs, 4 texts" in told.out
    assert _texts(database_url) == 0
    listed = json.loads(countersign("audit", "list", "--act", "erase", "--json", settings=settings).out)
    (entry,) = listed
    assert entry["on_what"].removeprefix("requester ") in told.out
    assert "requester-1" not in json.dumps(listed)
