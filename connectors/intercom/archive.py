"""What a help desk already knows: its articles, and closed conversations with the replies that closed them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import document, identifier, listed, mapping, moment, needed, text

A_PAGE = 150  # the most that Intercom gives
MOST_PAGES = 2000
LONG_AGO = 0


async def articles(http: HttpClient, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Published articles that changed since then, in each of their languages. The newest change comes first, so the
    list is left at the first page on which everything is older."""
    async for page in _article_pages(http):
        found = [article for one in page for article in _in_each_language(one)]
        wanted = [one for one in found if since is None or one.updated_at is None or one.updated_at >= since]
        if wanted:
            yield wanted
        times = [moment(one.get("updated_at")) for one in page]
        if since and all(time and time < since for time in times):
            return


async def _article_pages(http: HttpClient) -> AsyncIterator[list[dict[str, Any]]]:
    """The description shows a cursor where the answers have numbers: whichever comes is followed."""
    query: dict[str, str] = {"per_page": str(A_PAGE)}
    seen: set[str] = set()
    for number in range(1, MOST_PAGES + 1):
        answer = document(await http.get("/articles", params=query))
        rows = listed(answer.get("data"), "data")
        ids = {needed(identifier(one.get("id")), "article.id") for one in rows}
        if ids and ids <= seen:
            raise Unavailable("Intercom gives the same page of articles again and again")
        yield [one for one in rows if identifier(one.get("id")) not in seen]
        seen |= ids
        pages = mapping(answer.get("pages"))
        total = pages.get("total_pages")
        if cursor := text(mapping(pages.get("next")).get("starting_after")):
            query = {"per_page": str(A_PAGE), "starting_after": cursor}
        elif rows and (pages.get("next") or (isinstance(total, int) and number < total)):
            query = {"per_page": str(A_PAGE), "page": str(number + 1)}
        else:
            return
    raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")


def _in_each_language(one: dict[str, Any]) -> list[Article]:
    """The article itself, or where it has translations, each of them that is published."""
    translations = {
        locale: content
        for locale, content in mapping(one.get("translated_content")).items()
        if locale != "type" and isinstance(content, dict)
    }
    article_id = needed(identifier(one.get("id")), "article.id")
    if not translations:
        return _published(one, article_id, text(one.get("default_locale")))
    found = [
        _published({**content, "id": article_id}, f"{article_id}:{key}", key) for key, content in translations.items()
    ]
    return [article for some in found for article in some]


def _published(one: dict[str, Any], article_id: str, language: str | None) -> list[Article]:
    """Nothing for a draft. An article without an address is in no help centre, so not for everybody."""
    if one.get("state") != "published":
        return []
    url = text(one.get("url"))
    article = Article(
        id=article_id,
        title=text(one.get("title")) or "Untitled",
        body=text(one.get("body")) or "",
        format=BodyFormat.HTML,
        url=url,
        language=language,
        public=url is not None,
        updated_at=moment(one.get("updated_at")),
    )
    return [article]


async def history(
    http: HttpClient, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Closed conversations that changed since then, with their threads. The search names no order, so its list is read
    to the end."""
    filters = [
        {"field": "state", "operator": "=", "value": "closed"},
        {"field": "updated_at", "operator": ">", "value": int(since.timestamp()) - 1 if since else LONG_AGO},
    ]
    pagination: dict[str, Any] = {"per_page": A_PAGE}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        asked = {"query": {"operator": "AND", "value": filters}, "pagination": pagination}
        answer = document(await http.send("POST", "/conversations/search", json=asked))
        found = []
        for one in listed(answer.get("conversations"), "conversations"):
            try:
                found.append(await fetch(needed(identifier(one.get("id")), "conversation.id")))
            except NotFound:
                continue  # deleted since the page was made
        if found:
            yield found
        cursor = text(mapping(mapping(answer.get("pages")).get("next")).get("starting_after"))
        if cursor is None:
            return
        if cursor in seen:
            raise Unavailable("Intercom gives the same page of conversations again and again")
        seen.add(cursor)
        pagination = {"per_page": A_PAGE, "starting_after": cursor}
    raise Rejected(f"a list has more than {MOST_PAGES} pages; it is not read any further")
