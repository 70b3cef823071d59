"""Solved records and published articles of named knowledge bases, and nothing else."""

from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.contract import Article, Status
from connectors.errors import Unavailable
from connectors.servicenow.connector import ServiceNowConnector
from tests.connectors.servicenow.desk import KNOWLEDGE, LONG_TICKET, TICKET, ServiceNowDesk
from tests.connectors.servicenow.test_settings import account


async def articles(since: datetime | None = None, **options: object) -> list[Article]:
    connector = ServiceNowConnector.connect(account(**options))
    found = [article async for page in connector.articles(since) for article in page]
    await connector.close()
    return found


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_public_is_what_the_account_and_the_article_say_is(self) -> None:
        assert [(one.title, one.public) for one in await articles()] == [
            ("Charging", True),
            ("Docks", True),
            ("Warranty limits", False),
        ]
        assert {one.public for one in await articles(knowledge_bases={KNOWLEDGE: "internal"})} == {False}

    async def test_only_what_changed_since_is_given(self) -> None:
        assert [one.title for one in await articles(datetime(2026, 7, 1, tzinfo=UTC))] == ["Docks", "Warranty limits"]

    @pytest.mark.parametrize("column", ["kb_knowledge_base", "workflow_state"])
    async def test_articles_of_other_bases_and_drafts_are_never_taken(self, desk: ServiceNowDesk, column: str) -> None:
        desk.ignores.add(column)

        with pytest.raises(Unavailable, match="other rows"):
            await articles()


async def test_only_solved_records_that_changed_since_are_history(
    connector: ServiceNowConnector, desk: ServiceNowDesk, calls: CallList
) -> None:
    desk.sets(TICKET, state="6", sys_updated_on="2026-09-02 00:00:00")
    desk.sets(LONG_TICKET, state="7", sys_updated_on="2026-08-02 00:00:00")

    found = [one async for page in connector.history(datetime(2026, 9, 1, tzinfo=UTC)) for one in page]

    assert [(ticket.id, ticket.status) for ticket in found] == [(TICKET, Status.SOLVED)]
