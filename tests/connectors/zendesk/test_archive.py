"""Articles and solved tickets come to their end, and say what is not for everybody."""

import dataclasses
from datetime import UTC, datetime

import httpx
import pytest
import respx
from respx.models import CallList

from connectors.contract import Account, Article, Ticket
from connectors.errors import Unavailable
from connectors.zendesk.connector import ZendeskConnector
from tests.connectors.zendesk.desk import ACCOUNT, LONG_TICKET, ZendeskDesk, recorded


async def articles(since: datetime | None = None, account: Account = ACCOUNT) -> list[Article]:
    connector = ZendeskConnector.connect(account)
    found = [article async for page in connector.articles(since) for article in page]
    await connector.close()
    return found


async def history(since: datetime | None = None) -> list[Ticket]:
    connector = ZendeskConnector.connect(ACCOUNT)
    found = [ticket async for page in connector.history(since) for ticket in page]
    await connector.close()
    return found


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_drafts_stay_out_and_restricted_ones_are_not_public(self) -> None:
        assert [(article.title, article.public) for article in await articles()] == [
            ("Delivery times", True),
            ("Returns", True),
            ("Goodwill limits for agents", False),
        ]

    async def test_article_that_does_not_tell_who_may_read_it_is_not_public(self, desk: ZendeskDesk) -> None:
        del desk.articles[0]["user_segment_id"]
        desk.articles[1]["user_segment_ids"] = [7]

        assert [article.public for article in await articles()] == [False, False, False]

    async def test_only_what_changed_since_is_given(self) -> None:
        changed = await articles(since=datetime(2026, 7, 1, tzinfo=UTC))

        assert [article.title for article in changed] == ["Returns"]

    async def test_all_pages_are_read(self, desk: ZendeskDesk) -> None:
        desk.articles = [{**desk.articles[0], "id": number} for number in range(1, 251)]

        assert len(await articles()) == 250


async def test_each_configured_language_is_read() -> None:
    account = dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, "locales": ["en-us", "de"]})
    german = {"articles": [{**one, "locale": "de"} for one in recorded("articles")["articles"]]}
    with respx.mock() as router:
        router.get(path="/api/v2/help_center/en-us/articles").respond(json=recorded("articles"))
        router.get(path="/api/v2/help_center/de/articles").respond(json=german)

        found = await articles(account=account)

    assert [article.id for article in found if article.title == "Returns"] == ["102:en-us", "102:de"]


async def test_help_center_that_wants_its_suffix_gets_it() -> None:
    with respx.mock() as router:
        router.get(path="/api/v2/help_center/articles").respond(415)
        router.get(path="/api/v2/help_center/articles.json").respond(json=recorded("articles"))

        assert len(await articles()) == 3


class TestHistory:
    @pytest.mark.usefixtures("calls")
    async def test_solved_tickets_come_with_their_threads(self, desk: ZendeskDesk) -> None:
        desk.says(LONG_TICKET, 8447388090494, "<p>Solved like this.</p>", public=True)

        found = await history()

        assert [(ticket.id, len(ticket.messages)) for ticket in found] == [("5158", 3), ("5159", 1)]

    async def test_it_starts_where_it_is_told_and_never_in_the_last_minute(self, calls: CallList) -> None:
        await history(datetime(2026, 7, 1, tzinfo=UTC))
        await history(datetime.now(UTC))

        starts = [
            int(call.request.url.params["start_time"]) for call in calls if "start_time" in call.request.url.params
        ]
        assert starts[0] == int(datetime(2026, 7, 1, tzinfo=UTC).timestamp())
        assert starts[1] <= datetime.now(UTC).timestamp() - 60

    @pytest.mark.parametrize(
        "page",
        [
            {"tickets": [], "end_of_stream": False},
            {"tickets": []},
            {"end_of_stream": True},
            {"tickets": [], "end_of_stream": False, "after_cursor": "same"},
        ],
    )
    async def test_page_that_does_not_say_it_is_the_last_is_not(self, desk: ZendeskDesk, page: object) -> None:
        with respx.mock() as router:
            router.get(path="/api/v2/incremental/tickets/cursor").mock(return_value=httpx.Response(200, json=page))
            router.route().mock(side_effect=desk.answer)

            with pytest.raises(Unavailable):
                await history()
