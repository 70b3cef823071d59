"""What a help desk already knows: resolved requests with their replies, and the pages of its knowledge base.

The knowledge base of a service project is a space in Confluence, on the same site and with the same credentials.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.jira_service_management.pages import issues
from connectors.jira_service_management.settings import Settings
from connectors.values import document, identifier, listed, mapping, moment, needed, text

MOST_PAGES = 1000
# Parts of Confluence's own storage format that no reader sees: names and settings of macros.
_UNSEEN = re.compile(r"<ac:parameter\b[^>]{0,500}>[^<]{0,2000}</ac:parameter>")
Row = dict[str, Any]


async def articles(http: HttpClient, settings: Settings, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Current pages that changed since then, page by page of the list. Confluence does not tell in one word whether
    customers may read a page, so that they count as public only where an option says so."""
    for space in settings.knowledge_space_ids:
        async for page in _spaces_pages(http, space):
            found = [_article(one, http.base_url, settings.knowledge_is_public) for one in page if _is_current(one)]
            wanted = [one for one in found if since is None or one.updated_at is None or one.updated_at >= since]
            if wanted:
                yield wanted


async def _spaces_pages(http: HttpClient, space: str) -> AsyncIterator[list[Row]]:
    query = {"limit": "50", "status": "current", "body-format": "storage"}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = document(await http.get(f"/wiki/api/v2/spaces/{space}/pages", params=query))
        yield listed(answer.get("results"), "results")
        link = mapping(answer.get("_links")).get("next")
        if link is None:
            return
        cursor = needed(_cursor(link), "the cursor of the next page")
        if cursor in seen:
            raise Unavailable("Confluence gives the same page of a list again and again")
        seen.add(cursor)
        query = {**query, "cursor": cursor}
    raise Rejected(f"a space has more than {MOST_PAGES} pages of pages; it is not read any further")


def _cursor(link: Any) -> str | None:
    try:
        found = parse_qs(urlsplit(link).query).get("cursor", []) if isinstance(link, str) else []
    except ValueError:
        return None
    return found[0] if len(found) == 1 else None


def _is_current(page: Row) -> bool:
    return page.get("status") == "current"


def _article(page: Row, base_url: str, public: bool) -> Article:
    where = text(mapping(page.get("_links")).get("webui")) or ""
    return Article(
        id=needed(identifier(page.get("id")), "page.id"),
        title=text(page.get("title")) or "Untitled",
        body=_UNSEEN.sub("", text(mapping(mapping(page.get("body")).get("storage")).get("value")) or ""),
        format=BodyFormat.HTML,
        url=f"{base_url}/wiki{where}" if where.startswith("/") else None,
        language=None,  # a translation is another page, and says nothing of its language
        public=public,
        updated_at=moment(mapping(page.get("version")).get("createdAt")),
    )


async def history(
    http: HttpClient, settings: Settings, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Resolved requests in the order of their last change; only those changed since then. Jira reads times in the zone
    of its user, so a day more is asked for than is wanted."""
    start = (since - timedelta(days=1)).strftime("%Y-%m-%d") if since else "1990-01-01"
    projects = f"project in ({', '.join(sorted(settings.project_keys))}) AND " if settings.project_keys else ""
    async for page in issues(http, f'{projects}statusCategory = Done AND updated >= "{start}" ORDER BY updated ASC'):
        found = []
        for one in page:
            changed = moment(mapping(one.get("fields")).get("updated"))
            if since and changed and changed < since:
                continue
            try:
                found.append(await fetch(needed(identifier(one.get("id")), "issue.id")))
            except NotFound:
                continue  # deleted meanwhile, or an issue that is no request
        if found:
            yield found
