"""A connector with the stand-in for Front at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import ACCOUNT, FrontDesk


@pytest.fixture
def desk() -> FrontDesk:
    return FrontDesk()


@pytest.fixture
def calls(desk: FrontDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[FrontConnector]:
    connector = FrontConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
