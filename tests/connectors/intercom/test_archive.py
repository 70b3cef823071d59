"""Articles and closed conversations come to their end, and say what is not for everybody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Article, Ticket
from connectors.errors import Unavailable
from connectors.intercom.connector import IntercomConnector
from tests.connectors.intercom.desk import LONG_TICKET, TICKET, IntercomDesk, recorded


async def articles(connector: IntercomConnector, since: datetime | None = None) -> list[Article]:
    return [article async for page in connector.articles(since) for article in page]


async def history(connector: IntercomConnector, since: datetime | None = None) -> list[Ticket]:
    return [ticket async for page in connector.history(since) for ticket in page]


class TestArticles:
    async def test_each_published_language_comes_and_drafts_stay_out(self, connector: IntercomConnector) -> None:
        found = [(one.id, one.title, one.language, one.public) for one in await articles(connector)]

        assert found == [
            ("42:en", "Delivery times", "en", True),
            ("42:de", "Lieferzeiten", "de", True),
            ("40", "Returns", "en", True),
            ("39", "In no collection", "en", False),
        ]

    async def test_list_is_left_where_everything_is_older(self, connector: IntercomConnector, calls: CallList) -> None:
        changed = await articles(connector, datetime(2026, 8, 31, 12, tzinfo=UTC))

        assert [one.id for one in changed] == ["42:en"]
        assert [dict(call.request.url.params) for call in calls] == [
            {"per_page": "150"},
            {"per_page": "150", "page": "2"},
        ]

    @pytest.mark.parametrize(
        ("pages", "asked"),
        [
            ({"next": {"per_page": 2, "starting_after": "WzE"}}, {"per_page": "150", "starting_after": "WzE"}),
            ({"next": "https://api.intercom.io/articles?page=2"}, {"per_page": "150", "page": "2"}),
        ],
    )
    async def test_next_page_may_be_told_as_a_cursor_or_a_link(
        self, connector: IntercomConnector, desk: IntercomDesk, calls: CallList, pages: dict[str, Any], asked: object
    ) -> None:
        desk.scripted["GET /articles"] = 200, {"data": recorded("articles")["data"][:2], "pages": pages}

        with pytest.raises(Unavailable, match="again and again"):
            await articles(connector)

        assert dict(calls[1].request.url.params) == asked


class TestHistory:
    async def test_closed_conversations_come_with_their_threads(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        desk.conversations[TICKET]["state"] = "closed"

        (found,) = await history(connector)

        assert (found.id, len(found.messages)) == (TICKET, 4)

    async def test_every_page_is_read(self, connector: IntercomConnector, desk: IntercomDesk) -> None:
        for ticket_id in ("1", "2", "3"):
            desk.conversations[ticket_id] = {**desk.conversations[TICKET], "id": ticket_id, "state": "closed"}
            desk.threads[ticket_id] = []

        assert [ticket.id for ticket in await history(connector)] == ["1", "2", "3"]

    async def test_what_was_quiet_since_then_is_left_out(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        for ticket_id, at in ((TICKET, 1_788_256_800), (LONG_TICKET, 1_788_343_200)):
            desk.conversations[ticket_id] |= {"state": "closed", "updated_at": at}

        found = await history(connector, datetime(2026, 9, 2, tzinfo=UTC))

        assert [ticket.id for ticket in found] == [LONG_TICKET]

    async def test_conversation_deleted_meanwhile_is_passed_over(
        self, connector: IntercomConnector, desk: IntercomDesk
    ) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.conversations[ticket_id]["state"] = "closed"
        desk.scripted[f"GET /conversations/{TICKET}"] = 404, recorded("error__not_found")

        assert [ticket.id for ticket in await history(connector)] == [LONG_TICKET]

    async def test_page_that_comes_again_is_no_end(self, connector: IntercomConnector, desk: IntercomDesk) -> None:
        page = {"conversations": [], "pages": {"next": {"starting_after": "WzE"}}}
        desk.scripted["POST /conversations/search"] = 200, page

        with pytest.raises(Unavailable, match="again and again"):
            await history(connector)
