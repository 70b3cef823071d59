"""Solved tickets of our queues and articles of named classes, and nothing else."""

from datetime import UTC, datetime

from respx.models import CallList

from connectors.contract import Status
from connectors.request_tracker.connector import RequestTrackerConnector
from tests.connectors.request_tracker.desk import LONG_TICKET, TICKET, RequestTrackerDesk
from tests.connectors.request_tracker.test_settings import account


async def test_only_solved_tickets_that_changed_since_are_history(
    connector: RequestTrackerConnector, desk: RequestTrackerDesk
) -> None:
    for ticket, changed in ((TICKET, "2026-11-23T09:00:00Z"), (LONG_TICKET, "2026-11-20T09:00:00Z")):
        desk.tickets[ticket] |= {"Status": "resolved", "LastUpdated": changed}
    desk.says(LONG_TICKET, "emma", "Done.", "Correspond")
    desk.tickets[LONG_TICKET]["LastUpdated"] = "2026-11-20T09:00:00Z"

    tickets = [one async for page in connector.history(datetime(2026, 11, 22, tzinfo=UTC)) for one in page]

    assert [(ticket.id, ticket.status) for ticket in tickets] == [(TICKET, Status.SOLVED)]


async def test_a_question_keeps_quotes_inside_its_values(desk: RequestTrackerDesk, calls: CallList) -> None:
    connector = RequestTrackerConnector.connect(account(queues=["Support' OR id > 0 OR Queue = 'HR\\"]))

    _ = [one async for page in connector.history(None) for one in page]

    asked = calls.last.request.url.params["query"]
    assert "Queue = 'Support\\' OR id > 0 OR Queue = \\'HR\\\\'" in asked
    await connector.close()


async def test_articles_are_public_where_the_account_says_so(desk: RequestTrackerDesk, calls: CallList) -> None:
    for word, public in (("public", True), ("internal", False)):
        connector = RequestTrackerConnector.connect(account(articles={"FAQ": word}))

        articles = [one async for page in connector.articles(None) for one in page]

        assert [article.body for article in articles] == ["Within 30 days. 1"] * 3
        assert {article.public for article in articles} == {public}
        await connector.close()
