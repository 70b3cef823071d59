"""Sealing of the record: whoever's turn it is puts what was committed into the tree and signs its head.

A place is given when an entry is sealed, and not by its number: a number that is committed late gets a later place, and
a tree that was signed is never changed.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from psycopg import AsyncServerCursor

from gateway.audit.heads import Head
from gateway.audit.merkle import Edge
from gateway.audit.verify import Row as Place
from gateway.store.audit import entry_of
from gateway.store.database import Database, Row

SEALING = 0x7365616C  # advisory lock: one seal at a time
MOST = 5000  # entries of one seal
FETCHED = 5000  # rows that are fetched at once for a check
HASH = 32  # bytes

TURN = "select pg_try_advisory_xact_lock(%s) as mine, clock_timestamp() as now"
LAST = "select * from audit_head order by size desc limit 1"
TAKE = """
with waiting as (
  select w.entry_id from audit_waiting w join audit_entry e on e.id = w.entry_id order by w.entry_id limit %(most)s
), taken as (delete from audit_waiting w using waiting where w.entry_id = waiting.entry_id returning w.entry_id)
select e.* from audit_entry e join taken on taken.entry_id = e.id order by e.id
"""
LEAVES = """
insert into audit_leaf (place, entry_id, hash)
select * from unnest(%(places)s::bigint[], %(entries)s::bigint[], %(hashes)s::bytea[])
"""
HEAD = """
insert into audit_head (size, at, root, edge, signature, key)
values (%(size)s, %(at)s, %(root)s, %(edge)s, %(signature)s, %(key)s)
"""
# Of an entry that was taken out of the queue without a seal there is no leaf; one that is gone has only its leaf.
PLACES = """
select l.place, coalesce(l.entry_id, e.id, w.entry_id) as entry_id, l.hash, e.id, e.at, e.who, e.act, e.on_what,
  e.from_where, e.detail, e.content_hash, e.personal_hash, encode(sha256(p.sealed), 'hex') as personal
from audit_leaf l full join audit_entry e on e.id = l.entry_id
full join audit_waiting w on w.entry_id = e.id
left join audit_personal p on p.entry_id = e.id
order by l.place nulls last
"""


class Broken(Exception):
    """The tree that is to be gone on with is not what was signed."""


async def seal(database: Database, sign: Callable[[int, datetime, bytes], Head]) -> Head | None:
    """Put what waits into the tree. None where nothing waits, or somebody else is at it. Raises Broken."""
    async with database.transaction() as connection:
        turn = await (await connection.execute(TURN, (SEALING,))).fetchone()
        if turn is None or not turn["mine"]:
            return None
        rows = await (await connection.execute(TAKE, {"most": MOST})).fetchall()
        if not rows:
            return None
        edge = _edge_of(await (await connection.execute(LAST)).fetchone())
        first = edge.size
        hashes = [entry_of(row).leaf for row in rows]
        for leaf in hashes:
            edge.append(leaf)
        head = sign(edge.size, turn["now"], edge.root)
        places = list(range(first, edge.size))
        await connection.execute(LEAVES, {"places": places, "entries": [row["id"] for row in rows], "hashes": hashes})
        told = {"size": head.size, "at": head.at, "root": head.root, "signature": head.signature, "key": head.key}
        await connection.execute(HEAD, {**told, "edge": b"".join(edge.hashes)})
        return head


def _edge_of(last: Row | None) -> Edge:
    if last is None:
        return Edge()
    hashes = [bytes(last["edge"][begin : begin + HASH]) for begin in range(0, len(last["edge"]), HASH)]
    try:
        edge = Edge(last["size"], hashes)
    except ValueError as error:
        raise Broken(str(error)) from None
    if edge.root != last["root"] or not _head_of(last).signed:
        raise Broken(f"the head of {last['size']} entries was changed")
    return edge


async def heads(database: Database) -> Sequence[Head]:
    """Every signed head, the smallest tree first."""
    return [_head_of(row) for row in await database.all("select * from audit_head order by size")]


async def last_head(database: Database) -> Head | None:
    row = await database.one(LAST)
    return _head_of(row) if row else None


async def leaves(database: Database, size: int) -> list[bytes]:
    """The leaves of the first so many places."""
    rows = await database.all("select hash from audit_leaf where place < %(size)s order by place", {"size": size})
    return [row["hash"] for row in rows]


@asynccontextmanager
async def places(database: Database) -> AsyncIterator[tuple[Sequence[Head], AsyncIterator[Place]]]:
    """The heads, and every place of the tree with its entry, as of one moment; then what is in no tree."""
    async with database.transaction() as connection:
        await connection.execute("set transaction isolation level repeatable read, read only")
        found = [_head_of(row) for row in await (await connection.execute("select * from audit_head")).fetchall()]
        async with connection.cursor(name="places") as cursor:
            await cursor.execute(PLACES)
            yield found, _fetched(cursor)


async def _fetched(cursor: AsyncServerCursor[Row]) -> AsyncIterator[Place]:
    while rows := await cursor.fetchmany(FETCHED):
        for row in rows:
            yield _place_of(row)


def _place_of(row: Row) -> Place:
    entry = entry_of(row) if row["id"] is not None else None
    return Place(row["place"], row["entry_id"], row["hash"], entry, row["personal"])


def _head_of(row: Row) -> Head:
    return Head(row["size"], row["at"], row["root"], row["signature"], row["key"])
