"""What every test may ask for: a real Postgres, and an empty database of its own in it."""

import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psycopg
import pytest
from respx.mocks import HTTPCoreMocker

from gateway.store.database import Database
from gateway.store.embedded import EmbeddedPostgres
from gateway.store.migrate import migrate

# Vendors are played behind the line that all connectors share.
HTTPCoreMocker.add_targets("connectors.wire.Wire")


def named(url: str, name: str) -> str:
    """The URL of another database on the same server."""
    head, _, tail = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """`DATABASE_URL` where one is set, else a Postgres that lives as long as the tests."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    server = EmbeddedPostgres(Path(tmp_path_factory.mktemp("postgres")))
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a database with all migrations, to be copied."""
    name = f"countersign_template_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name}")
        migrate(named(server_url, name))
        yield name
        connection.execute(f"drop database {name} with (force)")


@contextlib.contextmanager
def made_database(server_url: str, what: str, template: str = "template1") -> Iterator[str]:
    name = f"countersign_{what}_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
        yield named(server_url, name)
        connection.execute(f"drop database {name} with (force)")


def fresh_database(server_url: str, template: str) -> AbstractContextManager[str]:
    """A database with all tables."""
    return made_database(server_url, "test", template)


def empty_database(server_url: str) -> AbstractContextManager[str]:
    """A database without any table."""
    return made_database(server_url, "empty")


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    with empty_database(server_url) as url:
        yield url


@pytest.fixture
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A migrated, empty database for one test."""
    with fresh_database(server_url, template) as url:
        yield url


@pytest.fixture(scope="module")
def module_database_url(server_url: str, template: str) -> Iterator[str]:
    """A migrated, empty database for the tests of one file, which share a running house."""
    with fresh_database(server_url, template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database(database_url)
    await opened.open()
    yield opened
    await opened.close()
