"""Bring a database to this version's tables. Forward only: a step back is a restore."""

import time

import psycopg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gateway.errors import DatabaseUnavailable
from gateway.store.database import CONNECT, unavailable
from gateway.store.revisions import FOLDER, head

ADVISORY_LOCK = 0x636F756E  # two processes that start at once migrate one after the other
LOCK_WAIT = "2s"
MOST_TRIES = 150  # of one revision
PAUSE = 1.0  # seconds between two of them
IN_USE = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


def migrate(url: str) -> tuple[str | None, str | None]:
    """Apply what is missing. Returns the revisions before and after."""
    # libpq reads the URL itself: SQLAlchemy's own reading knows fewer forms of it.
    engine = create_engine("postgresql+psycopg://", creator=lambda: _connection(url))
    try:
        with _connected(engine, url) as turn, _connected(engine, url) as connection:
            # Held in a transaction of its own: a pooler may give the next one another session.
            turn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            before = now = _revision(connection)
            while now != head():
                now = _one_further(connection)
            return before, now
    except CommandError:
        raise DatabaseUnavailable(
            "the tables were made by a newer version than this one", remedy="Use that version, or restore a backup"
        ) from None
    finally:
        engine.dispose()


def _one_further(connection: Connection) -> str | None:
    """Apply the next revision, in a transaction of its own so that few tables are locked at once.

    Others work with them meanwhile. Whoever waits for a lock holds up all who come after it, so that it is given up
    soon and tried again, and so is a deadlock."""
    tries = 0
    while True:
        tries += 1
        try:
            connection.execute(text(f"set local lock_timeout = '{LOCK_WAIT}'"))
            command.upgrade(_config(connection), "+1")
            revision = _revision(connection)
            connection.commit()
            return revision
        except OperationalError as error:
            connection.rollback()
            if tries == MOST_TRIES or not isinstance(error.orig, IN_USE):
                raise
            time.sleep(PAUSE)


def _connection(url: str) -> psycopg.Connection:
    return psycopg.connect(url, connect_timeout=CONNECT, prepare_threshold=None)


def _connected(engine: Engine, url: str) -> Connection:
    try:
        return engine.connect()
    except DBAPIError as error:
        raise unavailable(url, error.orig) from None


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config
