"""What a help desk already knows: solved records with their replies, and the articles of named knowledge bases."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

from connectors.contract import Article, BodyFormat, Status, Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.servicenow.people import People
from connectors.servicenow.read import fetch
from connectors.servicenow.rows import TABLES, Question, Row, rows
from connectors.servicenow.settings import Settings
from connectors.servicenow.values import literal, moment, sys_id
from connectors.values import needed, text

TICKETS_A_PAGE = 20  # each takes calls of its own
ARTICLE = (
    "sys_id,number,short_description,text,language,kb_knowledge_base,workflow_state,valid_to,can_read_user_criteria,"
    "sys_updated_on"
)


async def history(
    http: HttpClient, settings: Settings, people: People, since: datetime | None
) -> AsyncIterator[Sequence[Ticket]]:
    """Solved and closed records that changed since then, in the order of their last change."""
    ended = {settings.states[Status.SOLVED], settings.states[Status.CLOSED]}
    asked = Question(
        f"{TABLES}/{settings.table}",
        f"stateIN{','.join(sorted(ended))}{_later(since)}^ORDERBYsys_updated_on^ORDERBYsys_id",
        "sys_id,state,sys_updated_on",
        lambda row: row.get("state") in ended and _is_later(row, since),
    )
    ids = [needed(sys_id(row.get("sys_id")), "sys_id") for row in await rows(http, asked)]
    for start in range(0, len(ids), TICKETS_A_PAGE):
        if found := await _tickets(http, settings, people, ids[start : start + TICKETS_A_PAGE]):
            yield found


async def _tickets(http: HttpClient, settings: Settings, people: People, ids: Sequence[str]) -> list[Ticket]:
    found = []
    for one in ids:
        try:
            found.append(await fetch(http, settings, people, one))
        except NotFound:
            continue  # deleted since the list was made
    return found


async def articles(http: HttpClient, settings: Settings, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Published articles, a knowledge base at a time. Public is what both the account and the article say is."""
    for base, public in settings.knowledge_bases.items():

        def belongs(row: Row, base: str = base) -> bool:
            return (
                row.get("kb_knowledge_base") == base
                and row.get("workflow_state") == "published"
                and _is_later(row, since)
            )

        query = f"kb_knowledge_base={base}^workflow_state=published{_later(since)}^ORDERBYsys_updated_on^ORDERBYsys_id"
        found = await rows(http, Question(f"{TABLES}/kb_knowledge", query, ARTICLE, belongs))
        if still_valid := [_article(settings, row, public=public) for row in found if _is_valid(row)]:
            yield still_valid


def _later(since: datetime | None) -> str:
    return f"^sys_updated_on>={literal(since)}" if since else ""


def _is_later(row: Row, since: datetime | None) -> bool:
    changed = moment(row.get("sys_updated_on"))
    return since is None or (changed is not None and changed >= since.replace(microsecond=0))


def _is_valid(row: Row) -> bool:
    """An article is valid to the end of a day; without one it stays valid."""
    return (text(row.get("valid_to")) or "9999-12-31") >= datetime.now(UTC).strftime("%Y-%m-%d")


def _article(settings: Settings, row: Row, *, public: bool) -> Article:
    number = text(row.get("number"))
    return Article(
        id=needed(sys_id(row.get("sys_id")), "sys_id"),
        title=text(row.get("short_description")) or "Untitled",
        body=text(row.get("text")) or "",
        format=BodyFormat.HTML,
        url=f"{settings.base_url}/kb_view.do?sysparm_article={number}" if number else None,
        language=text(row.get("language")),
        public=public and row.get("can_read_user_criteria") == "",
        updated_at=moment(row.get("sys_updated_on")),
    )
