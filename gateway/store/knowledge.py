"""Articles as they were last read from their sources, who reads which source now, and how that went."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from gateway.store.database import Connection, Database, Row

LEASE = 1800.0  # seconds: longer than any reading is allowed to take
MOST_PROBLEMS = 100
DECLARE = """
insert into source (name, owner, contact, place, settings, authority, version, articles)
values (%(name)s, %(owner)s, %(contact)s, %(place)s, %(settings)s, %(authority)s, '', 0)
on conflict (name) do update set owner = excluded.owner, contact = excluded.contact, place = excluded.place,
  settings = excluded.settings, authority = excluded.authority,
  cursor = case when source.settings = excluded.settings then source.cursor end,
  tried_at = case when source.settings = excluded.settings then source.tried_at end
"""
CLAIM = """
update source set lease_until = now() + make_interval(secs => %(lease)s), tried_at = now()
where name = %(name)s and (lease_until is null or lease_until < now())
  and (%(at_once)s or tried_at is null or tried_at <= now() - make_interval(secs => %(every)s))
returning case when whole_at < now() - make_interval(secs => %(whole_every)s) then null else cursor end as cursor
"""
ARTICLE = """
insert into article (source, id, title, text, url, language, audience, brand, owner, updated_at, authority, version)
values (%(source)s, %(id)s, %(title)s, %(text)s, %(url)s, %(language)s, %(audience)s, %(brand)s, %(owner)s,
        %(updated_at)s, %(authority)s, %(version)s)
on conflict (source, id) do update set title = excluded.title, text = excluded.text, url = excluded.url,
  language = excluded.language, audience = excluded.audience, brand = excluded.brand, owner = excluded.owner,
  updated_at = excluded.updated_at, authority = excluded.authority, version = excluded.version, kept_at = now()
"""
KEPT = """
update source set version = held.version, articles = held.articles, read_at = now(), cursor = %(cursor)s,
  whole_at = case when %(whole)s then now() else whole_at end, error = null, problems = %(problems)s, lease_until = null
from (select count(*) as articles, coalesce(md5(string_agg(id || ' ' || version, ',' order by id)), 'empty') as version
      from article where source = %(name)s) held
where name = %(name)s
returning source.version
"""
CONTRADICTION = """
insert into contradiction (source, article, sentence, other_source, other_article, other_sentence, unit, older)
values (%(source)s, %(article)s, %(sentence)s, %(other_source)s, %(other_article)s, %(other_sentence)s, %(unit)s,
        %(older)s)
"""
CONTRADICTIONS = """
select c.*, a.title, a.url, a.updated_at, a.authority, o.title as other_title, o.url as other_url,
  o.updated_at as other_updated_at, o.authority as other_authority
from contradiction c
join article a on a.source = c.source and a.id = c.article
join article o on o.source = c.other_source and o.id = c.other_article
order by greatest(a.authority, o.authority) desc, greatest(a.updated_at, o.updated_at) desc nulls last, c.id
"""
STATUS = """
select source.*, coalesce(jsonb_array_length(problems), 0) as problem_count,
  (select min(updated_at) from article where article.source = source.name) as oldest_at,
  (select max(updated_at) from article where article.source = source.name) as newest_at,
  (select count(*) from article where article.source = source.name and audience = 'internal') as internal,
  (select count(*) from contradiction where source.name in (contradiction.source, other_source)) as contradictions
