"""Outcomes: what people did with a draft, and what came after it. The first finding stays; what follows is added."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.store.database import Database, Row
from gateway.store.drafts import OPEN
from gateway.store.json import jsonb
from gateway.telemetry import outcomes

KEEP = """
with found as (select 1 from outcome where run_id = %(run)s), kept as (
  insert into content (account, ticket_id, requester, kind, body)
  select r.account, r.ticket_id, r.requester, 'outcome', %(changes)s from run r
  where r.id = %(run)s and %(changes)s::jsonb is not null and not exists (select from found)
  returning id)
insert into outcome (run_id, kind, at, similarity, kept, message_id, sent_by, groups, content_id, estimated_ms,
                     watched_until, sampled)
values (%(run)s, %(kind)s, now(), %(similarity)s, %(kept)s, %(message)s, %(sent_by)s, %(groups)s,
        (select id from kept), %(estimated)s, now() + %(watched)s::interval, %(sampled)s)
on conflict (run_id) do nothing
"""
CLOSE = """
update draft set state = 'closed', changed_at = now() where run_id = %(run)s and state = any(%(open)s)
"""
WATCHED = """
select o.run_id, o.message_id, o.at, o.watched_until, o.reopened_at, o.answered_again_at
from run r join outcome o on o.run_id = r.id
where r.account = %(account)s and r.ticket_id = %(ticket)s and o.watched_until is not null
  and (o.reopened_at is null or o.answered_again_at is null)
"""
SAMPLE = """
select d.run_id, d.account, d.ticket_id, o.at as sent_at, k.explanation->'matched' as rules
from outcome o join draft d on d.run_id = o.run_id left join decision k on k.run_id = d.run_id
where o.sampled and o.finding is null and (%(accounts)s::text[] is null or d.account = any(%(accounts)s))
order by o.at limit %(limit)s
"""
FOLLOW = """
update outcome set reopened_at = coalesce(reopened_at, %(reopened)s),
  answered_again_at = coalesce(answered_again_at, %(answered)s)
where run_id = %(run)s
"""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of a draft. `changes` may hold text, which is masked. `sent_by`: policy | approval | agent.
    `watched`: how long it is of interest what the ticket says next; None where nothing was sent."""

    kind: str
    similarity: float | None = None
    kept: float | None = None
    message_id: str | None = None
    sent_by: str | None = None
    groups: Sequence[str] = ()
    changes: Mapping[str, Any] | None = field(default=None, repr=False)
    estimated_ms: int | None = None
    watched: timedelta | None = None
    sampled: bool = False


async def keep(database: Database, run_id: int, found: Found) -> None:
    """Keep what became of a draft, which ends a draft that was still open. What was found first stays."""
    values = {
        "run": run_id,
        "kind": found.kind,
        "similarity": found.similarity,
        "kept": found.kept,
        "message": found.message_id,
        "sent_by": found.sent_by,
        "groups": jsonb(sorted(found.groups)),
        "changes": None if found.changes is None else jsonb(dict(found.changes)),
        "estimated": found.estimated_ms,
        "watched": found.watched,
        "sampled": found.sampled,
    }
    async with database.at_once() as connection:
        added = await connection.execute(KEEP, values)
        await connection.execute(CLOSE, {"run": run_id, "open": OPEN})
    if added.rowcount:
        outcomes.labels(found.kind).inc()


async def watched(database: Database, account: str, ticket_id: str) -> Sequence[Row]:
    """Outcomes of a ticket of which it is not known yet what came after them."""
    return await database.all(WATCHED, {"account": account, "ticket": ticket_id})


async def follow(
    database: Database, run_id: int, *, reopened_at: datetime | None, answered_again_at: datetime | None
) -> None:
    """What came after a reply. The first time stays."""
    await database.run(FOLLOW, {"run": run_id, "reopened": reopened_at, "answered": answered_again_at})


async def is_sampled(database: Database, run_id: int) -> bool:
    """Whether a reviewer is to look at the reply that a run has sent."""
    return await database.one("select 1 from outcome where run_id = %(run)s and sampled", {"run": run_id}) is not None


async def sample(database: Database, accounts: Collection[str] | None = None, limit: int = 200) -> Sequence[Row]:
    """Replies that wait for a reviewer to look at them, oldest first. `accounts`: those that may be seen; None: all."""
    values = {"accounts": None if accounts is None else sorted(accounts), "limit": limit}
    return await database.all(SAMPLE, values)
