"""What a help desk already knows: its articles, and solved tickets with the replies that solved them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import document, lacks, mapping, moment, needed, objects, text
from connectors.zendesk.pages import pages
from connectors.zendesk.read import with_thread
from connectors.zendesk.values import identifier

ENDED = {"solved", "closed"}
TICKETS_A_PAGE = "50"  # each needs calls of its own; the smallest plan allows 200 a minute
NEWEST = timedelta(minutes=2)  # Zendesk leaves the last minute out, and refuses to be asked from within it


async def articles(
    http: HttpClient, locales: Sequence[str], since: datetime | None
) -> AsyncIterator[Sequence[Article]]:
    """Published articles that changed since then, page by page. What not everybody may read is not `public`.

    The list is read to its end each time: whether it can be sorted together with cursors is not documented.
    """
    for path in [f"/api/v2/help_center/{locale}/articles" for locale in locales] or ["/api/v2/help_center/articles"]:
        async for page in _article_pages(http, path):
            found = [_article(one) for one in objects(page["articles"]) if one.get("draft") is not True]
            wanted = [one for one in found if since is None or one.updated_at is None or one.updated_at >= since]
            if wanted:
                yield wanted


async def _article_pages(http: HttpClient, path: str) -> AsyncIterator[dict[str, Any]]:
    """One field report has the Help Center answer 415 unless the path ends in `.json`."""
    try:
        async for page in pages(http, path, "articles"):
            yield page
    except Rejected as error:
        if error.status != 415 or path.endswith(".json"):
            raise
        async for page in _article_pages(http, f"{path}.json"):
            yield page


def _article(one: dict[str, Any]) -> Article:
    """`user_segment_id` is null for everyone's eyes; where it is missing, that is not known, so not public."""
    return Article(
        id=f"{needed(identifier(one.get('id')), 'article.id')}:{text(one.get('locale')) or ''}".rstrip(":"),
        title=text(one.get("title")) or text(one.get("name")) or "Untitled",
        body=text(one.get("body")) or "",
        format=BodyFormat.HTML,
        url=text(one.get("html_url")),
        language=text(one.get("locale")),
        public="user_segment_id" in one and one["user_segment_id"] is None and not one.get("user_segment_ids"),
        updated_at=moment(one.get("updated_at")),
    )


async def history(http: HttpClient, since: datetime | None, me: str) -> AsyncIterator[Sequence[Ticket]]:
    """Solved and closed tickets in the order of their last change. Needs an admin (Zendesk's incremental export).

    After a `RateLimited`, go on with `since` set to the last ticket's `updated_at`.
    """
    latest = datetime.now(UTC) - NEWEST
    start = max(1, int(min(since or latest, latest).timestamp())) if since else 1
    query = {"start_time": str(start), "per_page": TICKETS_A_PAGE, "exclude_deleted": "true", "include": "users,groups"}
    seen: set[str] = set()
    while True:
        page = document(await http.get("/api/v2/incremental/tickets/cursor", params=query))
        if not isinstance(page.get("tickets"), list):
            raise lacks("tickets")
        if found := await _ended(http, page, me):
            yield found
        if page.get("end_of_stream") is True:
            return
        cursor = needed(text(page.get("after_cursor")), "after_cursor")
        if cursor in seen:
            raise Unavailable("Zendesk gives the same page of tickets again and again")
        seen.add(cursor)
        query = {"cursor": cursor, "per_page": TICKETS_A_PAGE, "exclude_deleted": "true", "include": "users,groups"}


async def _ended(http: HttpClient, page: dict[str, Any], me: str) -> list[Ticket]:
    found = []
    for one in objects(page["tickets"]):
        if one.get("status") not in ENDED:
            continue
        try:
            found.append(await with_thread(http, mapping(one), page, me))
        except NotFound:
            continue  # deleted since the export was made
    return found
