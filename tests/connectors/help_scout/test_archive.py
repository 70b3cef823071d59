"""Articles and closed conversations come to their end, and say what is not for everybody."""

import dataclasses
from datetime import UTC, datetime

import pytest
from respx.models import CallList

from connectors.contract import Article, Ticket
from connectors.errors import Unavailable
from connectors.help_scout.connector import HelpScoutConnector
from tests.connectors.help_scout.desk import ACCOUNT, LONG_TICKET, RITA, TICKET, HelpScoutDesk

WITH_DOCS = dataclasses.replace(ACCOUNT, secrets={**ACCOUNT.secrets, "docs_api_key": "a-key-nobody-may-see"})


async def articles(since: datetime | None = None) -> list[Article]:
    connector = HelpScoutConnector.connect(WITH_DOCS)
    try:
        return [article async for page in connector.articles(since) for article in page]
    finally:
        await connector.close()


async def history(since: datetime | None = None) -> list[Ticket]:
    connector = HelpScoutConnector.connect(ACCOUNT)
    try:
        return [ticket async for page in connector.history(since) for ticket in page]
    finally:
        await connector.close()


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_what_is_not_published_stays_out_and_what_is_private_is_not_public(self) -> None:
        assert [(article.title, article.public, article.body) for article in await articles()] == [
            ("Delivery times", True, "<p>Delivery times.</p>"),
            ("Returns", True, "<p>Returns.</p>"),
            ("Goodwill limits", False, "<p>Goodwill limits.</p>"),
        ]

    async def test_only_what_changed_since_is_given(self) -> None:
        assert [article.title for article in await articles(datetime(2026, 7, 1, tzinfo=UTC))] == ["Returns"]

    async def test_key_of_the_help_centre_goes_there_alone(self, calls: CallList) -> None:
        await articles()

        assert {call.request.url.host for call in calls} == {"docsapi.helpscout.net"}

    @pytest.mark.parametrize("answer", [{}, {"collections": {"items": []}}, {"collections": {"pages": 1}}, []])
    async def test_list_without_its_parts_is_not_an_empty_one(self, desk: HelpScoutDesk, answer: object) -> None:
        desk.scripted["GET /v1/collections"] = 200, answer

        with pytest.raises(Unavailable):
            await articles()

    async def test_id_that_is_none_never_becomes_a_path(self, desk: HelpScoutDesk, calls: CallList) -> None:
        odd = {"collections": {"pages": 1, "items": [{"id": "../users", "visibility": "public"}]}}
        desk.scripted["GET /v1/collections"] = 200, odd

        with pytest.raises(Unavailable):
            await articles()

        assert len(calls) == 1


class TestHistory:
    @pytest.mark.usefixtures("calls")
    async def test_closed_conversations_come_with_their_threads(self, desk: HelpScoutDesk) -> None:
        desk.says(LONG_TICKET, RITA, "Thank you.")
        desk.conversations[LONG_TICKET]["status"] = "closed"

        assert [(ticket.id, len(ticket.messages)) for ticket in await history()] == [(LONG_TICKET, 1)]

    @pytest.mark.usefixtures("calls")
    async def test_conversation_that_was_merged_meanwhile_is_passed_over(self, desk: HelpScoutDesk) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.conversations[ticket_id]["status"] = "closed"
        desk.merged.add(TICKET)

        assert [ticket.id for ticket in await history()] == [LONG_TICKET]

    async def test_it_starts_where_it_is_told(self, calls: CallList) -> None:
        await history(datetime(2026, 7, 1, tzinfo=UTC))

        (asked,) = [call.request.url.params for call in calls if call.request.url.path.endswith("/conversations")]
        assert (asked["modifiedSince"], asked["status"]) == ("2026-07-01T00:00:00Z", "closed")
