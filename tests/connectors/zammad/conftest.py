"""A connector with the stand-in for Zammad at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ACCOUNT, ZammadDesk


@pytest.fixture
def desk() -> ZammadDesk:
    return ZammadDesk()


@pytest.fixture
def calls(desk: ZammadDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[ZammadConnector]:
    connector = ZammadConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
