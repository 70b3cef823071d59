"""Articles and archived conversations come to their end, and say what is not for everybody."""

import dataclasses
from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.contract import Account, Article, Ticket
from connectors.front.connector import FrontConnector
from tests.connectors.front.desk import ACCOUNT, LONG_TICKET, TICKET, FrontDesk, recorded


async def articles(since: datetime | None = None, account: Account = ACCOUNT) -> list[Article]:
    connector = FrontConnector.connect(account)
    try:
        return [article async for page in connector.articles(since) for article in page]
    finally:
        await connector.close()


async def history(since: datetime | None = None) -> list[Ticket]:
    connector = FrontConnector.connect(ACCOUNT)
    try:
        return [ticket async for page in connector.history(since) for ticket in page]
    finally:
        await connector.close()


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_published_ones_come_in_each_language_and_drafts_stay_out(self) -> None:
        found = [(one.id, one.title, one.language, one.public) for one in await articles()]

        assert found == [
            ("kba_41:en", "Delivery times", "en", True),
            ("kba_41:de", "Lieferzeiten", "de", True),
            ("kba_42:en", "Returns", "en", True),
            ("kba_51:en", "Refund limits", "en", False),
        ]

    async def test_base_that_does_not_say_for_whom_it_is_is_not_public(self, desk: FrontDesk) -> None:
        bases = recorded("knowledge_bases")
        del bases["_results"][0]["type"]
        desk.scripted["GET /knowledge_bases"] = 200, bases

        assert not [one for one in await articles() if one.public]

    async def test_text_of_what_did_not_change_is_not_asked_for(self, calls: CallList) -> None:
        changed = await articles(since=datetime(2026, 7, 20, tzinfo=UTC))

        assert [one.title for one in changed] == ["Returns", "Refund limits"]
        assert not [call for call in calls if "kba_41" in call.request.url.path]

    async def test_bases_may_be_named(self) -> None:
        named = dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, "knowledge_base_ids": ["knb_2b"]})

        assert [one.id for one in await articles(account=named)] == ["kba_51:en"]

    async def test_language_that_an_article_has_not_is_passed_over(self, desk: FrontDesk) -> None:
        desk.scripted["GET /knowledge_base_articles/kba_41/locales/de/content"] = 404, recorded("error__not_found")

        assert "kba_41:de" not in [one.id for one in await articles()]


@pytest.mark.usefixtures("calls")
class TestHistory:
    async def test_archived_conversations_come_with_their_threads(self, desk: FrontDesk) -> None:
        desk.conversations[TICKET]["status"] = "archived"

        (found,) = await history()

        assert (found.id, len(found.messages)) == (TICKET, 4)

    async def test_every_page_is_read(self, desk: FrontDesk) -> None:
        for ticket_id in ("cnv_1", "cnv_2", "cnv_3"):
            desk.conversations[ticket_id] = {**desk.conversations[TICKET], "id": ticket_id, "status": "archived"}
            for part in (desk.messages, desk.comments, desk.drafts):
                part[ticket_id] = []
            desk.inboxes[ticket_id] = []

        assert [ticket.id for ticket in await history()] == ["cnv_1", "cnv_2", "cnv_3"]

    async def test_what_was_quiet_since_then_is_left_out(self, desk: FrontDesk) -> None:
        for ticket_id, at in ((TICKET, 1_788_256_800), (LONG_TICKET, 1_788_343_200)):
            desk.conversations[ticket_id] |= {"status": "archived", "updated_at": at}

        assert [ticket.id for ticket in await history(datetime(2026, 9, 2, tzinfo=UTC))] == [LONG_TICKET]

    async def test_conversation_deleted_meanwhile_is_passed_over(self, desk: FrontDesk) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.conversations[ticket_id]["status"] = "archived"
        desk.scripted[f"GET /conversations/{TICKET}"] = 404, recorded("error__not_found")

        assert [ticket.id for ticket in await history()] == [LONG_TICKET]