from source order by name
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a source: articles as rows. `whole`: these are all that it has, besides those in `unread`,
    which stay as they were. Articles from before `oldest` are let go."""

    articles: Sequence[Mapping[str, Any]]
    whole: bool = True
    unread: Collection[str] = ()
    cursor: str | None = None
    problems: Sequence[str] = field(default_factory=tuple)
    oldest: datetime | None = None


async def declare(database: Database, source: Mapping[str, Any]) -> None:
    """Make a source known. One whose settings changed is read from its beginning, as soon as anybody can."""
    await database.run(DECLARE, source)


async def claim(
    database: Database, name: str, *, every: float, whole_every: float, at_once: bool = False
) -> Row | None:
    """Become the one who reads a source that is due; None where it is not, or another does. The row has the `cursor` to
    go on from; without one the source is read from its beginning."""
    values = {"name": name, "every": every, "whole_every": whole_every, "at_once": at_once, "lease": LEASE}
    return await database.one(CLAIM, values)


async def keep(database: Database, name: str, reading: Reading) -> bool:
    """Keep what was read; what is gone from the source is gone at once. False where nothing changed."""
    async with database.transaction() as connection:
        # Two workers that start together read the same files: one of them writes.
        await connection.execute("select pg_advisory_xact_lock(hashtext('source:' || %s))", (name,))
        before = await _version(connection, name)
        if reading.whole:
            staying = [*(article["id"] for article in reading.articles), *reading.unread]
            await connection.execute("delete from article where source = %s and not (id = any(%s))", (name, staying))
        if reading.oldest:
            await connection.execute(
                "delete from article where source = %s and updated_at < %s", (name, reading.oldest)
            )
        known = await _known(connection, name)
        async with connection.cursor() as cursor:
            changed = [article for article in reading.articles if known.get(article["id"]) != article["version"]]
            await cursor.executemany(ARTICLE, changed)
        values = {
            "name": name,
            "cursor": reading.cursor,
            "whole": reading.whole,
            "problems": Jsonb(list(reading.problems[:MOST_PROBLEMS])),
        }
        after = await (await connection.execute(KEPT, values)).fetchone()
        return after is not None and after["version"] != before


async def _version(connection: Connection, name: str) -> str | None:
    row = await (await connection.execute("select version from source where name = %s", (name,))).fetchone()
    return row["version"] if row else None


async def _known(connection: Connection, name: str) -> dict[str, str]:
    rows = await connection.execute("select id, version from article where source = %s", (name,))
    return {row["id"]: row["version"] for row in await rows.fetchall()}


async def failed(database: Database, name: str, error: str) -> None:
    """A source could not be read; what was read before stays."""
    await database.run(
        "update source set error = %(error)s, lease_until = null where name = %(name)s", {"name": name, "error": error}
    )


async def narrow(database: Database, name: str, ids: Collection[str]) -> None:
    """These articles are internal from now on, whatever their next reading says."""
    sql = "update article set audience = 'internal' where source = %(name)s and id = any(%(ids)s)"
    if await database.run(f"{sql} and audience <> 'internal'", {"name": name, "ids": list(ids)}):
        await database.run("update source set version = version || '-' where name = %(name)s", {"name": name})


async def forget_others(database: Database, names: Collection[str]) -> int:
    """Sources that nobody declares any more are gone, with all their articles."""
    async with database.transaction() as connection:
        await connection.execute("delete from article where not (source = any(%s))", (list(names),))
        return (await connection.execute("delete from source where not (name = any(%s))", (list(names),))).rowcount


async def versions(database: Database) -> dict[str, str]:
    """The version of each source."""
    return {row["name"]: row["version"] for row in await database.all("select name, version from source")}


async def articles(database: Database, sources: Sequence[str] | None = None) -> Sequence[Row]:
    """All articles of some sources, or of all."""
    return await database.all(
        "select * from article where %(sources)s::text[] is null or source = any(%(sources)s) order by source, id",
        {"sources": None if sources is None else list(sources)},
    )


async def article(database: Database, source: str, id: str) -> Row | None:
    """One article with its source's owner and contact."""
    return await database.one(
        "select article.*, source.owner as team, source.contact, source.read_at, source.place from article "
        "join source on source.name = article.source where article.source = %(source)s and article.id = %(id)s",
        {"source": source, "id": id},
    )


async def public_of(database: Database, articles: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these articles, by source and id, that stand now and may be told to everybody."""
    rows = await database.all(
        """select source, id from article where audience = 'public'
           and (source, id) in (select * from unnest(%(sources)s::text[], %(ids)s::text[]))""",
        {"sources": [source for source, _ in articles], "ids": [id for _, id in articles]},
    )
    return {(row["source"], row["id"]) for row in rows}


async def status(database: Database) -> Sequence[Row]:
    """A row a source: its owner, when it was read, what is in it, and what is wrong with it."""
    return await database.all(STATUS)


async def replace_contradictions(database: Database, found: Sequence[Mapping[str, Any]]) -> None:
    """Keep what contradicts what now."""
    async with database.transaction() as connection:
        await connection.execute("select pg_advisory_xact_lock(hashtext('contradictions'))")
        await connection.execute("delete from contradiction")
        async with connection.cursor() as cursor:
            await cursor.executemany(CONTRADICTION, found)


async def contradictions(database: Database) -> Sequence[Row]:
    """Articles that contradict each other, those of most authority and newest first."""
    return await database.all(CONTRADICTIONS)
