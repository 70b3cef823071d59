"""What the tests of the store share."""

import pytest

from gateway.store.database import Database
from tests.store.working import RAN


@pytest.fixture
async def diary(database: Database) -> Database:
    """A database with a table in which jobs write down that they ran."""
    await database.run(RAN)
    return database
