"""Fingerprints of good deliveries, by account and kind of event: bounded, merged, without a value."""

from collections.abc import Sequence

from gateway.store.database import Database
from gateway.store.json import jsonb

MOST_KNOWN = 1000  # paths of one kind
NOTE = """
insert into shape (account, kind, known, last) values (%(account)s, %(kind)s, %(last)s, %(last)s)
on conflict (account, kind) do update set last = %(last)s, seen_at = now(), known = (
  select jsonb_agg(path) from (
    select path from (
      select jsonb_array_elements_text(shape.known) as path, 0 as rank
      union all select jsonb_array_elements_text(%(last)s), 1) as all_paths
    group by path order by min(rank), path limit %(most)s) as paths)
"""


async def note(database: Database, account: str, kind: str, paths: Sequence[str]) -> Sequence[str] | None:
    """Keep a shape; returns the paths that were known before, None where this is the first."""
    row = await database.one(
        "select known from shape where account = %(account)s and kind = %(kind)s", {"account": account, "kind": kind}
    )
    values = {"account": account, "kind": kind, "last": jsonb(list(paths)), "most": MOST_KNOWN}
    await database.run(NOTE, values)
    return list(row["known"]) if row else None


async def last_good(database: Database, account: str) -> dict[str, Sequence[str]]:
    """The newest good shape of each kind of event."""
    rows = await database.all("select kind, last from shape where account = %(account)s", {"account": account})
    return {row["kind"]: row["last"] for row in rows}
