"""Where articles come from: how a source is declared, and how each kind is read."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from connectors.contract import Article as HelpCentreArticle
from connectors.contract import BodyFormat, HasArticles
from gateway.knowledge.articles import Article, Audience, Defaults
from gateway.knowledge.entries import Unreadable, article_of
from gateway.knowledge.markup import article_text
from gateway.knowledge.readers import read_source

MINUTE, HOUR, NEVER = 60.0, 3600.0, 3_153_600_000.0  # seconds


@dataclass(frozen=True, slots=True)
class Content:
    """What a source gave. `whole`: this is all of it, besides `unread`: ids that are still there and were not read.
    `cursor`: where the next reading goes on. Articles from before `oldest` are let go."""

    articles: Sequence[Article]
    problems: Sequence[str] = ()
    whole: bool = True
    unread: Sequence[str] = ()
    cursor: str | None = None
    oldest: datetime | None = None


class Reads(Protocol):
    """Reads a source from where `cursor` says; None: all of it. Raises ConnectorError, or OSError of its files."""

    async def __call__(self, cursor: str | None) -> Content: ...


@dataclass(frozen=True, slots=True)
class Declared:
    """A source of `countersign.yaml`, and its `place` in words. It is looked at `every` so many seconds, and read from
    its beginning at least every `whole_every`. `here`: on this machine, so that every worker reads it before it begins.
    """

    defaults: Defaults
    contact: str
    place: str
    read: Reads
    every: float = HOUR
    whole_every: float = 6 * HOUR
    here: bool = False

    @property
    def name(self) -> str:
        return self.defaults.source

    def row(self) -> Mapping[str, Any]:
        """What the store is told of it."""
        return {
            "name": self.name,
            "owner": self.defaults.owner or "",
            "contact": self.contact,
            "place": self.place,
            "settings": hashlib.sha256(repr((self.defaults, self.place)).encode()).hexdigest()[:16],
            "authority": self.defaults.authority,
        }


@dataclass(frozen=True, slots=True)
class Files:
    """A folder, or a file of JSON lines."""

    path: Path
    defaults: Defaults

    async def __call__(self, cursor: str | None) -> Content:
        found = await asyncio.to_thread(read_source, self.path, self.defaults)
        if not found.articles and not self.path.exists():
            raise FileNotFoundError(str(found.problems[0]))
        return Content(found.articles, [str(problem) for problem in found.problems])


@dataclass(frozen=True, slots=True)
class HelpCentre:
    """The articles of a help desk. The cursor is the newest change that was seen, by the help desk's own clock."""

    desk: HasArticles
    defaults: Defaults

    async def __call__(self, cursor: str | None) -> Content:
        since = datetime.fromisoformat(cursor) - timedelta(minutes=5) if cursor else None
        found: dict[str, Article] = {}
        problems: list[str] = []
        newest = cursor
        async for page in self.desk.articles(since):
            for one in page:
                try:
                    found[one.id] = await asyncio.to_thread(self._article, one)
                except Unreadable as error:
                    problems.append(f"article {one.id}: {error}")
                if one.updated_at and (newest is None or one.updated_at > datetime.fromisoformat(newest)):
                    newest = one.updated_at.isoformat()
        return Content(list(found.values()), problems, whole=since is None, cursor=newest)

    def _article(self, one: HelpCentreArticle) -> Article:
        """What the help desk keeps from customers is internal, whatever the source says."""
        said = {
            "title": one.title,
            "url": one.url,
            "language": one.language,
            "audience": None if one.public else Audience.INTERNAL,
            "updated": one.updated_at,
        }
        text = article_text(one.body) if one.format is BodyFormat.HTML else one.body
        return article_of(said, text, one.id, self.defaults)
