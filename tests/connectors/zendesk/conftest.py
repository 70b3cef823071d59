"""A connector with the stand-in for Zendesk at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ACCOUNT, ZendeskDesk


@pytest.fixture
def desk() -> ZendeskDesk:
    return ZendeskDesk()


@pytest.fixture
def calls(desk: ZendeskDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[ZendeskConnector]:
    connector = ZendeskConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
