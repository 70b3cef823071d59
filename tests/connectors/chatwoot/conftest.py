"""A connector with the stand-in for Chatwoot at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from tests.connectors.chatwoot.desk import ACCOUNT, ChatwootDesk


@pytest.fixture
def desk() -> ChatwootDesk:
    return ChatwootDesk()


@pytest.fixture
def calls(desk: ChatwootDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[ChatwootConnector]:
    connector = ChatwootConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
