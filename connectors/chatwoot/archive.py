"""What a help desk already knows: its articles, and resolved conversations with the replies that resolved them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from connectors.chatwoot.pages import numbered
from connectors.chatwoot.paths import account_path
from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.values import document, identifier, listed, mapping, moment, needed, text


async def articles(
    http: HttpClient, account_id: str, portals: Sequence[str], since: datetime | None
) -> AsyncIterator[Sequence[Article]]:
    """Published articles that changed since then, page by page. A draft, or a portal that is put away, stays out."""
    path = f"{account_path(account_id)}/portals"
    for slug in portals or await _slugs(http, path):
        where = f"{path}/{quote(slug, safe='')}/articles"
        async for page in numbered(http, where, lambda answer: answer.get("payload"), {"status": "published"}):
            found = [_article(one, f"{http.base_url}/hc/{slug}/articles") for one in page if _published(one)]
            wanted = [one for one in found if since is None or one.updated_at is None or one.updated_at >= since]
            if wanted:
                yield wanted


async def _slugs(http: HttpClient, path: str) -> list[str]:
    portals = listed(document(await http.get(path)).get("payload"), "portals")
    return [needed(text(one.get("slug")), "portal.slug") for one in portals if one.get("archived") is not True]


def _published(one: dict[str, Any]) -> bool:
    """The list is asked for published articles; one that says nothing, or anything else, is not for a customer."""
    return one.get("status") in ("published", 1)


def _article(one: dict[str, Any], where: str) -> Article:
    slug, category = text(one.get("slug")), mapping(one.get("category"))
    return Article(
        id=needed(identifier(one.get("id")), "article.id"),
        title=text(one.get("title")) or "Untitled",
        body=text(one.get("content")) or "",
        format=BodyFormat.MARKDOWN,
        url=f"{where}/{quote(slug, safe='')}" if slug else None,
        language=text(one.get("locale")) or text(category.get("locale")),
        public=True,  # Chatwoot's help centres have no readers' groups: what is published is for everybody
        updated_at=moment(one.get("updated_at")),
    )


async def history(
    http: HttpClient, account_id: str, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Resolved conversations in the order in which they began, with their threads; only those changed since then.

    Chatwoot has no order by last change that stays the same while it is read, so the list is read to its end.
    """
    query = {"status": "resolved", "assignee_type": "all", "sort_by": "created_at_asc"}
    path = f"{account_path(account_id)}/conversations"
    async for page in numbered(http, path, lambda answer: mapping(answer.get("data")).get("payload"), query):
        found = []
        for one in page:
            changed = moment(one.get("last_activity_at")) or moment(one.get("timestamp"))
            if since and changed and changed < since:
                continue
            try:
                found.append(await fetch(needed(identifier(one.get("id")), "conversation.id")))
            except NotFound:
                continue  # deleted since the page was made
        if found:
            yield found
