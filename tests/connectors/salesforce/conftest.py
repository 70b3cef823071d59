"""A connector with the stand-in for Salesforce at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import ACCOUNT, SalesforceDesk


@pytest.fixture
def desk() -> SalesforceDesk:
    return SalesforceDesk()


@pytest.fixture
def calls(desk: SalesforceDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[SalesforceConnector]:
    connector = SalesforceConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
