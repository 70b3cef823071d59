"""What a help desk already knows: articles of its Docs, and closed conversations with the replies that closed them."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound, Rejected
from connectors.help_scout.pages import pages
from connectors.help_scout.paths import API
from connectors.http import HttpClient
from connectors.session import Session
from connectors.values import document, identifier, lacks, listed, mapping, moment, needed, text

DOCS_URL = "https://docsapi.helpscout.net"
DOCS_ID = re.compile(r"[0-9a-f]{1,40}", re.ASCII)
MOST_PAGES = 1000
BEGINNING = datetime(2010, 1, 1, tzinfo=UTC)


async def articles(docs: HttpClient, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Published articles that changed since then, a page at a time. Lists leave the text out, so each is read."""
    async for collections in _docs_pages(docs, "/v1/collections", "collections"):
        for collection in collections:
            public = collection.get("visibility") == "public"
            where = f"/v1/collections/{_docs_id(collection)}/articles"
            async for page in _docs_pages(docs, where, "articles", status="published"):
                found = [await _article(docs, one, public) for one in page if _is_wanted(one, since)]
                if found:
                    yield found


async def _docs_pages(docs: HttpClient, path: str, key: str, **params: str) -> AsyncIterator[list[dict[str, Any]]]:
    for number in range(1, MOST_PAGES + 1):
        answer = document(await docs.get(path, params={**params, "page": str(number)}))
        envelope = mapping(answer.get(key))
        total = envelope.get("pages")
        if not isinstance(total, int) or isinstance(total, bool):
            raise lacks(f"{key}.pages")
        yield listed(envelope.get("items"), f"{key}.items")
        if number >= total:
            return
    raise Rejected(f"a list of {key} has more than {MOST_PAGES} pages; it is not read any further")


def _docs_id(found: dict[str, Any]) -> str:
    """Ids of Docs are hexadecimal; anything else does not become part of a path."""
    told = text(found.get("id")) or ""
    return needed(told if DOCS_ID.fullmatch(told) else None, "id")


def _is_wanted(one: dict[str, Any], since: datetime | None) -> bool:
    changed = moment(one.get("updatedAt"))
    return one.get("status") == "published" and (since is None or changed is None or changed >= since)


async def _article(docs: HttpClient, one: dict[str, Any], public: bool) -> Article:
    """`draft=false`: what readers see, and not what an author is at work on."""
    article_id = _docs_id(one)
    answer = document(await docs.get(f"/v1/articles/{article_id}", params={"draft": "false"}))
    found = {**one, **mapping(answer.get("article"))}
    return Article(
        id=article_id,
        title=text(found.get("name")) or "Untitled",
        body=needed(text(found.get("text")), "article.text"),
        format=BodyFormat.HTML,
        url=text(found.get("publicUrl")),
        language=None,
        public=public and found.get("status") == "published",
        updated_at=moment(found.get("updatedAt")),
    )


async def history(
    session: Session, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Closed conversations in the order of their last change, with their threads."""
    stamp = (since or BEGINNING).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"status": "closed", "modifiedSince": stamp, "sortField": "modifiedAt", "sortOrder": "asc"}
    async for page in pages(session, f"{API}/conversations", "conversations", query):
        found = []
        for one in page:
            try:
                found.append(await fetch(needed(identifier(one.get("id")), "conversation.id")))
            except NotFound:
                continue  # deleted or merged since the page was made
        if found:
            yield found
