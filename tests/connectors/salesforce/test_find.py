"""A lost write is found again, and what others wrote is never taken for ours."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Mark, Visibility, text_hash
from connectors.errors import NotFound
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import ANN, ME, TICKET, SalesforceDesk

WORDS = "Hello there.\nUse {{name}}."
MARK = Mark("cs-kkkkmmmmnnnnpppp2", text_hash(WORDS), datetime(2026, 9, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "stored",
    [
        "Hello there.\r\nUse {\u200a{name}}.\r\n",
        "Hello there.\nUse {\u200a{name}}.\n\n--\nThe Acme support team",
        "Hello there.\n  Use {{name}}.\n\nthread::4f1Kj2::",
    ],
)
async def test_a_reply_is_found_by_its_words_whatever_stands_below_them(
    connector: SalesforceConnector, desk: SalesforceDesk, stored: str
) -> None:
    row = desk.mails(TICKET, ME, stored)

    found = await connector.find_mark(TICKET, MARK)

    assert found
    assert (found.entry_id, found.visibility) == (row["Id"], Visibility.PUBLIC)


@pytest.mark.parametrize(
    "stored", ["Hello there.", "Hello there.\nUse another {{name}}.", "> Hello there. Use {{name}}."]
)
async def test_other_words_are_another_reply(connector: SalesforceConnector, desk: SalesforceDesk, stored: str) -> None:
    desk.mails(TICKET, ME, stored)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_the_same_words_from_before_are_another_reply(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.mails(TICKET, ME, WORDS)
    later = dataclasses.replace(MARK, since=datetime.now(UTC) + timedelta(days=1))

    assert await connector.find_mark(TICKET, later) is None


async def test_a_draft_that_an_agent_sent_as_it_was_is_no_reply_of_ours(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.mails(TICKET, ME, WORDS, Countersign_Mark__c="cs-anotherdraft")

    assert await connector.find_mark(TICKET, MARK) is None


async def test_a_draft_that_was_edited_and_sent_is_still_found_by_its_mark(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    row = desk.mails(TICKET, ME, "All other words.", Countersign_Mark__c=MARK.value)
    row["LastModifiedById"] = ANN

    found = await connector.find_mark(TICKET, MARK)

    assert found
    assert (found.entry_id, found.visibility) == (row["Id"], Visibility.PUBLIC)


async def test_a_mark_that_was_published_or_is_somebody_elses_is_no_proof(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    desk.comments(TICKET, ANN, f"I saw {MARK.value}")
    desk.comments(TICKET, ME, f"Look for {MARK.value}", published=True)
    desk.mails(TICKET, ANN, "Copied.", Countersign_Mark__c=MARK.value)

    assert await connector.find_mark(TICKET, MARK) is None


async def test_a_hidden_case_is_not_an_empty_one(connector: SalesforceConnector, desk: SalesforceDesk) -> None:
    desk.tables["Case"].clear()

    with pytest.raises(NotFound):
        await connector.find_mark(TICKET, MARK)
