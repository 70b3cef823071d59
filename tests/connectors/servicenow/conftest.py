"""A connector with the stand-in for ServiceNow at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.desk import ACCOUNT, ServiceNowDesk


@pytest.fixture
def desk() -> ServiceNowDesk:
    return ServiceNowDesk()


@pytest.fixture
def calls(desk: ServiceNowDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[ServiceNowConnector]:
    connector = ServiceNowConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
