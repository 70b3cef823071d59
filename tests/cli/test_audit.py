"""`countersign audit`: what was recorded, whether it is what was sealed, and proofs that need no database."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from gateway.audit.entries import Act
from gateway.audit.heads import Signer
from gateway.store import audit
from gateway.store.database import Database
from gateway.workflow.sealing import Sealing
from tests.cli.command import countersign

SECRET = "a secret that only these tests use"


async def _sealed(url: str, home: Path) -> None:
    database = Database(url)
    await database.open()
    for number in range(3):
        await audit.record(database, Act("ann", "approve", f"run {number}", "page", {"review": number, "of": "=acme"}))
    await Sealing(database, Signer(SECRET), home / "audit").take_turn()
    await database.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    """An installation with three entries, sealed."""
    asyncio.run(_sealed(database_url, tmp_path))
    return {"DATABASE_URL": database_url, "COUNTERSIGN_HOME": str(tmp_path), "COUNTERSIGN_AUDIT_KEY": SECRET}


def test_a_record_is_listed_exported_and_verified(settings: Mapping[str, str]) -> None:
    listed = countersign("audit", "list", "--json", "--who", "ann", settings=settings)
    assert [one["id"] for one in json.loads(listed.out)] == [3, 2, 1]

    exported = countersign("audit", "export", settings=settings)
    lines = [json.loads(line) for line in exported.out.splitlines()]
    assert [one["act"] for one in lines] == ["approve", "approve", "approve", "export", "export"]

    told = countersign("audit", "verify", settings=settings)
    assert told.code == 0
    assert "3 entries are sealed" in told.out
    assert "2 wait for the next seal" in told.out
    assert "The record is what was sealed." in told.out


def test_a_tampered_record_is_told_by_words_and_by_its_exit_status(
    settings: Mapping[str, str], database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("update audit_entry set who = 'nobody' where id = 2")

    told = countersign("audit", "verify", settings=settings)

    assert told.code == 3
    assert "edited: entry 2 was edited" in told.out
    assert "NOT" in told.out
    findings = json.loads(countersign("audit", "verify", "--json", settings=settings).out)["findings"]
    assert [one["kind"] for one in findings] == ["edited"]


def test_a_restored_copy_is_told_by_a_checkpoint_from_elsewhere(
    settings: Mapping[str, str], database_url: str, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.jsonl"
    (heads,) = (tmp_path / "audit").iterdir()
    heads.rename(elsewhere)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("truncate audit_entry, audit_leaf, audit_head")
    assert countersign("audit", "verify", settings=settings).code == 0

    told = countersign("audit", "verify", "--checkpoint", str(elsewhere), settings=settings)

    assert told.code == 3
    assert "restored copy" in told.out


def test_a_proof_holds_without_the_database_and_for_the_key_alone(settings: Mapping[str, str], tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(countersign("audit", "prove", "2", settings=settings).out)
    key = countersign("audit", "key", settings=settings).out.strip()

    told = countersign("audit", "verify", "--proof", str(proof), "--key", key, settings={})
    assert (told.code, told.out.startswith("Entry 2 is in the record of 3 entries")) == (0, True)

    proof.write_text(proof.read_text().replace('"ann"', '"nobody"'))
    told = countersign("audit", "verify", "--proof", str(proof), settings={})
    assert (told.code, "not in the tree" in told.err) == (3, True)


async def _grown(url: str, home: Path, more: int = 4) -> None:
    """More entries, sealed; what an entry was edited to meanwhile is not looked at."""
    database = Database(url)
    await database.open()
    for number in range(more):
        await audit.record(database, Act("lea", "approve", f"run {number}", "page"))
    await Sealing(database, Signer(SECRET), home / "audit").take_turn()
    await database.close()


def test_that_a_later_head_goes_on_from_an_earlier_one_is_proved_without_the_database(
    settings: Mapping[str, str], database_url: str, tmp_path: Path
) -> None:
    asyncio.run(_grown(database_url, tmp_path))
    proof = tmp_path / "proof.json"
    proof.write_text(countersign("audit", "prove", "--from", "3", settings=settings).out)
    key = countersign("audit", "key", settings=settings).out.strip()

    told = countersign("audit", "verify", "--proof", str(proof), "--key", key, settings={})
    assert (told.code, "record of 7 entries goes on from that of 3" in told.out) == (0, True)

    forged = json.loads(proof.read_text())
    forged["path"][0] = forged["path"][-1]
    proof.write_text(json.dumps(forged))
    told = countersign("audit", "verify", "--proof", str(proof), settings={})
    assert (told.code, "does not go on" in told.err) == (3, True)


def test_a_record_that_was_rewritten_has_no_proof_against_a_head_from_before(
    settings: Mapping[str, str], database_url: str, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere.jsonl"
    (heads,) = (tmp_path / "audit").iterdir()
    elsewhere.write_text(heads.read_text())
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("truncate audit_entry, audit_leaf, audit_head, audit_waiting")
    asyncio.run(_grown(database_url, tmp_path))  # with the key, and other entries

    told = countersign("audit", "prove", "--from", str(elsewhere), settings=settings)

    assert (told.code, told.out) == (3, "")
    assert "does not go on from that of 3: it was changed between" in told.err


def test_one_entry_is_shown_with_its_place(settings: Mapping[str, str]) -> None:
    told = json.loads(countersign("audit", "show", "2", settings=settings).out)

    assert (told["on_what"], told["place"], told["personal"]) == ("run 1", 1, None)


def test_what_is_not_there_is_said(settings: Mapping[str, str], tmp_path: Path) -> None:
    assert "no entry 99" in countersign("audit", "prove", "99", settings=settings).err
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"size": 1}\n')
    told = countersign("audit", "verify", "--checkpoint", str(bad), settings=settings)
    assert (told.code, "line 1" in told.err) == (1, True)
