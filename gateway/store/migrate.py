"""Bring a database to this version's tables. Forward only: a step back is a restore."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from gateway.errors import DatabaseUnavailable
from gateway.store.database import where

FOLDER = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x636F756E  # two processes that start at once migrate one after the other


def migrate(url: str) -> tuple[str | None, str | None]:
    """Apply what is missing. Returns the revisions before and after."""
    engine = create_engine(_dialect(url), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.commit()
            before = _revision(connection)
            command.upgrade(_config(connection), "head")
            connection.commit()
            return before, _revision(connection)
    except OperationalError:
        raise DatabaseUnavailable(
            f"no Postgres answers at {where(url)}", remedy="Start it, or correct DATABASE_URL"
        ) from None
    finally:
        engine.dispose()


def head() -> str | None:
    """The revision that this version of the code needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def _revision(connection: Connection) -> str | None:
    revision = MigrationContext.configure(connection).get_current_revision()
    connection.commit()
    return revision


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def _dialect(url: str) -> str:
    return "postgresql+psycopg://" + url.split("://", 1)[1]
