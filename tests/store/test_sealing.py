"""Sealing on a real Postgres: one at a time, nothing twice, late commits too; and what an administrator changes is
found."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pytest

from gateway.audit.entries import Act
from gateway.audit.heads import Head, Signer, read_heads
from gateway.audit.verify import Report, Verifier
from gateway.store import audit, sealing
from gateway.store.database import Database
from gateway.workflow.sealing import Sealing
from tests.store.rows import only

SIGNER = Signer("a secret that only the tests use")


async def act(database: Database, count: int = 1, who: str = "ann") -> None:
    for number in range(count):
        await audit.record(database, Act(who, "approve", f"run {number}", "page", {"review": number}))


async def seal(database: Database) -> Head | None:
    return await sealing.seal(database, SIGNER.head)


async def checked(database: Database, checkpoints: Sequence[Head] = ()) -> Report:
    async with sealing.places(database) as (heads, rows):
        verifier = Verifier(heads, checkpoints, {SIGNER.key})
        async for row in rows:
            verifier.take(row)
        return verifier.report()


@pytest.fixture
async def record(database: Database) -> Database:
    """Thirty entries in three seals."""
    for _ in range(3):
        await act(database, 10)
        assert await seal(database)
    return database


async def as_superuser(database: Database, *sql: str) -> None:
    """Whoever owns the server can switch triggers off."""
    async with await psycopg.AsyncConnection.connect(database.url, autocommit=True) as connection:
        await connection.execute("set session_replication_role = replica")
        for statement in sql:
            await connection.execute(statement)  # type: ignore[call-overload]


async def test_what_was_committed_is_sealed_once_and_the_record_holds(record: Database) -> None:
    report = await checked(record, await sealing.heads(record))

    assert (report.entries, report.waiting, report.findings) == (30, 0, [])
    assert await seal(record) is None


async def test_many_who_seal_at_once_make_one_tree(database: Database) -> None:
    await act(database, 40)
    done = await asyncio.gather(*(seal(database) for _ in range(8)))
    assert len([head for head in done if head]) == 1

    report = await checked(database)

    assert (report.entries, report.findings) == (40, [])


async def test_an_entry_that_is_committed_late_gets_a_later_place(database: Database) -> None:
    async with database.transaction() as slow:
        await audit.append(slow, Act("late", "approve", "run 1", "page"))
        await act(database, 3)
        await seal(database)
    await act(database)
    await seal(database)

    assert [row.entry_id async for row in _places(database)] == [2, 3, 4, 1, 5]
    assert (await checked(database)).findings == []


async def _places(database: Database):  # type: ignore[no-untyped-def]
    async with sealing.places(database) as (_, rows):
        async for row in rows:
            yield row


async def test_an_entry_of_a_transaction_that_failed_is_nowhere(database: Database) -> None:
    async with database.connection() as connection, connection.transaction(force_rollback=True):
        await audit.append(connection, Act("ann", "approve", "run 1", "page"))
    await act(database)
    await seal(database)

    report = await checked(database)

    assert (report.entries, report.waiting, report.findings) == (1, 0, [])


async def test_heads_lie_outside_of_the_database_too(database: Database, tmp_path: Path) -> None:
    turns = Sealing(database, SIGNER, tmp_path / "audit")
    for _ in range(2):
        await act(database, 2)
        await turns.take_turn()
    assert await turns.take_turn() is None

    (file,) = (tmp_path / "audit").iterdir()

    assert read_heads(file.read_text()) == await sealing.heads(database)


EDITS = [
    ("update audit_entry set who = 'nobody' where id = 12", "edited: entry 12 was edited"),
    ("update audit_entry set act = 'reject' where id = 1", "edited: entry 1 was edited"),
    ("update audit_entry set on_what = 'run 99' where id = 30", "edited: entry 30 was edited"),
    ("update audit_entry set from_where = 'note' where id = 5", "edited: entry 5 was edited"),
    ("update audit_entry set detail = null where id = 5", "edited: entry 5 was edited"),
    ("update audit_entry set detail = detail || '{\"review\": 77}' where id = 6", "edited: entry 6 was edited"),
    ("update audit_entry set content_hash = 'ab' where id = 7", "edited: entry 7 was edited"),
    ("update audit_entry set personal_hash = 'ab' where id = 7", "edited: entry 7 was edited"),
    ("update audit_entry set at = at + interval '1 microsecond' where id = 8", "edited: entry 8 was edited"),
    ("delete from audit_entry where id = 13", "missing: entry 13 is missing"),
    ("delete from audit_entry where id = 1", "missing: entry 1 is missing"),
    ("delete from audit_entry where id > 25", "missing: entry 26 is missing"),
    ("truncate audit_entry", "missing: entry 1 is missing"),
    ("update audit_entry set id = 1000 where id = 13", "missing: entry 13 is missing"),
    ("delete from audit_leaf where place = 12", "missing: place 12 of the tree is missing"),
    ("delete from audit_leaf where place > 24", "cut: the tail was cut: 30 entries were sealed, 25 are there"),
    ("update audit_leaf set hash = sha256('x') where place = 15", "edited: entry 16 was edited"),
    ("update audit_leaf set hash = sha256('x') where place = 15", "rewritten: places 10 to 19"),
    ("update audit_head set root = sha256('x') where size = 20", "forged: the head of 20 entries"),
    ("update audit_head set at = at - interval '1 day' where size = 20", "forged: the head of 20 entries"),
    ("update audit_head set signature = sha256('x') where size = 30", "forged: the head of 30 entries"),
    ("delete from audit_head where size > 10", "inserted: places 10 to 29 of the tree are in no signed head"),
    (
        "update audit_entry a set who = b.act, act = b.who from audit_entry b where a.id = 4 and b.id = 9",
        "edited: entry 4 was edited",
    ),
    (
        "update audit_entry a set on_what = b.on_what, detail = b.detail, at = b.at from audit_entry b"
        " where a.id in (4, 9) and b.id in (4, 9) and a.id <> b.id",
        "swapped: entries 4 and 9 were swapped",
    ),
    ("update audit_leaf set entry_id = 97 where entry_id = 3", "missing: entry 97 is missing"),
]


@pytest.mark.parametrize(("sql", "words"), EDITS)
async def test_what_a_superuser_changes_is_found_and_named(record: Database, sql: str, words: str) -> None:
    await as_superuser(record, sql)

    found = [f"{one.kind}: {one.words}" for one in (await checked(record)).findings]

    assert any(told.startswith(words) for told in found), found


async def test_an_entry_of_the_past_that_is_put_in_is_found_whether_or_not_it_is_sealed(record: Database) -> None:
    insert = """insert into audit_entry (at, who, act, on_what, from_where)
                values (now() - interval '3 days', 'ann', 'approve', 'run 1', 'page')"""
    await record.run(insert)  # not even a trigger in the way
    await seal(record)

    (found,) = (await checked(record)).findings

    assert found.words.startswith("entry 31 says")


async def test_an_entry_that_is_removed_before_it_is_sealed_is_missed(record: Database) -> None:
    await act(record)
    await as_superuser(record, "delete from audit_entry where id = 31")
    await seal(record)

    assert [one.words for one in (await checked(record)).findings] == ["entry 31 was removed before it was sealed"]


async def test_a_tail_that_was_cut_with_its_heads_is_told_by_a_checkpoint(record: Database) -> None:
    outside = await sealing.heads(record)
    await as_superuser(
        record,
        "delete from audit_entry where id > 20",
        "delete from audit_leaf where place >= 20",
        "delete from audit_head where size > 20",
    )
    assert (await checked(record)).findings == []

    (found,) = (await checked(record, outside)).findings

    assert (found.kind, "30 entries" in found.words, "here are 20" in found.words) == ("restored", True, True)


async def test_a_restored_copy_that_went_on_is_told_by_a_checkpoint(record: Database) -> None:
    outside = await sealing.heads(record)
    await as_superuser(
        record,
        "delete from audit_entry where id > 20",
        "delete from audit_leaf where place >= 20",
        "delete from audit_head where size > 20",
    )
    await act(record, 15, who="somebody else")
    await seal(record)
    assert (await checked(record)).findings == []

    (found,) = (await checked(record, outside)).findings

    assert found.words.startswith("this is a restored copy that went on")


async def test_a_tree_that_was_changed_is_not_gone_on_with(record: Database, tmp_path: Path) -> None:
    await as_superuser(record, "update audit_head set edge = sha256('x') || substr(edge, 33) where size = 30")
    await act(record)

    with pytest.raises(sealing.Broken, match="30 entries"):
        await seal(record)
    assert await Sealing(record, SIGNER, tmp_path).take_turn() is None
    assert (await only(record, "select count(*) as n from audit_waiting"))["n"] == 1
