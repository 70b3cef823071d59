"""Pages of the knowledge base and resolved requests come to their end, and say what is not for everybody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from respx.models import CallList

from connectors.contract import Article, Capability, Ticket
from connectors.errors import Unavailable
from tests.connectors.jira_service_management.deliveries import connected
from tests.connectors.jira_service_management.desk import LONG_TICKET, TICKET, JiraDesk, recorded

PAGES = "/wiki/api/v2/spaces/98306/pages"
DONE = {"id": "10102", "name": "Resolved", "statusCategory": {"key": "done"}}


async def articles(since: datetime | None = None, **options: Any) -> list[Article]:
    connector = connected(**options)
    try:
        return [article async for page in connector.articles(since) for article in page]
    finally:
        await connector.close()


async def history(since: datetime | None = None, **options: Any) -> list[Ticket]:
    connector = connected(**options)
    try:
        return [ticket async for page in connector.history(since) for ticket in page]
    finally:
        await connector.close()


@pytest.mark.usefixtures("calls")
class TestArticles:
    async def test_current_pages_come_with_their_address_and_are_public_only_if_an_admin_says_so(self) -> None:
        found = [(one.title, one.public, one.url) for one in await articles()]
        public = [one.public for one in await articles(knowledge_is_public=True)]

        assert found == [
            ("Delivery times", False, "https://acme.atlassian.net/wiki/spaces/KB/pages/41/x"),
            ("Returns", False, "https://acme.atlassian.net/wiki/spaces/KB/pages/42/x"),
        ]
        assert public == [True, True]

    async def test_settings_of_macros_are_no_text(self) -> None:
        body = (await articles())[1].body

        assert "Within 30 days." in body
        assert "secret-name" not in body

    async def test_only_what_changed_since_is_given(self) -> None:
        assert [one.title for one in await articles(since=datetime(2026, 7, 20, tzinfo=UTC))] == ["Returns"]

    async def test_page_that_comes_again_is_no_end(self, desk: JiraDesk) -> None:
        desk.scripted[f"GET {PAGES}"] = 200, {"results": [], "_links": {"next": f"{PAGES}?cursor=c1"}}

        with pytest.raises(Unavailable, match="again and again"):
            await articles()

    @pytest.mark.parametrize("link", [7, "https://[bad?cursor=1", "/wiki?cursor=1&cursor=2", "/wiki"])
    async def test_link_without_a_cursor_is_no_end(self, desk: JiraDesk, link: object) -> None:
        desk.scripted[f"GET {PAGES}"] = 200, {"results": [], "_links": {"next": link}}

        with pytest.raises(Unavailable, match="cursor"):
            await articles()

    async def test_account_without_a_space_offers_none(self) -> None:
        assert Capability.ARTICLES not in connected(knowledge_space_ids=[]).capabilities
        assert Capability.ARTICLES in connected().capabilities


@pytest.mark.usefixtures("calls")
class TestHistory:
    async def test_resolved_requests_come_with_their_threads(self, desk: JiraDesk) -> None:
        desk.issues[TICKET]["fields"]["status"] = DONE

        (found,) = await history()

        assert (found.id, found.status, len(found.messages)) == (TICKET, "solved", 4)

    async def test_search_is_bounded_and_asks_for_a_day_more(self, calls: CallList) -> None:
        await history(datetime(2026, 9, 2, tzinfo=UTC), project_keys=["SD", "HELP"])
        await history(project_keys=[])

        assert [call.request.url.params["jql"] for call in calls] == [
            'project in (HELP, SD) AND statusCategory = Done AND updated >= "2026-09-01" ORDER BY updated ASC',
            'statusCategory = Done AND updated >= "1990-01-01" ORDER BY updated ASC',
        ]

    async def test_every_page_is_read(self, desk: JiraDesk) -> None:
        for ticket_id in ("1", "2", "3"):
            fields = {**desk.issues[TICKET]["fields"], "status": DONE}
            desk.issues[ticket_id] = {**desk.issues[TICKET], "id": ticket_id, "fields": fields}
            desk.comments[ticket_id] = []

        assert [ticket.id for ticket in await history()] == ["1", "2", "3"]

    async def test_what_was_quiet_since_then_is_left_out(self, desk: JiraDesk) -> None:
        for ticket_id, at in ((TICKET, "2026-09-01T23:00:00.000+0000"), (LONG_TICKET, "2026-09-02T01:00:00.000+0000")):
            desk.issues[ticket_id]["fields"] |= {"status": DONE, "updated": at}

        assert [ticket.id for ticket in await history(datetime(2026, 9, 2, tzinfo=UTC))] == [LONG_TICKET]

    async def test_issue_that_is_no_request_is_passed_over(self, desk: JiraDesk) -> None:
        for ticket_id in (TICKET, LONG_TICKET):
            desk.issues[ticket_id]["fields"]["status"] = DONE
        desk.scripted[f"GET /rest/servicedeskapi/request/{TICKET}"] = 404, recorded("error__request_not_found")

        assert [ticket.id for ticket in await history()] == [LONG_TICKET]

    async def test_search_that_goes_in_a_circle_ends(self, desk: JiraDesk) -> None:
        desk.scripted["GET /rest/api/3/search/jql"] = 200, {"issues": [], "nextPageToken": "t1"}

        with pytest.raises(Unavailable, match="again and again"):
            await history()
