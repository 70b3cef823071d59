"""What a help desk already knows: its articles, and solved tickets with the replies that solved them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound
from connectors.freshdesk.pages import pages
from connectors.freshdesk.paths import API
from connectors.http import HttpClient
from connectors.values import document, identifier, moment, needed, text

FOR_EVERYBODY = 1  # a folder's visibility; others are for those who signed in, agents, or some companies
PUBLISHED = 2  # an article's status
ENDED = (4, 5)
BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)  # unasked, Freshdesk lists the last 30 days alone


async def articles(
    http: HttpClient, locales: Sequence[str], since: datetime | None
) -> AsyncIterator[Sequence[Article]]:
    """Published articles that changed since then, a folder's page at a time: there is no list of all of them."""
    for locale in locales or [""]:
        suffix = f"/{locale}" if locale else ""
        async for folder in _folders(http, suffix):
            folder_id = needed(identifier(folder.get("id")), "folder.id")
            public = folder.get("visibility") == FOR_EVERYBODY
            async for page in pages(http, f"{API}/solutions/folders/{folder_id}/articles{suffix}"):
                found = [await _article(http, one, suffix, public) for one in page if _is_wanted(one, since)]
                if found:
                    yield found


async def _folders(http: HttpClient, suffix: str) -> AsyncIterator[dict[str, Any]]:
    async for categories in pages(http, f"{API}/solutions/categories{suffix}", may_come_whole=True):
        for one in categories:
            category = needed(identifier(one.get("id")), "category.id")
            where = f"{API}/solutions/categories/{category}/folders{suffix}"
            async for folders in pages(http, where, may_come_whole=True):
                for folder in folders:
                    yield folder


def _is_wanted(one: dict[str, Any], since: datetime | None) -> bool:
    changed = moment(one.get("updated_at"))
    return one.get("status") == PUBLISHED and (since is None or changed is None or changed >= since)


async def _article(http: HttpClient, one: dict[str, Any], suffix: str, public: bool) -> Article:
    article_id = needed(identifier(one.get("id")), "article.id")
    if not isinstance(one.get("description"), str):
        one = document(await http.get(f"{API}/solutions/articles/{article_id}{suffix}"))
    locale = suffix.removeprefix("/")
    return Article(
        id=f"{article_id}:{locale}".rstrip(":"),
        title=text(one.get("title")) or "Untitled",
        body=text(one.get("description")) or "",
        format=BodyFormat.HTML,
        url=f"{http.base_url}/{locale or 'support'}{'/support' if locale else ''}/solutions/articles/{article_id}",
        language=locale or None,
        public=public,
        updated_at=moment(one.get("updated_at")),
    )


async def history(
    http: HttpClient, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Resolved and closed tickets in the order of their last change, with their threads.

    After a `RateLimited`, go on with `since` set to the last ticket's `updated_at`.
    """
    stamp = (since or BEGINNING).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"updated_since": stamp, "order_by": "updated_at", "order_type": "asc"}
    async for page in pages(http, f"{API}/tickets", query):
        found = []
        for one in page:
            if one.get("status") not in ENDED:
                continue
            try:
                found.append(await fetch(needed(identifier(one.get("id")), "ticket.id")))
            except NotFound:
                continue  # deleted since the page was made
        if found:
            yield found
