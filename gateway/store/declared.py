"""What an installation declares of money: a change is on record in the transaction of the row that remembers it."""

from collections.abc import Mapping
from typing import Any, LiteralString

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.database import Database
from gateway.store.json import jsonb

DECLARING = 0x6465636C  # advisory lock: processes that start together look one after the other
KEEP: LiteralString = """
insert into declared (name, told) values (%(name)s, %(told)s)
on conflict (name) do update set told = excluded.told, since = now()
"""
DROP: LiteralString = "delete from declared where name = %(name)s"


async def remember(database: Database, declared: Mapping[str, Any], *, by: str, where: str) -> list[str]:
    """Keep what is declared now, in the place of what was declared last; returns the names of what changed. The first
    word of a name says what it is, and so which act the change was."""
    async with database.transaction() as connection:
        await connection.execute("select pg_advisory_xact_lock(%(key)s)", {"key": DECLARING})
        rows = await (await connection.execute("select name, told from declared")).fetchall()
        before = {row["name"]: row["told"] for row in rows}
        changed = sorted(name for name in before.keys() | declared.keys() if before.get(name) != declared.get(name))
        for name in changed:
            now = declared.get(name)
            await connection.execute(DROP if now is None else KEEP, {"name": name, "told": jsonb(now)})
            told = {"before": before.get(name), "now": now}
            await audit.append(connection, Act(by, f"{name.split()[0]} change", name, where, told))
        return changed
