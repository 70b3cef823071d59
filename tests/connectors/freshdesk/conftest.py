"""A connector with the stand-in for Freshdesk at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, FreshdeskDesk


@pytest.fixture
def desk() -> FreshdeskDesk:
    return FreshdeskDesk()


@pytest.fixture
def calls(desk: FreshdeskDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[FreshdeskConnector]:
    connector = FreshdeskConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
