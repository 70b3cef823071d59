"""Articles and solved tickets come to their end, and say what is not for everybody."""

import dataclasses
from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.contract import Account, Article, Ticket
from connectors.errors import Unavailable
from connectors.freshdesk.connector import FreshdeskConnector
from tests.connectors.freshdesk.desk import ACCOUNT, LONG_TICKET, RITA, TICKET, FreshdeskDesk


async def articles(since: datetime | None = None, account: Account = ACCOUNT) -> list[Article]:
    connector = FreshdeskConnector.connect(account)
    try:
        return [article async for page in connector.articles(since) for article in page]
    finally:
        await connector.close()


async def history(since: datetime | None = None) -> list[Ticket]:
    connector = FreshdeskConnector.connect(ACCOUNT)
    try:
        return [ticket async for page in connector.history(since) for ticket in page]
    finally:
        await connector.close()


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_drafts_stay_out_and_what_not_everybody_may_read_is_not_public(self) -> None:
        assert [(article.title, article.public) for article in await articles()] == [
            ("Delivery times", True),
            ("Returns", True),
            ("Goodwill limits", False),
        ]

    async def test_folder_that_does_not_tell_who_may_read_it_is_not_public(self, desk: FreshdeskDesk) -> None:
        where = "GET /api/v2/solutions/categories/43000101/folders"
        desk.scripted[where] = 200, [{"id": 43000111, "name": "Orders"}]

        assert [article.public for article in await articles()] == [False, False]

    async def test_only_what_changed_since_is_given(self) -> None:
        changed = await articles(since=datetime(2026, 7, 1, tzinfo=UTC))

        assert [article.title for article in changed] == ["Returns"]

    async def test_all_pages_of_a_folder_are_read(self, desk: FreshdeskDesk) -> None:
        desk.articles = [{**desk.articles[0], "id": number} for number in range(1, 251)]

        assert len(await articles()) == 250

    async def test_list_that_leaves_the_text_out_is_completed(self, desk: FreshdeskDesk) -> None:
        for one in desk.articles:
            del one["description"]

        assert {article.body for article in await articles()} == {"<p>Text.</p>"}

    async def test_each_configured_language_is_read(self) -> None:
        found = await articles(account=dataclasses.replace(ACCOUNT, options={"locales": ["en", "de"]}))

        assert [(one.id, one.language) for one in found if one.title == "Returns"] == [
            ("43000122:en", "en"),
            ("43000122:de", "de"),
        ]

    async def test_addresses_are_those_of_the_portal(self) -> None:
        (plain, *_), (german, *_) = (
            await articles(),
            await articles(account=dataclasses.replace(ACCOUNT, options={"locales": ["de"]})),
        )

        assert plain.url == "https://acme.freshdesk.com/support/solutions/articles/43000121"
        assert german.url == "https://acme.freshdesk.com/de/support/solutions/articles/43000121"


class TestHistory:
    @pytest.mark.usefixtures("calls")
    async def test_solved_tickets_come_with_their_threads(self, desk: FreshdeskDesk) -> None:
        desk.tickets[LONG_TICKET]["status"] = 5
        desk.says(LONG_TICKET, RITA, "Thank you.", private=False)

        found = await history()

        assert [(ticket.id, len(ticket.messages)) for ticket in found] == [("453", 2)]

    async def test_it_asks_for_more_than_the_last_month(self, calls: CallList) -> None:
        await history()
        await history(datetime(2026, 7, 1, tzinfo=UTC))

        starts = [
            call.request.url.params["updated_since"] for call in calls if call.request.url.path.endswith("tickets")
        ]
        assert starts == ["2010-01-01T00:00:00Z", "2026-07-01T00:00:00Z"]

    @pytest.mark.usefixtures("calls")
    async def test_ticket_that_was_deleted_meanwhile_is_passed_over(self, desk: FreshdeskDesk) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.tickets[ticket_id]["status"] = 4
        desk.tickets[TICKET]["deleted"] = True

        assert [ticket.id for ticket in await history()] == [LONG_TICKET]

    @pytest.mark.usefixtures("calls")
    async def test_list_that_is_none_is_not_the_end(self, desk: FreshdeskDesk) -> None:
        desk.scripted["GET /api/v2/tickets"] = 200, {"tickets": []}

        with pytest.raises(Unavailable):
            await history()
