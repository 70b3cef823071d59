"""A connector with the stand-in for HubSpot at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.hubspot.connector import HubspotConnector
from tests.connectors.hubspot.desk import ACCOUNT, HubspotDesk


@pytest.fixture
def desk() -> HubspotDesk:
    return HubspotDesk()


@pytest.fixture
def calls(desk: HubspotDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[HubspotConnector]:
    connector = HubspotConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
