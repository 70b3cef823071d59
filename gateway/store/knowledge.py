"""Articles as they were last read from their sources."""

from collections.abc import Mapping, Sequence
from typing import Any

from gateway.store.database import Database, Row

REPLACE_SOURCE = """
insert into source (name, owner, version, articles, read_at)
values (%(name)s, %(owner)s, %(version)s, %(articles)s, now())
on conflict (name) do update set owner = excluded.owner, version = excluded.version, articles = excluded.articles,
  read_at = excluded.read_at
"""
ARTICLE = """
insert into article (source, id, title, text, url, language, audience, brand, owner, updated_at)
values (%(source)s, %(id)s, %(title)s, %(text)s, %(url)s, %(language)s, %(audience)s, %(brand)s, %(owner)s,
        %(updated_at)s)
"""


async def replace_source(
    database: Database, name: str, owner: str, version: str, articles: Sequence[Mapping[str, Any]]
) -> bool:
    """Keep a source as it is now; articles that are gone from it are gone at once. False where nothing changed."""
    async with database.transaction() as connection:
        # Two workers that start together read the same files: one of them writes.
        await connection.execute("select pg_advisory_xact_lock(hashtext('source:' || %s))", (name,))
        known = await (await connection.execute("select version from source where name = %s", (name,))).fetchone()
        if known is not None and known["version"] == version:
            return False
        await connection.execute("delete from article where source = %s", (name,))
        async with connection.cursor() as cursor:
            await cursor.executemany(ARTICLE, articles)
        await connection.execute(
            REPLACE_SOURCE, {"name": name, "owner": owner, "version": version, "articles": len(articles)}
        )
        return True


async def versions(database: Database) -> dict[str, str]:
    """The version of each source."""
    return {row["name"]: row["version"] for row in await database.all("select name, version from source")}


async def articles(database: Database, sources: Sequence[str]) -> Sequence[Row]:
    """All articles of some sources."""
    return await database.all(
        "select * from article where source = any(%(sources)s) order by source, id", {"sources": list(sources)}
    )
