"""A lost write is found again, and what others wrote is never taken for ours."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import Mark, Visibility, text_hash
from connectors.errors import NotFound
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import EMMA, ME, TICKET, RequestTrackerDesk

MARK = Mark("cs-kkkkmmmmnnnnpppp2", text_hash("Hello there."), datetime(2026, 11, 23, tzinfo=UTC))


async def test_a_reply_is_found_by_its_words_though_rt_wrapped_them(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    row = desk.says(TICKET, ME, "Hello\r\n  there.\n", "Correspond")

    found = await connector.find_mark(TICKET, MARK)

    assert found
    assert (found.entry_id, found.visibility) == (row["id"], Visibility.PUBLIC)


async def test_the_same_words_from_before_are_another_reply(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.says(TICKET, ME, "Hello there.", "Correspond")
    later = dataclasses.replace(MARK, since=datetime.now(UTC) + timedelta(days=9000))

    assert await connector.find_mark(TICKET, later) is None


async def test_a_mark_in_the_subject_of_a_reply_or_of_somebody_else_is_no_proof(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.says(TICKET, EMMA, "Quoted", "Comment", subject=f"Countersign {MARK.value}")
    desk.says(TICKET, ME, "Something else", "Correspond", subject=f"Countersign {MARK.value}")

    assert await connector.find_mark(TICKET, MARK) is None


async def test_a_hidden_history_is_not_an_empty_one(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    desk.transactions.clear()

    with pytest.raises(NotFound, match="countersign check"):
        await connector.find_mark(TICKET, MARK)
