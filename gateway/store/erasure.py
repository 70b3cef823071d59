"""Erasure: everything that is kept of one requester goes, in one transaction, and the record of it stays whole.

What stays of their runs is when they were, what was decided and what they cost. The requester's id is replaced by a
pseudonym, by which a run that is under way learns that it has to end.
"""

import base64
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.database import Connection, Database

SHORTEST = 4  # characters; shorter names and ids occur in anything

TICKETS = """
select distinct ticket_id from (
  select ticket_id from run where account = %(account)s and requester = any(%(names)s)
  union all select ticket_id from content where account = %(account)s and requester = any(%(names)s)) t
where ticket_id is not null
"""
KNOWN = """
select distinct value from content c, jsonb_each_text(
  case when jsonb_typeof(c.body->'requester') = 'object' then c.body->'requester' else '{}' end) as told(key, value)
where c.account = %(account)s and c.requester = %(requester)s and c.kind = 'context'
  and told.key in ('id', 'name', 'email', 'phone') and value is not null
"""
# Runs are marked first: whoever walks one of them asks for its mark before each call and each write.
RUNS = """
update run set requester = %(pseudonym)s
where account = %(account)s and (requester = %(requester)s
  or (requester is null and state = 'walking' and ticket_id = any(%(tickets)s)))
returning id
"""
CONTENT = """
update content set body = null, erased_at = now(),
  requester = case when requester = %(requester)s then %(pseudonym)s else requester end
where account = %(account)s and (body is not null or requester = %(requester)s)
  and (requester = any(%(names)s) or (requester is null and ticket_id = any(%(tickets)s)))
"""
DRAFTS = """
update draft d set state = 'closed', changed_at = now() from run r
where r.id = d.run_id and r.account = %(account)s and r.requester = %(pseudonym)s
  and d.state in ('proposed', 'shown', 'held', 'approved')
"""
PERSONAL = "delete from audit_personal where account = %(account)s and requester = any(%(names)s)"
KEYS = "delete from requester_key where account = %(account)s and requester = any(%(names)s)"
# Workers read a source again when its version has changed.
LEARNT = """
with gone as (
  delete from article a using source s
  where s.name = a.source and s.place = %(learnt)s and a.id = any(%(tickets)s) returning a.source)
update source set version = md5(version || now()), articles = articles - (
  select count(*) from gone where gone.source = source.name)
where name in (select source from gone)
"""
KEPT_REQUESTS = """
select id, body from content where account = %(account)s and kind = 'quarantine' and body is not null
"""
FORGET = "update content set body = null, erased_at = now() where id = any(%(ids)s)"
UNDER_WAY = """
select count(*) as runs from run r join procrastinate_jobs j
  on j.status = 'doing' and j.task_name = 'walk' and (j.args->>'event_id')::bigint = r.id
where r.account = %(account)s and r.requester = any(%(names)s) and r.state = 'walking'
"""
PREVIEW = """
select (select count(*) from run where account = %(account)s and requester = %(requester)s) as runs,
  (select count(*) from content where account = %(account)s and requester = %(requester)s and body is not null) as texts
"""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows lost what they held."""

    runs: int
    texts: int
    deliveries: int
    reasons: int

    @property
    def any(self) -> bool:
        return bool(self.runs or self.texts or self.deliveries or self.reasons)


async def kept_of(database: Database, account: str, requester: str) -> tuple[int, int]:
    """(runs, texts) that are known to be the requester's."""
    row = await database.one(PREVIEW, {"account": account, "requester": requester})
    return (row["runs"], row["texts"]) if row else (0, 0)


async def erase(database: Database, account: str, requester: str, pseudonym: str, act: Act, *, again: bool) -> Erased:
    """Erase and record it. `again`: a second look, which is recorded only where it found something."""
    async with database.transaction() as connection:
        given: dict[str, Any] = {"account": account, "requester": requester, "pseudonym": pseudonym}
        given["names"] = [requester, pseudonym]
        known = {row["value"] for row in await _all(connection, KNOWN, given)} | {requester}
        given["tickets"] = [row["ticket_id"] for row in await _all(connection, TICKETS, given)]
        given["learnt"] = f"solved {account}"
        runs = len(await _all(connection, RUNS, given))
        texts = await _count(connection, CONTENT, given)
        await _count(connection, DRAFTS, given)
        await _count(connection, LEARNT, given)
        reasons = await _count(connection, PERSONAL, given)
        await _count(connection, KEYS, given)
        deliveries = await _forget_deliveries(connection, account, known)
        erased = Erased(runs, texts, deliveries, reasons)
        if erased.any or not again:
            told = {"account": account, "runs": runs, "texts": texts, "deliveries": deliveries, "reasons": reasons}
            await audit.append(connection, replace(act, detail=told))
        return erased


async def under_way(database: Database, account: str, requester: str, pseudonym: str) -> int:
    """How many runs of the requester a worker holds at this moment."""
    row = await database.one(UNDER_WAY, {"account": account, "names": [requester, pseudonym]})
    return int(row["runs"]) if row else 0


async def _forget_deliveries(connection: Connection, account: str, known: Collection[str]) -> int:
    """Deliveries in quarantine belong to nobody yet, so those that name the requester are forgotten."""
    names = [re.escape(name) for name in known if len(name) >= SHORTEST]
    if not names:
        return 0
    named = re.compile(rf"(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)
    rows = await _all(connection, KEPT_REQUESTS, {"account": account})
    ids = [row["id"] for row in rows if named.search(_text_of(row["body"]))]
    return await _count(connection, FORGET, {"ids": ids}) if ids else 0


def _text_of(kept: Any) -> str:
    """All that a kept request says, however it was escaped on its way."""
    body = kept.get("text") or base64.b64decode(kept.get("base64", "")).decode("utf-8", "replace")
    plain = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), body)
    return f"{body}\n{plain}\n{kept.get('query')}\n{kept.get('headers')}"


async def _all(connection: Connection, sql: Any, given: dict[str, Any]) -> list[dict[str, Any]]:
    return await (await connection.execute(sql, given)).fetchall()


async def _count(connection: Connection, sql: Any, given: dict[str, Any]) -> int:
    return (await connection.execute(sql, given)).rowcount
