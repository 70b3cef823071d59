"""What makes a copy of the database safe to go on with: it knows since when it knows nothing, and waits for a person.

Between the last thing that a copy knows and the moment in which it is put in place the old database went on: notes and
replies were written that no row of the copy tells of, and numbers were given that links in those notes still name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.audit import COMMAND
from gateway.store.database import Database, Row
from gateway.store.pauses import ALL, BEGIN

BECAUSE = "this database is a restored copy: see deploy/restore.md"
# By the database's clock alone, and rather too early: what was written before it is known by its id.
MARK = """
insert into restored (known_until, by)
select coalesce((select max(at) from audit_entry), 'epoch'), %(by)s returning id, known_until, at
"""
# A link names a run by its number. One that was given in the lost time must never mean another ticket.
FORWARD = """
select count(setval(format('%I.%I', schemaname, sequencename)::regclass,
                    least(coalesce(last_value, 0) + greatest(last_value, 1000000), max_value))) as moved
from pg_sequences where schemaname = current_schema()
"""
TABLES = """
select count(*) as tables from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = current_schema()
"""
# By way of the runs, which are indexed by ticket.
KNOWN = """
select w.entry_id, w.mark from run r join write_back w on w.run_id = r.id
where r.account = %(account)s and r.ticket_id = %(ticket)s
"""
HELP_DESKS = timedelta(hours=1)  # how far a help desk's clock may be from ours


@dataclass(frozen=True, slots=True)
class LostTime:
    """What happened between these two moments is not in this database."""

    known_until: datetime
    at: datetime

    def holds(self, moment: datetime) -> bool:
        """May something that the help desk dates so have happened in it? In doubt it may."""
        return self.known_until - HELP_DESKS <= moment <= self.at + HELP_DESKS


def lost_times(rows: Sequence[Row]) -> tuple[LostTime, ...]:
    return tuple(LostTime(row["known_until"], row["at"]) for row in rows)


async def is_empty(database: Database) -> bool:
    """Whether there is no table yet."""
    row = await database.one(TABLES)
    return row is not None and row["tables"] == 0


async def mark_restored(database: Database, *, by: str, where: str = COMMAND) -> LostTime:
    """Make a copy safe, in one transaction: its lost time is kept, numbers go on beyond those that may have been given
    meanwhile, and nothing is written until somebody resumes."""
    async with database.transaction() as connection:
        row = await (await connection.execute(MARK, {"by": by})).fetchone()
        assert row is not None
        await connection.execute(FORWARD)
        await connection.execute(BEGIN, {"account": ALL, "by": by, "because": BECAUSE, "where": where})
        told = {"known_until": row["known_until"].isoformat()}
        await audit.append(connection, Act(by, "restore", "database", where, told))
    return LostTime(row["known_until"], row["at"])


async def last_restore(database: Database) -> datetime | None:
    """When this database was put in place as a copy; None: never, or nobody said so."""
    row = await database.one("select max(at) as at from restored")
    return row["at"] if row else None


async def knows_head(database: Database, size: int, root: bytes) -> bool:
    """Whether a head of the audit record was signed in this database."""
    sealed = "select 1 from audit_head where size = %(size)s and root = %(root)s"
    return await database.one(sealed, {"size": size, "root": root}) is not None


async def known_writes(database: Database, account: str, ticket_id: str) -> tuple[set[str], set[str]]:
    """(ids of entries, marks) of all that this database knows to have been written into a ticket, or meant to be."""
    rows = await database.all(KNOWN, {"account": account, "ticket": ticket_id})
    return {row["entry_id"] for row in rows if row["entry_id"]}, {row["mark"] for row in rows}
