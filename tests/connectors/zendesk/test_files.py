"""Zendesk's addresses of files lead on to its store: there we are a stranger, and anywhere else we do not go."""

import pytest
from respx.models import CallList

from connectors.contract import Attachment
from connectors.errors import Rejected
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ZendeskDesk

FILE = Attachment("1", "log.txt", "text/plain", 5, "https://acme.zendesk.com/attachments/token/abc/")


async def test_a_file_in_the_store_is_read_without_credentials(
    connector: ZendeskConnector, desk: ZendeskDesk, calls: CallList
) -> None:
    desk.attach(FILE, b"lines")
    desk.leads_on_to = "https://p16.zdusercontent.com"

    assert await connector.read_file(FILE, 100) == b"lines"

    first, second = (call.request for call in calls)
    assert first.headers["authorization"]
    assert second.url.host == "p16.zdusercontent.com"
    assert "authorization" not in second.headers


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example",
        "http://p16.zdusercontent.com",
        "https://zdusercontent.com.elsewhere.example",
        "https://evilzdusercontent.com",
        "https://user:pw@p16.zdusercontent.com",
        "https://127.0.0.1",
    ],
)
async def test_a_file_that_leads_anywhere_else_is_not_read(
    connector: ZendeskConnector, desk: ZendeskDesk, calls: CallList, elsewhere: str
) -> None:
    desk.attach(FILE, b"lines")
    desk.leads_on_to = elsewhere

    with pytest.raises(Rejected):
        await connector.read_file(FILE, 100)

    assert [call.request.url.host for call in calls] == ["acme.zendesk.com"]
