"""The search index of a worker: built from the articles in the database, and built again when a source changes."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from gateway.knowledge.articles import AUTHORITY, Article, Audience
from gateway.knowledge.index import Found, Index
from gateway.knowledge.passages import passages_of
from gateway.store import knowledge as rows
from gateway.store.database import Database

if TYPE_CHECKING:
    from gateway.knowledge.meaning import Meaning

_FIELDS = tuple(field.name for field in fields(Article))


class Library:
    """Answers searches over the sources of an account. One per worker; `refresh` looks for changes."""

    def __init__(self, database: Database, meaning: "Meaning | None" = None) -> None:
        self._database = database
        self._meaning = meaning
        self._versions: dict[str, str] = {}
        self._indexes: dict[tuple[str, ...], tuple[tuple[str | None, ...], Index]] = {}
        self._building = asyncio.Lock()

    async def refresh(self) -> None:
        """Learn which sources have changed; their indexes are built anew at the next search."""
        self._versions = await rows.versions(self._database)

    async def search(
        self, sources: Sequence[str], question: str, *, language: str | None, brand: str | None = None, limit: int
    ) -> Found:
        """The best passages of these sources."""
        index = await self._index(tuple(sorted(sources)))
        return index.search(question, language=language, brand=brand, audience=Audience.INTERNAL, limit=limit)

    async def _index(self, sources: tuple[str, ...]) -> Index:
        current = tuple(self._versions.get(source) for source in sources)
        kept = self._indexes.get(sources)
        if kept is not None and kept[0] == current:
            return kept[1]
        async with self._building:
            kept = self._indexes.get(sources)
            if kept is None or kept[0] != current:
                found = await rows.articles(self._database, sources)
                kept = (current, await asyncio.to_thread(_build, [dict(row) for row in found], self._meaning))
                self._indexes[sources] = kept
        return kept[1]


async def keep(database: Database, source: str, owner: str, articles: Iterable[Article]) -> bool:
    """Put all that a source holds into the database; False where it is the same as before."""
    told = {"name": source, "owner": owner, "contact": None, "place": "", "settings": "", "authority": AUTHORITY}
    await rows.declare(database, told)
    return await rows.keep(database, source, rows.Reading([row_of(article) for article in articles]))


def row_of(article: Article) -> dict[str, Any]:
    """An article as the store keeps it."""
    return {**asdict(article), "version": article.version}


def article_of(row: Mapping[str, Any]) -> Article:
    """An article as it was kept."""
    return Article(**{**{name: row[name] for name in _FIELDS}, "audience": Audience(row["audience"])})


def _build(found: list[dict[str, Any]], meaning: "Meaning | None") -> Index:
    passages = (passage for row in found for passage in passages_of(article_of(row)))
    return Index.build(passages, meaning=meaning)
