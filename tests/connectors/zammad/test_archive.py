"""Answers and closed tickets come to their end, and say what is not for everybody."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.contract import Account, Article, Ticket
from connectors.errors import Unavailable
from connectors.zammad.connector import ZammadConnector
from tests.connectors.zammad.desk import ACCOUNT, LONG_TICKET, TICKET, ZammadDesk


async def articles(since: datetime | None = None, account: Account = ACCOUNT) -> list[Article]:
    connector = ZammadConnector.connect(account)
    try:
        return [article async for page in connector.articles(since) for article in page]
    finally:
        await connector.close()


async def history(since: datetime | None = None) -> list[Ticket]:
    connector = ZammadConnector.connect(ACCOUNT)
    try:
        return [ticket async for page in connector.history(since) for ticket in page]
    finally:
        await connector.close()


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_drafts_plans_and_archived_ones_stay_out_and_internal_ones_are_not_public(self) -> None:
        found = [(article.id, article.title, article.public, article.body) for article in await articles()]

        assert found == [
            ("1:1", "Delivery times", True, "<p>Text 101</p>"),
            ("1:6", "Lieferzeiten", True, "<p>Text 106</p>"),
            ("2:2", "Goodwill limits for agents", False, "<p>Text 102</p>"),
        ]

    async def test_only_what_changed_since_is_asked_for(self, calls: CallList) -> None:
        changed = await articles(since=datetime(2026, 7, 15, tzinfo=UTC))

        assert [article.title for article in changed] == ["Lieferzeiten"]
        texts = [call.request.url.params["include_contents"] for call in calls if "/answers/" in call.request.url.path]
        assert texts == ["106"]

    async def test_answer_archived_later_is_still_public(self, desk: ZammadDesk) -> None:
        desk.knowledge["KnowledgeBaseAnswer"]["1"]["archived_at"] = "2999-01-01T00:00:00.000Z"

        assert "Delivery times" in [article.title for article in await articles() if article.public]

    async def test_other_knowledge_base_is_not_read(self) -> None:
        other = dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, "knowledge_base_id": 2})

        assert await articles(account=other) == []

    async def test_answer_whose_text_does_not_come_is_not_an_empty_one(self, desk: ZammadDesk) -> None:
        desk.scripted["GET /knowledge_bases/1/answers/1"] = 200, {"id": 1, "assets": {}}

        with pytest.raises(Unavailable, match="the text of an answer"):
            await articles()

    async def test_overview_is_asked_for_without_changing_anything(self, calls: CallList) -> None:
        await articles()

        posts = [call.request for call in calls if call.request.method == "POST"]
        assert [(post.url.path, json.loads(post.content)) for post in posts] == [("/api/v1/knowledge_bases/init", {})]


@pytest.mark.usefixtures("calls")
class TestHistory:
    async def test_closed_tickets_come_with_their_threads(self, desk: ZammadDesk) -> None:
        desk.tickets[TICKET] |= {"state": "closed", "state_id": 4}

        (found,) = await history()

        assert (found.id, len(found.messages)) == (TICKET, 3)

    async def test_every_page_is_read(self, desk: ZammadDesk, calls: CallList) -> None:
        for number in range(100, 160):
            desk.tickets[str(number)] = {**desk.tickets[TICKET], "id": number, "state": "closed"}
            desk.threads[str(number)], desk.tags[str(number)] = [], []

        assert len(await history()) == 60
        pages = [call.request.url.params.get("page") for call in calls if call.request.url.path == "/api/v1/tickets"]
        assert pages == ["1", "2", "3"]

    async def test_what_was_quiet_since_then_is_left_out(self, desk: ZammadDesk) -> None:
        for ticket_id, at in ((TICKET, "2026-09-01T10:00:00.000Z"), (LONG_TICKET, "2026-09-03T10:00:00.000Z")):
            desk.tickets[ticket_id] |= {"state": "closed", "updated_at": at}

        assert [ticket.id for ticket in await history(datetime(2026, 9, 2, tzinfo=UTC))] == [LONG_TICKET]

    async def test_ticket_deleted_meanwhile_is_passed_over(self, desk: ZammadDesk) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.tickets[ticket_id]["state"] = "closed"
        desk.scripted["GET /tickets/81"] = 404, {"error": "Couldn't find Ticket with 'id'=81"}

        assert [ticket.id for ticket in await history()] == [LONG_TICKET]

    async def test_page_that_comes_again_is_no_end(self, desk: ZammadDesk) -> None:
        desk.scripted["GET /tickets"] = 200, [desk.tickets[TICKET]]

        with pytest.raises(Unavailable, match="again and again"):
            await history()
