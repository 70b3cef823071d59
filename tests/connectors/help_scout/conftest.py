"""A connector with the stand-in for Help Scout at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ACCOUNT, HelpScoutDesk


@pytest.fixture
def desk() -> HelpScoutDesk:
    return HelpScoutDesk()


@pytest.fixture
def calls(desk: HelpScoutDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[HelpScoutConnector]:
    connector = HelpScoutConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
