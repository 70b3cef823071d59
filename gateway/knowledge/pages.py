"""Reads the pages that a sitemap lists: within its own site, in bounds, and never from inside a private network."""

import asyncio
import gzip
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from protego import Protego

from connectors.errors import ConnectorError, NotFound, Rejected
from connectors.http import HttpClient
from gateway.knowledge.articles import Article, Defaults
from gateway.knowledge.entries import Unreadable, article_of
from gateway.knowledge.markup import article_text, told_by
from gateway.knowledge.sources import Content

LARGEST_SITEMAP = 10_000_000  # bytes
LARGEST_PAGE = 2_000_000
LARGEST_ROBOTS = 500_000  # what RFC 9309 asks to be read at least
US = "countersign"
MOST_SITEMAPS = 50
GONE = (404, 410)
NAMES = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@dataclass(slots=True)
class _Turn:
    """What one reading found out. `seen`: address -> what the sitemap says of its last change."""

    before: dict[str, str]
    seen: dict[str, str] = field(default_factory=dict)
    articles: list[Article] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages of a site. A page whose last change the sitemap tells is read again when that is another one; the
    cursor remembers them. A page that does not answer stays as it was; one that is gone is gone."""

    address: str
    defaults: Defaults
    most_pages: int = 2_000
    allow_private_network: bool = False

    async def __call__(self, cursor: str | None) -> Content:
        site = urlsplit(self.address)
        http = HttpClient(
            f"{site.scheme}://{site.netloc}",
            headers={"user-agent": US},
            allow_private_network=self.allow_private_network,
        )
        turn = _Turn(json.loads(cursor) if cursor else {})
        try:
            robots = await _robots(http)
            closed = 0
            async for page, changed in self._listed(http, turn):
                if robots.can_fetch(page, US):
                    await self._page(http, page, changed, turn)
                else:
                    closed += 1
            if closed:
                turn.problems.append(f"{closed} page(s) are not read: robots.txt closes them to {US!r}")
        finally:
            await http.close()
        return Content(turn.articles, turn.problems, unread=turn.unread, cursor=json.dumps(turn.seen))

    async def _listed(self, http: HttpClient, turn: _Turn) -> AsyncIterator[tuple[str, str]]:
        """Pages with the last change that the sitemap tells. It may list sitemaps, which list no further ones."""
        waiting, first = [self.address], True
        listed: set[str] = set()
        while waiting:
            entries, nested = _entries(await _bytes(http, waiting.pop(0), LARGEST_SITEMAP))
            waiting += [address for address, _ in nested][:MOST_SITEMAPS] if first else []
            first = False
            for page, changed in entries:
                if len(listed) >= self.most_pages:
                    turn.problems.append(f"lists more than {self.most_pages} pages; the rest is not read (most_pages)")
                    return
                if page not in listed:
                    listed.add(page)
                    yield page, changed

    async def _page(self, http: HttpClient, page: str, changed: str, turn: _Turn) -> None:
        if changed and turn.before.get(page) == changed:
            turn.seen[page] = changed
            turn.unread.append(page)
            return
        try:
            raw = await _bytes(http, page, LARGEST_PAGE)
            article = await asyncio.to_thread(self._article, page, raw.decode(errors="replace"), changed)
        except Unreadable as error:
            turn.problems.append(f"{page}: {error}")
        except ConnectorError as error:
            if isinstance(error, NotFound) or error.status in GONE:
                turn.problems.append(f"{page}: is listed and not there")
                return
            turn.problems.append(f"{page}: {error}")
            turn.unread.append(page)
        else:
            turn.articles.append(article)
            turn.seen[page] = changed

    def _article(self, page: str, html: str, changed: str) -> Article:
        said = told_by(html)
        said["url"] = page  # not the canonical one: that may be anybody's
        try:
            return article_of({"updated": changed, **said}, article_text(html), page, self.defaults)
        except Unreadable as error:
            if not str(error).startswith(("updated", "language")):
                raise
            said = {key: value for key, value in said.items() if key not in ("updated", "language")}
            return article_of(said, article_text(html), page, self.defaults)


async def _robots(http: HttpClient) -> Protego:
    """What the site lets us read. None there, or somewhere else: everything (RFC 9309). Raises ConnectorError where
    the site does not answer."""
    try:
        told = await http.first_bytes("/robots.txt", LARGEST_ROBOTS)
    except ConnectorError as error:
        if not (isinstance(error, NotFound) or (error.status and 300 <= error.status < 500)):
            raise
        told = b""
    return Protego.parse(told.decode(errors="replace"))


async def _bytes(http: HttpClient, address: str, largest: int) -> bytes:
    found = await http.first_bytes(address, largest + 1)
    if len(found) > largest:
        raise Rejected(f"{urlsplit(address).path}: is longer than {largest} bytes")
    return found


def _entries(raw: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Pages and further sitemaps. Raises Rejected for what is no sitemap, or one that defines words of its own."""
    try:
        if raw.startswith(b"\x1f\x8b"):
            raw = gzip.GzipFile(fileobj=io.BytesIO(raw)).read(LARGEST_SITEMAP)
        text = raw.decode("utf-8-sig")  # as the protocol asks for: no other spelling could hide what is refused here
        if "<!DOCTYPE" in text or "<!ENTITY" in text:
            raise Rejected("the sitemap has a document type, which none needs; it is not read")
        root = ElementTree.fromstring(text)  # noqa: S314 - what makes that dangerous was refused above
    except (ElementTree.ParseError, OSError, EOFError, ValueError):
        raise Rejected("the address leads to no sitemap; it must be XML with <urlset> or <sitemapindex>") from None
    pages, nested = (
        [
            (address, (one.findtext(f"{NAMES}lastmod") or "").strip()[:40])
            for one in root.iter(f"{NAMES}{tag}")
            if (address := (one.findtext(f"{NAMES}loc") or "").strip()).startswith(("https://", "http://"))
        ]
        for tag in ("url", "sitemap")
    )
    return pages, nested
