"""A connector with the stand-in for Jira at the other end of its line."""

from collections.abc import AsyncIterator, Iterator

import pytest
import respx
from respx.models import CallList

from connectors.jira_service_management.connector import JiraServiceManagementConnector
from tests.connectors.jira_service_management.desk import ACCOUNT, JiraDesk


@pytest.fixture
def desk() -> JiraDesk:
    return JiraDesk()


@pytest.fixture
def calls(desk: JiraDesk) -> Iterator[CallList]:
    """Every request that left the connector."""
    with respx.mock(assert_all_called=False) as router:
        router.route().mock(side_effect=desk.answer)
        yield router.calls


@pytest.fixture
async def connector(calls: CallList) -> AsyncIterator[JiraServiceManagementConnector]:
    connector = JiraServiceManagementConnector.connect(ACCOUNT)
    yield connector
    await connector.close()
