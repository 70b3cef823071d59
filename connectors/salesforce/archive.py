"""What a help desk already knows: closed cases with their replies, and the published articles of Knowledge."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from connectors.contract import Article, BodyFormat, Ticket
from connectors.errors import NotFound
from connectors.salesforce.read import fetch
from connectors.salesforce.session import Row, Session
from connectors.salesforce.settings import Settings
from connectors.salesforce.values import CASE, literal, quoted, record_id, select
from connectors.values import moment, needed, text

CASES_A_PAGE = 20  # each takes calls of its own
ARTICLES_A_PAGE = 200
FIELDS = "KnowledgeArticleId,Title,UrlName,Summary,LastPublishedDate,IsVisibleInPkb"


async def history(session: Session, settings: Settings, since: datetime | None) -> AsyncIterator[Sequence[Ticket]]:
    """Closed cases that changed since then, in the order of their last change."""
    later = f" AND SystemModstamp > {literal(since)}" if since else ""
    rows = await session.rows(select("Id", "Case", f"IsClosed = true{later}", "ORDER BY SystemModstamp"))
    ids = [needed(record_id(row.get("Id"), CASE), "Case.Id") for row in rows]
    for start in range(0, len(ids), CASES_A_PAGE):
        if found := await _tickets(session, settings, ids[start : start + CASES_A_PAGE]):
            yield found


async def _tickets(session: Session, settings: Settings, ids: Sequence[str]) -> list[Ticket]:
    found = []
    for case in ids:
        try:
            found.append(await fetch(session, settings, case))
        except NotFound:
            continue  # deleted since the list was made
    return found


async def articles(session: Session, settings: Settings, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Published articles, a language at a time. Their words are in fields that each org names itself."""
    fields = f"{FIELDS},{','.join(settings.article_fields)}"
    later = f" AND LastPublishedDate > {literal(since)}" if since else ""
    for language in settings.article_languages:
        condition = f"PublishStatus = 'Online' AND Language = {quoted(language)}{later}"
        rows = await session.rows(select(fields, "Knowledge__kav", condition))
        for start in range(0, len(rows), ARTICLES_A_PAGE):
            yield [_article(settings, row, language) for row in rows[start : start + ARTICLES_A_PAGE]]


def _article(settings: Settings, row: Row, language: str) -> Article:
    """Public is what Salesforce shows in a public knowledge base, and nothing else."""
    pieces = [piece for name in settings.article_fields if (piece := text(row.get(name)))]
    name = text(row.get("UrlName"))
    return Article(
        id=f"{needed(record_id(row.get('KnowledgeArticleId')), 'KnowledgeArticleId')}:{language}",
        title=text(row.get("Title")) or "Untitled",
        body="\n".join(pieces) or text(row.get("Summary")) or "",
        format=BodyFormat.HTML,
        url=f"{settings.article_url}/{name}" if settings.article_url and name else None,
        language=language.replace("_", "-"),
        public=row.get("IsVisibleInPkb") is True,
        updated_at=moment(row.get("LastPublishedDate")),
    )
