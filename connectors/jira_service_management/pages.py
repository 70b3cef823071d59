"""Lists are followed to their end: a page that fails, or lacks its list, never passes for the last one."""

from collections.abc import AsyncIterator
from typing import Any

from connectors.errors import Rejected, Unavailable
from connectors.http import HttpClient
from connectors.jira_service_management.values import issue_path
from connectors.values import document, lacks, listed, needed, text

COMMENTS_A_PAGE = 100
MOST_PAGES = 1000
Row = dict[str, Any]


async def comments(http: HttpClient, ticket_id: str) -> list[Row]:
    """All comments of an issue, oldest first."""
    found: list[Row] = []
    for _ in range(MOST_PAGES):
        query = {"startAt": str(len(found)), "maxResults": str(COMMENTS_A_PAGE), "orderBy": "created"}
        answer = document(await http.get(f"{issue_path(ticket_id)}/comment", params=query))
        page, total = listed(answer.get("comments"), "comments"), answer.get("total")
        if isinstance(total, bool) or not isinstance(total, int):
            raise lacks("total")
        found += page
        if len(found) >= total:
            return found
        if not page:
            raise Unavailable(f"Jira says that there are {total} comments and gives {len(found)}")
    raise Rejected(f"an issue has more than {MOST_PAGES} pages of comments; it is not read any further")


async def issues(http: HttpClient, jql: str) -> AsyncIterator[list[Row]]:
    """Pages of a search: ids and times alone."""
    query = {"jql": jql, "fields": "updated", "maxResults": "50"}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = document(await http.get("/rest/api/3/search/jql", params=query))
        yield listed(answer.get("issues"), "issues")
        if answer.get("nextPageToken") is None:
            return
        step = needed(text(answer["nextPageToken"]), "nextPageToken")
        if step in seen:
            raise Unavailable("Jira gives the same page of a search again and again")
        seen.add(step)
        query = {**query, "nextPageToken": step}
    raise Rejected(f"a search has more than {MOST_PAGES} pages; it is not read any further")
