"""Which set of policies binds, and which ones did: the newest publication is in force for every process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.store.audit import COMMAND
from gateway.store.database import Connection, Database
from gateway.store.json import jsonb

PUBLISHING = 0x706F6C69  # advisory lock: publications come one after the other

KEEP = """
insert into policy_set (version, files) values (%(version)s, %(files)s) on conflict (version) do nothing
"""
# A version that was in force before is rolled back to.
PUBLISH = """
with before as (
  select (select version from policy_publication order by id desc limit 1) as version,
         exists (select from policy_publication where version = %(version)s) as known
), published as (
  insert into policy_publication (version, by, reason)
  select %(version)s::text, %(by)s::text, %(reason)s::text from before
  where %(version)s::text is distinct from before.version
  returning id)
insert into audit_entry (who, act, on_what, from_where, content_hash, detail)
select %(by)s, case when before.known then 'policy rollback' else 'policy publish' end, 'policies',
       %(where)s, %(version)s,
       jsonb_build_object('publication', published.id, 'before', before.version, 'because', %(reason)s::text)
from published, before
"""


@dataclass(frozen=True, slots=True)
class Publication:
    """A set that was put in force: since when, by whom and why. `files` are its texts by path; empty in lists."""

    id: int
    version: str
    at: datetime
    by: str
    reason: str | None
    files: Mapping[str, str] = field(default_factory=dict)


async def published(database: Database) -> Publication | None:
    """The set in force with its files; None before the first publication."""
    row = await database.one(
        """select p.id, p.version, p.at, p.by, p.reason, s.files
           from policy_publication p join policy_set s using (version) order by p.id desc limit 1"""
    )
    return Publication(**row) if row else None


async def newest(database: Database) -> tuple[int, str] | None:
    """The number and the version of the newest publication: cheap enough to ask twice a second."""
    row = await database.one("select id, version from policy_publication order by id desc limit 1")
    return (row["id"], row["version"]) if row else None


async def publications(database: Database, limit: int = 50) -> Sequence[Publication]:
    """What was in force, newest first, without files."""
    rows = await database.all(
        "select id, version, at, by, reason from policy_publication order by id desc limit %(limit)s", {"limit": limit}
    )
    return [Publication(**row) for row in rows]


async def set_files(database: Database, version: str) -> Mapping[str, str] | None:
    """The texts of one set by path; None where it was never kept."""
    row = await database.one("select files from policy_set where version = %(version)s", {"version": version})
    return row["files"] if row else None


async def versions(database: Database, beginning: str) -> Sequence[str]:
    """Versions that begin so, at most ten."""
    rows = await database.all(
        "select version from policy_set where starts_with(version, %(beginning)s) order by version limit 10",
        {"beginning": beginning},
    )
    return [row["version"] for row in rows]


async def keep_set(database: Database, version: str, files: Mapping[str, str]) -> None:
    """Keep the text of a set; a version that is known stays as it is."""
    await database.run(KEEP, {"version": version, "files": jsonb(dict(files))})


async def publish(
    database: Database,
    version: str,
    files: Mapping[str, str],
    *,
    by: str,
    reason: str | None = None,
    where: str = COMMAND,
) -> None:
    """Put a set in force for every process. Nothing happens where it is in force already."""
    await keep_set(database, version, files)
    async with database.transaction() as connection:
        await lock(connection)
        await put_in_force(connection, version, by, reason, where)


async def lock(connection: Connection) -> None:
    """Until the transaction ends, nobody else publishes."""
    await connection.execute("select pg_advisory_xact_lock(%(key)s)", {"key": PUBLISHING})


async def put_in_force(connection: Connection, version: str, by: str, reason: str | None, where: str) -> None:
    """A set that is kept already, within a transaction that holds the lock."""
    await connection.execute(PUBLISH, {"version": version, "by": by, "reason": reason, "where": where})
