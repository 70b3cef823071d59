"""The record: an act and its entry are committed together or not at all, and nobody changes an entry afterwards."""

import psycopg
import pytest

from gateway.audit.entries import Act
from gateway.audit.personal import decrypted, hash_of
from gateway.store import audit, events, pauses, policies
from gateway.store.asked import ask_for
from gateway.store.database import Database, Row
from gateway.store.reviews import HeardBefore, Word, held_draft
from tests.store.rows import arrive, decided, only


async def recorded(database: Database, act: str) -> list[Row]:
    return list(await database.all("select * from audit_entry where act = %(act)s order by id", {"act": act}))


async def test_a_decision_is_recorded_with_its_policies_and_no_word_of_the_ticket(database: Database) -> None:
    await decided(database)

    (entry,) = await recorded(database, "decide")
    run = (await only(database, "select run_id from decision"))["run_id"]
    assert (entry["who"], entry["on_what"]) == ("policies", f"run {run}")
    assert entry["detail"] == {"account": "acme", "ticket": "7", "verdict": "review", "policies": "p1", "rules": []}


async def test_a_decision_that_is_not_committed_is_not_recorded(database: Database) -> None:
    rows = await decided(database)
    rows.decision(verdict="send", policy_version="p2", explanation={}, facts={})
    with pytest.raises(Exception, match="another worker"):
        await rows.commit()

    assert [entry["detail"]["verdict"] for entry in await recorded(database, "decide")] == ["review"]


async def test_a_word_is_recorded_with_the_text_it_was_about_and_its_reason_encrypted(database: Database) -> None:
    await decided(database)
    run = (await only(database, "select run_id from draft"))["run_id"]
    word = Word("reject", "ann", ["agents"], "page", content={"words": "Marta is not a customer"})
    async with held_draft(database, run) as draft:
        assert draft is not None
        review = await draft.keep(word)
        await draft.keep(Word("approve", "lea", [], "note", text_hash="ab" * 32, edited=True, entry_id="note-1"))

    (entry,) = await recorded(database, "reject")
    assert entry["detail"] == {
        "account": "acme",
        "ticket": "7",
        "groups": ["agents"],
        "edited": False,
        "review": review,
    }
    part = await only(database, "select * from audit_personal")
    key = await only(database, "select * from requester_key")
    assert (part["entry_id"], key["requester"]) == (entry["id"], "requester-1")
    assert hash_of(part["sealed"]) == entry["personal_hash"]
    assert decrypted(key["key"], part["sealed"]) == {"words": "Marta is not a customer"}
    assert b"Marta" not in part["sealed"]
    reading = Act("eve", "read reason", f"entry {entry['id']}", "command")
    assert await audit.personal(database, entry["id"], reading) == {"words": "Marta is not a customer"}
    assert [one["who"] for one in await recorded(database, "read reason")] == ["eve"]
    (approval,) = await recorded(database, "approve")
    assert (approval["who"], approval["from_where"], approval["content_hash"]) == ("lea", "note", "ab" * 32)


async def test_a_note_that_has_acted_before_is_recorded_once(database: Database) -> None:
    await decided(database)
    run = (await only(database, "select run_id from draft"))["run_id"]
    word = Word("hold", "ann", [], "note", entry_id="note-1")
    for _ in range(2):
        try:
            async with held_draft(database, run) as draft:
                assert draft is not None
                await draft.keep(word)
        except HeardBefore:
            pass

    assert len(await recorded(database, "hold")) == 1


async def test_pauses_are_recorded_once_with_who_and_from_where(database: Database) -> None:
    for _ in range(2):
        await pauses.pause(database, "acme", by="sam", because="a fire", where="page")
        await pauses.resume(database, "acme", by="alex", where="api")
        await pauses.resume(database, "acme", by="alex", where="api")

    (first, _) = await recorded(database, "pause")
    assert (first["who"], first["on_what"], first["from_where"]) == ("sam", "account acme", "page")
    assert first["detail"]["because"] == "a fire"
    assert [entry["who"] for entry in await recorded(database, "resume")] == ["alex", "alex"]


async def test_publications_and_rollbacks_are_recorded_and_what_is_in_force_already_is_not(database: Database) -> None:
    for version in ("v1", "v1", "v2", "v1"):
        await policies.publish(database, version, {"a.yaml": version}, by="sam", reason="because")

    published, (back,) = await recorded(database, "policy publish"), await recorded(database, "policy rollback")
    assert [entry["content_hash"] for entry in published] == ["v1", "v2"]
    assert (back["content_hash"], back["detail"]["before"]) == ("v1", "v2")


async def test_replays_and_tickets_that_were_asked_for_are_recorded(database: Database) -> None:
    event = await arrive(database)
    await events.bury(database, [event], "a bug")
    await events.replay(database, [event], by="sam", where="page")
    await events.replay(database, [event], by="sam", where="page")
    (asked,) = await ask_for(database, "acme", ["41"], by="alex")

    (entry,) = await recorded(database, "dead replay")
    assert (entry["who"], entry["detail"]) == ("sam", {"runs": [event]})
    (entry,) = await recorded(database, "account read")
    assert (entry["who"], entry["detail"]) == ("alex", {"tickets": ["41"], "runs": [asked]})


@pytest.mark.parametrize(
    "sql", ["update audit_entry set who = 'nobody'", "delete from audit_entry", "truncate audit_entry"]
)
async def test_the_database_refuses_to_change_an_entry(database: Database, sql: str) -> None:
    await audit.record(database, Act("ann", "export", "ledger", "command"))

    with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        await database.run(sql)  # type: ignore[arg-type]

    assert len(await recorded(database, "export")) == 1
