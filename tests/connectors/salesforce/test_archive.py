"""Closed cases and published articles come to their end, and say what is not for everybody."""

from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.contract import Article, Status
from connectors.salesforce.connector import SalesforceConnector
from tests.connectors.salesforce.desk import LONG_TICKET, TICKET, SalesforceDesk
from tests.connectors.salesforce.test_settings import account


async def articles(since: datetime | None = None, **options: object) -> list[Article]:
    connector = SalesforceConnector.connect(account(**options))
    found = [article async for page in connector.articles(since) for article in page]
    await connector.close()
    return found


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_drafts_stay_out_and_what_no_public_knowledge_base_shows_is_not_public(self) -> None:
        assert [(one.title, one.body, one.public) for one in await articles()] == [
            ("Delivery times", "<p>Three days.</p>", True),
            ("Returns", "In short", True),
            ("Goodwill limits", "<p>Up to 50.</p>", False),
        ]

    async def test_only_what_was_published_since_is_given(self) -> None:
        assert len(await articles(datetime(2026, 7, 1, tzinfo=UTC))) == 2

    async def test_each_language_that_the_account_names_is_read(self) -> None:
        found = await articles(article_languages=["de"], article_url="https://help.acme.example/article/")

        assert [(one.language, one.url) for one in found] == [("de", "https://help.acme.example/article/Lieferzeiten")]


async def test_only_closed_cases_that_changed_since_are_history(
    connector: SalesforceConnector, desk: SalesforceDesk
) -> None:
    for ticket_id, changed in ((TICKET, "2026-09-02T00:00:00.000+0000"), (LONG_TICKET, "2026-08-02T00:00:00.000+0000")):
        desk.case(ticket_id).update({"IsClosed": True, "Status": "Closed", "SystemModstamp": changed})

    found = [one async for page in connector.history(datetime(2026, 9, 1, tzinfo=UTC)) for one in page]

    assert [(ticket.id, ticket.status) for ticket in found] == [(TICKET, Status.SOLVED)]


async def test_a_case_that_goes_away_meanwhile_is_left_out(
    connector: SalesforceConnector, desk: SalesforceDesk, calls: CallList
) -> None:
    for ticket_id in (TICKET, LONG_TICKET):
        desk.case(ticket_id)["IsClosed"] = True
    desk.vanishes = LONG_TICKET

    found = [one async for page in connector.history(None) for one in page]

    assert [ticket.id for ticket in found] == [TICKET]
