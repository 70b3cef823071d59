"""A connector with the stand-in for Intercom at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import ACCOUNT, IntercomDesk


@pytest.fixture
def desk() -> IntercomDesk:
    return IntercomDesk()


@pytest.fixture
def calls(desk: IntercomDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[IntercomConnector]:
    connector = IntercomConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
