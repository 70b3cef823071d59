"""Retention: what was kept long enough goes, the oldest first, in batches, and one worker at a time.

Texts are emptied and their rows stay. Records go with everything that refers to them: which tables that are, is read
from the tables themselves, so that one which is added later is not forgotten.
"""

from datetime import datetime
from typing import Any

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.belonging import deletions
from gateway.store.database import Connection, Database

RETAINING = 0x72657461  # advisory lock: one worker at a time
BATCH = 500
ARRIVED = ["delivery", "quarantine"]  # kinds of content that are deliveries

EMPTY = """
update content set body = null, erased_at = now() where id in (
  select id from content where body is not null and created_at < %(before)s
    and (kind = any(%(arrived)s)) = %(deliveries)s
  order by created_at limit %(batch)s)
"""
OLD_EVENTS = """
select id, delivery_id, account, ticket_id from event
where received_at < %(before)s and state <> 'waiting' order by id limit %(batch)s
"""
DELIVERIES = "delete from delivery where id = any(%(ids)s) returning content_id"
OLD_QUARANTINE = """
delete from quarantine where id in (
  select id from quarantine where received_at < %(before)s order by id limit %(batch)s) returning content_id
"""
OLD_PERSONAL = "delete from audit_personal where at < %(before)s"
# What a ticket has used of its budgets, once nothing is kept of it any more. `spending` names it as one word.
OLD_SPENDING = """
delete from spending s using unnest(%(accounts)s::text[], %(tickets)s::text[]) as gone(account, ticket)
where s.period = 'ticket ' || gone.account || '#' || gone.ticket
  and not exists (select from run r where r.account = gone.account and r.ticket_id = gone.ticket)
"""
OLD_NOTICES = "delete from notice where at < %(before)s"
OLD_BUDGET_NOTICES = "delete from budget_notice where at < %(before)s"
CONTENT = "delete from content where id = any(%(ids)s)"


async def expire(database: Database, kind: str, before: datetime) -> int:
    """One batch of a kind: content | deliveries | records. Returns how many went; 0 also where somebody else
    is at it."""
    async with database.transaction() as connection:
        turn = await (await connection.execute("select pg_try_advisory_xact_lock(%s) as mine", (RETAINING,))).fetchone()
        if turn is None or not turn["mine"]:
            return 0
        gone = await (_records(connection, before) if kind == "records" else _texts(connection, kind, before))
        if gone:
            told = {"before": before.isoformat(), "gone": gone}
            await audit.append(connection, Act("retention", "retention", kind, "worker", told))
        return gone


async def _texts(connection: Connection, kind: str, before: datetime) -> int:
    given = {"before": before, "batch": BATCH, "arrived": ARRIVED, "deliveries": kind == "deliveries"}
    return (await connection.execute(EMPTY, given)).rowcount


async def _records(connection: Connection, before: datetime) -> int:
    given = {"before": before, "batch": BATCH}
    events = await (await connection.execute(OLD_EVENTS, given)).fetchall()
    ids = {"ids": [row["id"] for row in events]}
    texts: list[int] = []
    for statement in await deletions(connection, "event"):
        texts += await _texts_of(connection, statement, ids)
    deliveries = {"ids": [row["delivery_id"] for row in events if row["delivery_id"]]}
    texts += await _texts_of(connection, DELIVERIES, deliveries)
    waited = await connection.execute(OLD_QUARANTINE, given)
    texts += [row["content_id"] for row in await waited.fetchall()]
    for old in (OLD_PERSONAL, OLD_NOTICES, OLD_BUDGET_NOTICES):
        await connection.execute(old, given)
    of = {"accounts": [row["account"] for row in events], "tickets": [row["ticket_id"] for row in events]}
    await connection.execute(OLD_SPENDING, of)
    await connection.execute(CONTENT, {"ids": [text for text in texts if text is not None]})
    return len(events) + waited.rowcount


async def _texts_of(connection: Connection, statement: Any, given: dict[str, Any]) -> list[int]:
    """Delete rows, and tell which texts they had."""
    done = await connection.execute(statement, given)
    return [text for row in await done.fetchall() for text in row.values()] if done.description else []
