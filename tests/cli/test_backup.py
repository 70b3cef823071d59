"""`countersign backup` and `restore` as a person uses them, and what `check` says of a copy that nobody marked."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from gateway.audit.entries import Act
from gateway.audit.heads import Signer
from gateway.cli.check_restored import restored
from gateway.settings import Environment
from gateway.store import audit, sealing
from gateway.store.database import Database
from gateway.store.restores import mark_restored
from gateway.workflow.sealing import Sealing
from tests.cli.command import countersign


def test_a_backup_comes_back_into_an_empty_database_and_nowhere_else(
    tmp_path: Path, database_url: str, empty_url: str
) -> None:
    here = {"DATABASE_URL": database_url, "COUNTERSIGN_HOME": str(tmp_path)}
    there = {**here, "DATABASE_URL": empty_url}
    file = tmp_path / "copy.dump"
    made = countersign("backup", str(file), settings=here, within=180)

    again = countersign("backup", str(file), settings=here, within=180)
    into_tables = countersign("restore", str(file), settings=here, within=180)
    back = countersign("restore", str(file), settings=there, within=180)

    assert made.code == 0, made.err
    assert file.stat().st_mode & 0o777 == 0o600
    assert (again.code, "there already" in again.err) == (1, True)
    assert (into_tables.code, "has tables already" in into_tables.err) == (1, True)
    assert back.code == 0, back.err
    with psycopg.connect(empty_url) as connection:
        acts = [row[0] for row in connection.execute("select act from audit_entry order by id")]
        paused = connection.execute("select account from pause where resumed_at is null").fetchall()
    assert acts == ["backup", "pause", "restore"]
    assert paused == [("*",)]


def test_a_file_that_is_not_there_is_said_without_the_password(tmp_path: Path) -> None:
    nowhere = {"DATABASE_URL": "postgresql://nobody:hunter2@127.0.0.1:1/x"}
    told = countersign("restore", str(tmp_path / "none.dump"), settings=nowhere, within=180)

    assert told.code == 1
    assert "hunter2" not in told.err
    assert "no file" in told.err


async def lose(database: Database) -> None:
    """The heads go, as in a copy from before. The database refuses that to all but its owner."""
    async with database.transaction() as connection:
        await connection.execute("set local session_replication_role = 'replica'")
        await connection.execute("delete from audit_head")


class TestACopyThatNobodyMarked:
    @pytest.fixture
    async def place(self, tmp_path: Path, database: Database) -> Environment:
        """A machine that kept a head which the database has lost."""
        await audit.record(database, Act("ann", "pause", "account acme", "command"))
        head = await Sealing(database, Signer("a secret that only the tests use"), tmp_path / "audit").take_turn()
        assert head is not None
        assert await sealing.last_head(database) is not None
        return Environment(home=tmp_path, database_url=database.url)

    async def test_one_that_knows_what_was_sealed_is_in_order(self, place: Environment, database: Database) -> None:
        assert (await restored(place, database.url)).ok

    async def test_one_that_does_not_is_told_and_what_to_do(self, place: Environment, database: Database) -> None:
        await lose(database)

        line = await restored(place, database.url)

        assert not line.ok
        assert "restored copy" in line.detail
        assert "restore --in-place" in str(line.remedy)

    async def test_one_that_was_marked_since_is_in_order(self, place: Environment, database: Database) -> None:
        await lose(database)
        lost = await mark_restored(database, by="tests")

        assert lost.at > datetime.now(UTC) - timedelta(minutes=5)
        assert (await restored(place, database.url)).ok
