"""Reads the sources that are due, one worker at a time, and keeps what they hold and what went wrong with them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import structlog

from connectors.errors import ConnectorError
from gateway.errors import DatabaseUnavailable
from gateway.knowledge.articles import Audience
from gateway.knowledge.contradictions import contradictions_in
from gateway.knowledge.library import article_of, row_of
from gateway.knowledge.sources import Content, Declared
from gateway.store import knowledge as rows
from gateway.store.database import Database

LONGEST = 1500.0  # seconds of one reading; shorter than the lease that keeps others away
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Synced:
    """How reading a source went. `error`: it brought nothing, and what was kept before stays."""

    source: str
    read: int = 0
    whole: bool = False
    changed: bool = False
    problems: Sequence[str] = ()
    error: str | None = None


class Librarian:
    """Looks after the sources of an installation."""

    def __init__(self, database: Database, sources: Sequence[Declared]) -> None:
        self._database = database
        self.sources: Mapping[str, Declared] = {source.name: source for source in sources}

    async def begin(self) -> None:
        """What nobody declares any more is forgotten, and what is on this machine is read now: a worker that begins
        without it would answer from nothing."""
        await rows.forget_others(self._database, list(self.sources))
        for source in self.sources.values():
            await rows.declare(self._database, source.row())
            await self._narrow(source)
        here = [await self._read(source, None) for source in self.sources.values() if source.here]
        if any(synced.changed for synced in here):
            await self.compare()

    async def take_turn(self) -> list[Synced]:
        """Read what is due and what nobody else reads at the moment."""
        return await self._sync(self.sources.values(), at_once=False)

    async def sync(self, names: Sequence[str] = (), *, whole: bool = True) -> list[Synced]:
        """Read sources now, all where none is named; `whole`: from their beginning."""
        chosen = [source for name, source in self.sources.items() if not names or name in names]
        for source in chosen:
            await rows.declare(self._database, source.row())
        return await self._sync(chosen, at_once=True, whole=whole)

    async def compare(self) -> None:
        """Look for articles that contradict each other."""
        articles = [article_of(row) for row in await rows.articles(self._database)]
        found = await asyncio.to_thread(contradictions_in, articles)
        await rows.replace_contradictions(self._database, [asdict(one) for one in found])

    async def _narrow(self, source: Declared) -> None:
        """What the settings make internal is so before the source is read again."""
        kept = await rows.articles(self._database, [source.name])
        audiences = {row["id"]: source.defaults.audience_of(row["title"], Audience.PUBLIC) for row in kept}
        internal = [id for id, audience in audiences.items() if audience is Audience.INTERNAL]
        await rows.narrow(self._database, source.name, internal)

    async def _sync(self, sources: Iterable[Declared], *, at_once: bool, whole: bool = False) -> list[Synced]:
        done: list[Synced] = []
        for source in sources:
            claimed = await rows.claim(
                self._database, source.name, every=source.every, whole_every=source.whole_every, at_once=at_once
            )
            if claimed is not None:
                done.append(await self._read(source, None if whole else claimed["cursor"]))
            elif at_once:
                done.append(Synced(source.name, error="another process reads it at the moment"))
        if any(synced.changed for synced in done):
            await self.compare()
        return done

    async def _read(self, source: Declared, cursor: str | None) -> Synced:
        try:
            async with asyncio.timeout(LONGEST):
                content = await source.read(cursor)
        except TimeoutError:
            return await self._failed(source, f"could not be read within {LONGEST / 60:.0f} minutes")
        except (ConnectorError, OSError) as error:
            return await self._failed(source, str(error))
        except DatabaseUnavailable:
            raise
        except Exception as error:  # one source must not keep the others from being read
            log.exception("a knowledge source cannot be read", source=source.name, error=type(error).__name__)
            return await self._failed(source, f"an error that we did not expect: {type(error).__name__}")
        return await self._keep(source, content)

    async def _failed(self, source: Declared, error: str) -> Synced:
        log.warning("a knowledge source could not be read", source=source.name, reason=error)
        await rows.failed(self._database, source.name, error)
        return Synced(source.name, error=error)

    async def _keep(self, source: Declared, content: Content) -> Synced:
        reading = rows.Reading(
            [row_of(article) for article in content.articles],
            content.whole,
            content.unread,
            content.cursor,
            content.problems,
            content.oldest,
        )
        changed = await rows.keep(self._database, source.name, reading)
        return Synced(source.name, len(content.articles), content.whole, changed, content.problems)
