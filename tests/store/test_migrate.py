"""Migrations make exactly the tables that the records describe, once, whoever starts first."""

import threading

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import gateway.records.tables  # noqa: F401  (registers the tables)
from gateway.errors import DatabaseUnavailable
from gateway.store.migrate import migrate
from gateway.store.revisions import FOLDER, head
from tests.conftest import named


def test_the_newest_revision_is_what_the_records_describe(database_url: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_object": lambda _o, name, kind, *_: not (kind == "table" and name.startswith("procrastinate")),
            },
        )
        differences = compare_metadata(context, SQLModel.metadata)
    engine.dispose()

    assert differences == []


def test_a_second_time_nothing_is_done(empty_url: str) -> None:
    assert migrate(empty_url) == (None, head())
    assert migrate(empty_url) == (head(), head())


def test_two_processes_that_start_at_once_migrate_one_after_the_other(empty_url: str) -> None:
    done: list[tuple[str | None, str | None]] = []
    threads = [threading.Thread(target=lambda: done.append(migrate(empty_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(done, key=str) == sorted([(None, head()), (head(), head()), (head(), head())], key=str)


def test_tables_of_a_newer_version_are_left_alone_and_it_is_said(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update alembic_version set version_num = '9999'")

    with pytest.raises(DatabaseUnavailable, match="newer version"):
        migrate(database_url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://nobody:hunter2@127.0.0.1:1/none",
        "postgresql://nobody:hunter2@[broken/none",
        "postgresql:///none?host=/no/such/folder&password=hunter2",
    ],
)
def test_a_server_that_cannot_be_used_is_said_without_its_password(url: str) -> None:
    with pytest.raises(DatabaseUnavailable) as told:
        migrate(url)

    assert "DATABASE_URL" in str(told.value)
    assert "hunter2" not in str(told.value)


def test_a_database_that_does_not_exist_is_named(server_url: str) -> None:
    with pytest.raises(DatabaseUnavailable, match='database "nowhere" does not exist'):
        migrate(named(server_url, "nowhere"))


def test_a_table_that_is_in_use_is_waited_for_and_nobody_waits_behind_us_for_long(empty_url: str) -> None:
    migrate_to(empty_url, "0001")
    done: list[tuple[str | None, str | None]] = []
    migrating = threading.Thread(target=lambda: done.append(migrate(empty_url)))

    with psycopg.connect(empty_url) as busy:
        busy.execute("lock table run in row exclusive mode")  # as a worker does that writes for a long time
        migrating.start()
        with psycopg.connect(empty_url, autocommit=True) as other:
            other.execute("set statement_timeout = '20s'")
            for _ in range(20):
                other.execute("select count(*) from run")
                migrating.join(0.2)
        assert done == []
    migrating.join(120)

    assert done == [("0001", head())]


def migrate_to(url: str, revision: str) -> None:
    """The tables as an earlier version made them."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url))
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
