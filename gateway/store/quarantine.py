"""Authentic deliveries that could not be read: kept, listed, and translated again after a fix."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.audit import COMMAND, SOMEBODY
from gateway.store.database import Connection, Database, Row
from gateway.store.intake import Arrival, accept_within
from gateway.store.json import jsonb

KEEP = """
insert into quarantine (account, received_at, size, digest, reason, like_kind, missing, added)
values (%(account)s, %(received_at)s, %(size)s, %(digest)s, %(reason)s, %(like)s, %(missing)s, %(added)s)
on conflict (account, digest) do nothing returning id
"""
CONTENT = """
with kept as (insert into content (account, kind, body) values (%(account)s, 'quarantine', %(body)s) returning id)
update quarantine set content_id = kept.id from kept where quarantine.id = %(id)s
"""
WAITING = """
select id, account, received_at, size, reason, like_kind, missing, added, tries, error from quarantine
where replayed_at is null and (%(account)s::text is null or account = %(account)s) order by id desc limit %(limit)s
"""
TAKE = """
select q.id, q.account, q.received_at, c.body from quarantine q left join content c on c.id = q.content_id
where q.id = %(id)s and q.replayed_at is null for update of q skip locked
"""
# The delivery is kept with its ticket now, where erasure finds it.
DONE = """
with gone as (update content set body = null, erased_at = now()
  where id = (select content_id from quarantine where id = %(id)s))
update quarantine set replayed_at = now(), tries = tries + 1, error = null where id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a delivery still cannot be read."""

    error: str


@dataclass(frozen=True, slots=True)
class Translated:
    """What a delivery means. `body` as it arrived."""

    events: Sequence[Arrival]
    body: bytes


async def keep(
    database: Database,
    account: str,
    request: Mapping[str, Any],
    *,
    received_at: datetime,
    size: int,
    reason: str,
    like: str | None,
    missing: Sequence[str],
    added: Sequence[str],
) -> int | None:
    """Keep a delivery; returns its number, None where this very request is kept already."""
    async with database.transaction() as connection:
        values = {
            "account": account,
            "received_at": received_at,
            "size": size,
            "digest": hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest(),
            "reason": reason,
            "like": like,
            "missing": jsonb(list(missing)),
            "added": jsonb(list(added)),
        }
        row = await (await connection.execute(KEEP, values)).fetchone()
        if row is None:
            return None
        content = {"id": row["id"], "account": account, "body": jsonb(dict(request))}
        await connection.execute(CONTENT, content)
        return int(row["id"])


async def waiting(database: Database, *, account: str | None = None, limit: int = 200) -> Sequence[Row]:
    """Deliveries in quarantine, newest first, without what they say."""
    return await database.all(WAITING, {"account": account, "limit": limit})


async def replay(
    database: Database,
    number: int,
    translate: Callable[[Row], Translated | Refused],
    *,
    by: str = SOMEBODY,
    where: str = COMMAND,
) -> str | None:
    """Translate a delivery again, and keep its events as if it had come now. Returns why not, None where it worked."""
    async with database.transaction() as connection:
        row = await (await connection.execute(TAKE, {"id": number})).fetchone()
        if row is None:
            return "it is not in quarantine"
        found = translate(row)
        told = {"account": row["account"], "read": isinstance(found, Translated)}
        await audit.append(connection, Act(by, "quarantine replay", f"delivery d{number}", where, told))
        if isinstance(found, Refused):
            await connection.execute(
                "update quarantine set tries = tries + 1, error = %s where id = %s", (found.error, number)
            )
            return found.error
        await _accept(connection, row, found)
        return None


async def _accept(connection: Connection, row: Row, found: Translated) -> None:
    if found.events:
        await accept_within(connection, row["account"], found.events, found.body, row["received_at"])
    await connection.execute(DONE, {"id": row["id"]})
