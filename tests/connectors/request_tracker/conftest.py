"""A connector with the stand-in for Request Tracker at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import ACCOUNT, RequestTrackerDesk


@pytest.fixture
def desk() -> RequestTrackerDesk:
    return RequestTrackerDesk()


@pytest.fixture
def calls(desk: RequestTrackerDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[RequestTrackerConnector]:
    connector = RequestTrackerConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
