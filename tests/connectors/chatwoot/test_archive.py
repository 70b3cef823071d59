"""Articles and resolved conversations come to their end, and say what is not for everybody."""

import dataclasses
from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.chatwoot.connector import ChatwootConnector
from connectors.contract import Account, Article, Ticket
from connectors.errors import Unavailable
from tests.connectors.chatwoot.desk import ACCOUNT, LONG_TICKET, TICKET, ChatwootDesk

ARTICLES = "/api/v1/accounts/1/portals/help/articles"


async def articles(since: datetime | None = None, account: Account = ACCOUNT) -> list[Article]:
    connector = ChatwootConnector.connect(account)
    try:
        return [article async for page in connector.articles(since) for article in page]
    finally:
        await connector.close()


async def history(since: datetime | None = None) -> list[Ticket]:
    connector = ChatwootConnector.connect(ACCOUNT)
    try:
        return [ticket async for page in connector.history(since) for ticket in page]
    finally:
        await connector.close()


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_published_ones_come_with_language_and_address_and_drafts_stay_out(self) -> None:
        found = [(article.title, article.language, article.public, article.url) for article in await articles()]

        assert found == [
            ("Delivery times", "en", True, "https://chat.acme.example/hc/help/articles/1786-delivery-times"),
            ("Returns", "en", True, "https://chat.acme.example/hc/help/articles/1787-returns"),
            ("Lieferzeiten", "de", True, "https://chat.acme.example/hc/help/articles/1788-lieferzeiten"),
        ]

    async def test_portal_that_is_put_away_is_not_read(self, calls: CallList) -> None:
        await articles()

        assert not [call for call in calls if "/portals/old/" in call.request.url.path]

    async def test_only_what_changed_since_is_given(self) -> None:
        changed = await articles(since=datetime(2026, 7, 20, tzinfo=UTC))

        assert [article.title for article in changed] == ["Returns", "Lieferzeiten"]

    async def test_article_that_does_not_say_that_it_is_published_stays_out(self, desk: ChatwootDesk) -> None:
        del desk.articles[0]["status"]
        desk.articles[1]["status"] = "archived"

        assert [article.title for article in await articles()] == ["Lieferzeiten"]

    async def test_portals_may_be_named(self, calls: CallList) -> None:
        await articles(account=dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, "portals": ["help"]}))

        assert {call.request.url.path for call in calls} == {ARTICLES}

    async def test_page_that_comes_again_is_no_end(self, desk: ChatwootDesk) -> None:
        desk.scripted[f"GET {ARTICLES}"] = 200, {"payload": desk.articles}

        with pytest.raises(Unavailable, match="again and again"):
            await articles()


@pytest.mark.usefixtures("calls")
class TestHistory:
    async def test_resolved_conversations_come_with_their_threads(self, desk: ChatwootDesk) -> None:
        desk.conversations[TICKET]["status"] = "resolved"

        (found,) = await history()

        assert (found.id, len(found.messages)) == (TICKET, 3)

    async def test_every_page_is_read(self, desk: ChatwootDesk) -> None:
        for ticket_id in ("1", "2", "3"):
            desk.conversations[ticket_id] = {**desk.conversations[TICKET], "id": int(ticket_id), "status": "resolved"}
            desk.threads[ticket_id] = []

        assert [ticket.id for ticket in await history()] == ["1", "2", "3"]

    async def test_what_was_quiet_since_then_is_left_out(self, desk: ChatwootDesk) -> None:
        for ticket_id, at in ((TICKET, 1_788_256_800), (LONG_TICKET, 1_788_343_200)):
            desk.conversations[ticket_id] |= {"status": "resolved", "last_activity_at": at}

        assert [ticket.id for ticket in await history(datetime(2026, 9, 2, tzinfo=UTC))] == [LONG_TICKET]

    async def test_conversation_deleted_meanwhile_is_passed_over(self, desk: ChatwootDesk) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.conversations[ticket_id]["status"] = "resolved"
        desk.scripted["GET /api/v1/accounts/1/conversations/4312"] = 404, {"error": "Resource could not be found"}

        assert [ticket.id for ticket in await history()] == [LONG_TICKET]
