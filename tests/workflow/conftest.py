"""What the tests of the line share."""

from collections.abc import AsyncIterator

import pytest

from gateway.store.database import Database
from tests.fakes import MemoryDesk
from tests.models.conftest import stub, stub_process  # noqa: F401  (fixtures)
from tests.workflow.floor import Floor, built


@pytest.fixture
async def floor(database: Database) -> AsyncIterator[Floor]:
    """A line on a help desk that can do everything; a person looks at every draft."""
    made = await built(database, MemoryDesk())
    yield made
    await made.line.drafter.close()
