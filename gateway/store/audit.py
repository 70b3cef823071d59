"""The record: an act is appended in the transaction of what it did, so that neither is there without the other."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gateway.audit.entries import Act, Entry
from gateway.audit.personal import decrypted, encrypted, hash_of, new_key
from gateway.store.database import Connection, Database, Row
from gateway.store.json import jsonb

COMMAND, PAGE, API = "command", "page", "api"  # from where people act; SOMEBODY: whoever may run commands here
SOMEBODY = "somebody at this machine"
BATCH = 2000  # entries fetched at once

APPEND = """
insert into audit_entry (who, act, on_what, from_where, detail, content_hash, personal_hash)
values (%(who)s, %(act)s, %(on_what)s, %(from_where)s, %(detail)s, %(content_hash)s, %(personal_hash)s)
"""
# A key that is there stays; the update that changes nothing makes it come back.
KEY = """
insert into requester_key (account, requester, key) values (%(account)s, %(requester)s, %(key)s)
on conflict (account, requester) do update set key = requester_key.key returning key
"""
PERSONAL = """
select p.sealed, k.key from audit_personal p join requester_key k using (account, requester) where p.entry_id = %(id)s
"""
LIST = """
select * from audit_entry where id > %(after)s
  and (%(act)s::text is null or act = %(act)s) and (%(who)s::text is null or who = %(who)s)
  and (%(since)s::timestamptz is null or at >= %(since)s)
"""


def values(act: Act) -> dict[str, Any]:
    """The parameters of `APPEND`, for a statement that belongs to others."""
    return {**asdict(act), "detail": None if act.detail is None else jsonb(dict(act.detail))}


async def append(connection: Connection, act: Act) -> None:
    """Within a transaction, or by itself where nothing else is kept."""
    await connection.execute(APPEND, values(act))


async def record(database: Database, act: Act) -> None:
    """An act that leaves no other row."""
    await database.run(APPEND, values(act))


async def record_export(
    database: Database, *, who: str, where: str, what: str, told: Mapping[str, object] | None = None
) -> None:
    """Before the first line of an export is handed out. `told`: what was asked for; what was not is left out."""
    asked = {name: _plain(value) for name, value in (told or {}).items() if value not in (None, 0, False)}
    await record(database, Act(who, "export", what, where, asked))


async def personal_part(connection: Connection, account: str, requester: str, told: Mapping[str, Any]) -> bytes:
    """Personal text of an entry, encrypted with its requester's key, which is made where there is none."""
    given = {"account": account, "requester": requester, "key": new_key()}
    row = await (await connection.execute(KEY, given)).fetchone()
    assert row is not None
    return encrypted(row["key"], told)


def _plain(value: object) -> str | int:
    """As an entry may hold it: a number without fractions, else text."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, int) else str(value)


def hash_or_none(sealed: bytes | None) -> str | None:
    return None if sealed is None else hash_of(sealed)


async def newest(
    database: Database, *, act: str | None = None, who: str | None = None, since: Any = None, limit: int = 50
) -> Sequence[Entry]:
    """The newest entries, the last one first."""
    given = {"after": 0, "act": act, "who": who, "since": since, "limit": limit}
    rows = await database.all(LIST + " order by id desc limit %(limit)s", given)
    return [entry_of(row) for row in rows]


async def entries(database: Database, *, after: int = 0, since: Any = None) -> AsyncIterator[Entry]:
    """Every entry after a number, in their order, without holding more than a batch of them."""
    while True:
        given = {"after": after, "act": None, "who": None, "since": since, "batch": BATCH}
        rows = await database.all(LIST + " order by id limit %(batch)s", given)
        for row in rows:
            yield entry_of(row)
        if len(rows) < BATCH:
            return
        after = rows[-1]["id"]


async def entry(database: Database, number: int) -> tuple[Entry, int | None] | None:
    """An entry with its place in the tree, None where it is not sealed yet."""
    row = await database.one(
        "select e.*, l.place from audit_entry e left join audit_leaf l on l.entry_id = e.id where e.id = %(id)s",
        {"id": number},
    )
    return (entry_of(row), row["place"]) if row else None


async def personal(database: Database, number: int, act: Act) -> Any:
    """What was encrypted beside an entry; None where nothing was, or it is erased. That it was read is `act`."""
    async with database.transaction() as connection:
        row = await (await connection.execute(PERSONAL, {"id": number})).fetchone()
        if row is None:
            return None
        await append(connection, act)
        return decrypted(row["key"], row["sealed"])


def entry_of(row: Row) -> Entry:
    names = ("who", "act", "on_what", "from_where", "detail", "content_hash", "personal_hash")
    return Entry(row["id"], row["at"], Act(**{name: row[name] for name in names}))
