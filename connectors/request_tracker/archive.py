"""What a help desk already knows: solved tickets with their replies, and the articles of named classes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from connectors.contract import Article, BodyFormat, Status, Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.request_tracker.pages import matching, one_of, pages, row_id, where
from connectors.request_tracker.people import People
from connectors.request_tracker.read import fetch
from connectors.request_tracker.settings import Settings
from connectors.request_tracker.values import moment, number
from connectors.values import document, needed, objects, text

TICKETS_A_PAGE = 20  # each takes calls of its own
ANY_ZONE = timedelta(days=1)  # RT reads dates in a query in the time zone of the user


async def history(
    http: HttpClient, settings: Settings, people: People, since: datetime | None
) -> AsyncIterator[Sequence[Ticket]]:
    """Solved tickets of our queues that changed since then, in the order of their ids."""
    solved = (settings.statuses[Status.SOLVED], settings.statuses[Status.CLOSED])
    condition = f"{one_of('Queue', settings.queues)} AND {one_of('Status', tuple(dict.fromkeys(solved)))}"
    if since:
        condition += f" AND LastUpdated > '{since - ANY_ZONE:%Y-%m-%d %H:%M:%S}'"
    async for rows in pages(http, "/REST/2.0/tickets", matching(condition), "LastUpdated"):
        ids = [str(row_id(row)) for row in rows if _changed(row, since)]
        for start in range(0, len(ids), TICKETS_A_PAGE):
            if found := await _tickets(http, settings, people, ids[start : start + TICKETS_A_PAGE]):
                yield found


def _changed(row: Mapping[str, Any], since: datetime | None) -> bool:
    changed = moment(row.get("LastUpdated"))
    return since is None or changed is None or changed >= since


async def _tickets(http: HttpClient, settings: Settings, people: People, ids: Sequence[str]) -> list[Ticket]:
    found = []
    for ticket_id in ids:
        try:
            found.append(await fetch(http, settings, people, ticket_id))
        except NotFound:
            continue  # deleted since the list was made
    return found


async def articles(http: HttpClient, settings: Settings, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Articles of the classes that the account names, page by page. Who may read them is what the account says."""
    for name, public in settings.articles.items():
        kind = document(await http.get(f"/REST/2.0/class/{quote(name, safe='')}"))
        query = where({"Class": [str(needed(number(kind.get("id")), "id of a class"))]})
        async for rows in pages(http, "/REST/2.0/articles", query, "LastUpdated"):
            wanted = [row_id(row) for row in rows if _changed(row, since)]
            if found := [await _article(http, settings, one, public=public) for one in wanted]:
                yield [article for article in found if article]


async def _article(http: HttpClient, settings: Settings, article: int, *, public: bool) -> Article | None:
    """An article's words are in a custom field. Disabled ones are passed over."""
    found = document(await http.get(f"/REST/2.0/article/{article}"))
    values = [
        one.get("values") for one in objects(found.get("CustomFields")) if one.get("name") == settings.article_field
    ]
    pieces = [piece for some in values if isinstance(some, list) for one in some if (piece := text(one))]
    if str(found.get("Disabled")) == "1":
        return None
    return Article(
        id=str(article),
        title=text(found.get("Name")) or text(found.get("Summary")) or "Untitled",
        body="\n".join(pieces),
        format=BodyFormat.HTML if any("</" in piece for piece in pieces) else BodyFormat.TEXT,
        url=f"{http.base_url}/Articles/Article/Display.html?id={article}",
        language=None,
        public=public,
        updated_at=moment(found.get("LastUpdated")),
    )
