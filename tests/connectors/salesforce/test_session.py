"""A session ends when Salesforce says so; nothing is done twice because of it."""

import pytest
from respx.models import CallList

from connectors.contract import InternalNote, Mark, text_hash
from connectors.errors import AuthFailed, RateLimited, Unavailable
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import ME, TICKET, SalesforceDesk, recorded
from tests.connectors.salesforce.test_write import NOTE


def paths(calls: CallList) -> list[str]:
    return [call.request.url.path.rpartition("/")[2] for call in calls]


async def test_one_session_serves_many_calls(connector: SalesforceConnector, calls: CallList) -> None:
    await connector.fetch(TICKET)
    await connector.fetch(TICKET)

    assert paths(calls).count("token") == 1


async def test_a_write_that_meets_an_ended_session_is_stored_once(
    connector: SalesforceConnector, desk: SalesforceDesk, calls: CallList
) -> None:
    ticket = await connector.fetch(TICKET)
    desk.sessions_ended = 1

    await connector.write(ticket, NOTE)

    assert paths(calls)[-3:] == ["composite", "token", "composite"]
    assert len(desk.tables["CaseComment"]) == 2


async def test_a_session_that_is_refused_again_is_for_an_admin(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.sessions_ended = 2

    with pytest.raises(AuthFailed, match="INVALID_SESSION_ID"):
        await connector.fetch(TICKET)


async def test_credentials_that_are_refused_are_for_an_admin(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.missing.add("credentials")

    with pytest.raises(AuthFailed, match="invalid_client"):
        await connector.fetch(TICKET)


async def test_an_answer_that_names_no_user_is_no_session(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    """Whoever does not know who it is would take its own notes for an agent's."""
    desk.token = {**recorded("token"), "id": "https://login.salesforce.com/id/00D5g00000AbcdEAA1/5005g00000AbCdEAAV"}

    with pytest.raises(Unavailable, match="id of the user"):
        await connector.find_mark(TICKET, Mark("cs-1", text_hash(""), NOTE.mark.since))


async def test_who_we_are_is_what_salesforce_says(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    await connector.fetch(TICKET)

    receipt = await connector.write(await connector.fetch(TICKET), InternalNote("A note.\n\ncs-9", NOTE.mark))

    ticket = await connector.fetch(TICKET)
    assert [message.author.id for message in ticket.messages if message.id == receipt.entry_id] == [ME]


async def test_the_daily_allocation_is_honoured_before_it_is_used_up(
    connector: SalesforceConnector, desk: SalesforceDesk, calls: CallList
) -> None:
    desk.headers = {"sforce-limit-info": "api-usage=4995/5000"}
    with pytest.raises(RateLimited):
        await connector.fetch(TICKET)
    before = len(calls)

    with pytest.raises(RateLimited):
        await connector.fetch(TICKET)

    assert len(calls) == before
