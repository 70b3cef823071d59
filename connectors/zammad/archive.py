"""What a help desk already knows: its knowledge base, and closed tickets with the replies that closed them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Article, BodyFormat, Status, Ticket
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.values import document, identifier, lacks, listed, mapping, moment, needed, objects, text
from connectors.zammad.settings import Settings

TICKETS_A_PAGE = 50  # each is read by itself; Zammad gives at most 100
MOST_PAGES = 20_000
Assets = dict[str, dict[str, Any]]


async def articles(http: HttpClient, settings: Settings, since: datetime | None) -> AsyncIterator[Sequence[Article]]:
    """Answers that changed since then, one page for each answer with its translations. Drafts and archived ones stay
    out; what only agents may read is not `public`. Source: Zammad's documentation, "Knowledge Base"."""
    assets = document(await http.send("POST", "/api/v1/knowledge_bases/init", json={}))
    if not isinstance(assets.get("KnowledgeBase"), dict):
        raise lacks("the knowledge base")
    locales = {needed(identifier(one.get("id")), "locale.id"): one for one in _rows(assets, "KnowledgeBaseLocale")}
    homes = {
        identifier(one.get("id")): identifier(one.get("knowledge_base_id"))
        for one in _rows(assets, "KnowledgeBaseCategory")
    }
    now = datetime.now(UTC)
    for answer in _rows(assets, "KnowledgeBaseAnswer"):
        base = homes.get(identifier(answer.get("category_id")))
        if base is None or (settings.knowledge_base_id and base != settings.knowledge_base_id):
            continue
        if (public := _is_public(answer, now)) is None:
            continue
        translations = _changed_since(answer, _rows(assets, "KnowledgeBaseAnswerTranslation"), since)
        if translations:
            yield await _read(http, base, answer, translations, public=public, locales=locales)


def _rows(assets: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return objects(list(mapping(assets.get(kind)).values()))


def _is_public(answer: dict[str, Any], now: datetime) -> bool | None:
    """Whether everybody may read it, or agents alone; None where nobody may. Times in the future are plans."""
    archived, published, internal = (
        (at := moment(answer.get(key))) is not None and at <= now
        for key in ("archived_at", "published_at", "internal_at")
    )
    if archived or not (published or internal):
        return None
    return published


def _changed_since(
    answer: dict[str, Any], translations: list[dict[str, Any]], since: datetime | None
) -> list[dict[str, Any]]:
    mine = [one for one in translations if identifier(one.get("answer_id")) == identifier(answer.get("id"))]
    return [one for one in mine if since is None or (at := _changed_at(answer, one)) is None or at >= since]


def _changed_at(answer: dict[str, Any], translation: dict[str, Any]) -> datetime | None:
    """Publishing changes the answer, and writing its translation."""
    times = [at for one in (answer, translation) if (at := moment(one.get("updated_at")))]
    return max(times, default=None)


async def _read(
    http: HttpClient,
    base: str,
    answer: dict[str, Any],
    translations: list[dict[str, Any]],
    *,
    public: bool,
    locales: dict[str, dict[str, Any]],
) -> list[Article]:
    """The texts are not in the overview. They are asked for by their own ids."""
    number = needed(identifier(answer.get("id")), "answer.id")
    contents = [needed(identifier(one.get("content_id")), "translation.content_id") for one in translations]
    path = f"/api/v1/knowledge_bases/{base}/answers/{number}"
    found = document(await http.get(path, params={"full": "1", "include_contents": ",".join(contents)}))
    bodies = mapping(mapping(found.get("assets")).get("KnowledgeBaseAnswerTranslationContent"))
    articles = []
    for one, content in zip(translations, contents, strict=True):
        locale = identifier(one.get("kb_locale_id")) or ""
        articles.append(
            Article(
                id=f"{number}:{needed(identifier(one.get('id')), 'translation.id')}",
                title=text(one.get("title")) or "Untitled",
                body=text(needed(bodies.get(content), "the text of an answer").get("body")) or "",
                format=BodyFormat.HTML,
                url=None,  # the public address needs words for category and locale that the overview does not tell
                language=_language(locales, locale),
                public=public,
                updated_at=_changed_at(answer, one),
            )
        )
    return articles


def _language(locales: dict[str, dict[str, Any]], locale: str) -> str | None:
    """Zammad's overview names a locale by a number of its own; a word is there only in some versions."""
    return text(mapping(locales.get(locale)).get("locale"))


async def history(
    http: HttpClient, settings: Settings, since: datetime | None, fetch: Callable[[str], Awaitable[Ticket]]
) -> AsyncIterator[Sequence[Ticket]]:
    """Closed tickets in the order of their numbers, with their threads; only those changed since then.

    The plain list is read to its end: searching by time needs Elasticsearch, which not every Zammad has.
    """
    ended = {settings.states[Status.SOLVED], "merged"}
    seen: set[str] = set()
    for page in range(1, MOST_PAGES + 1):
        query = {"expand": "true", "page": str(page), "per_page": str(TICKETS_A_PAGE)}
        rows = listed(await http.get("/api/v1/tickets", params=query), "tickets")
        if not rows:
            return
        numbers = {needed(identifier(one.get("id")), "ticket.id") for one in rows}
        if numbers <= seen:
            raise Unavailable("Zammad gives the same page of tickets again and again")
        seen |= numbers
        if found := await _ended(rows, ended, since, fetch):
            yield found
    raise Rejected(f"the list of tickets has more than {MOST_PAGES} pages; it is not read any further")


async def _ended(
    rows: list[dict[str, Any]],
    ended: set[str],
    since: datetime | None,
    fetch: Callable[[str], Awaitable[Ticket]],
) -> list[Ticket]:
    found = []
    for one in rows:
        changed = moment(one.get("updated_at"))
        if one.get("state") not in ended or (since and changed and changed < since):
            continue
        try:
            found.append(await fetch(str(one["id"])))
        except NotFound:
            continue  # deleted since the page was made
    return found
