"""What a help desk already knows: its articles, and archived conversations with the replies that ended them."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound
from connectors.front.pages import every, pages
from connectors.front.values import resource
from connectors.http import HttpClient
from connectors.values import document, moment, needed, several, text

Row = dict[str, Any]


async def articles(http: HttpClient, bases: frozenset[str], since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Published articles that changed since then, in all their languages, page by page. What an internal knowledge
    base holds is not `public`."""
    for base in await every(http, "/knowledge_bases"):
        base_id = needed(resource(base.get("id"), "knb"), "knowledge_base.id")
        if bases and base_id not in bases:
            continue
        async for page in pages(http, f"/knowledge_bases/{base_id}/articles", {"limit": "100"}):
            changed = [one for one in page if _changed_since(one, since)]
            found = [article for one in changed for article in await _read(http, one, base.get("type") == "external")]
            if found:
                yield found


def _changed_since(one: Row, since: datetime | None) -> bool:
    at = moment(one.get("updated_at"))
    return since is None or at is None or at >= since


async def _read(http: HttpClient, one: Row, public: bool) -> list[Article]:
    """The list has no texts: each language is a call of its own."""
    article_id = needed(resource(one.get("id"), "kba"), "article.id")
    found = []
    for locale in [name for told in several(one.get("locales")) if (name := text(told))]:
        path = f"/knowledge_base_articles/{article_id}/locales/{quote(locale, safe='')}/content"
        try:
            content = document(await http.get(path))
        except NotFound:
            continue  # a language that the article could have, and has not
        if content.get("status") == "published":
            found.append(_article(content, article_id, locale, public))
    return found


def _article(content: Row, article_id: str, locale: str, public: bool) -> Article:
    return Article(
        id=f"{article_id}:{locale}",
        title=text(content.get("name")) or "Untitled",
        body=text(content.get("content")) or "",
        format=BodyFormat.HTML,
        url=None,  # it begins with the domain of the knowledge base, which the API does not tell
        language=text(content.get("locale")) or locale,
        public=public,
        updated_at=moment(content.get("updated_at")),
    )


async def history(
    http: HttpClient, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Archived conversations, those that have been quiet the longest first; only those that changed since then."""
    query = {"q": json.dumps({"statuses": ["archived"]}), "sort_by": "date", "sort_order": "asc", "limit": "100"}
    async for page in pages(http, "/conversations", query):
        found = []
        for one in page:
            if one.get("status") != "archived" or not _changed_since(one, since):
                continue
            try:
                found.append(await fetch(needed(resource(one.get("id"), "cnv"), "conversation.id")))
            except NotFound:
                continue  # deleted, merged, or of another inbox
        if found:
            yield found
