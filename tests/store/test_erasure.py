"""Erasure: afterwards no table has a word of the requester, others keep theirs, and the record still holds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.audit.entries import Act
from gateway.audit.heads import Signer
from gateway.audit.personal import pseudonym
from gateway.audit.verify import Verifier
from gateway.records import DraftState
from gateway.store import quarantine, sealing
from gateway.store.database import Database
from gateway.store.erasure import Erased, erase, kept_of, under_way
from gateway.store.intake import Arrival, accept
from gateway.store.jobs import Lease
from gateway.store.outcomes import Found, keep
from gateway.store.reviews import Word, held_draft
from gateway.store.run_rows import RunRows
from tests.store.rows import NOW, arrive, only, propose

SIGNER = Signer("a secret that only the tests use")
WHO = "marta@planted.example"  # some help desks have no other id of a requester
NAME, PHONE = "Marta Plantedski", "+48 555 0199 77"
PLANTED = ("planted", "0199")
CALLED = pseudonym("the secret", "acme", WHO)
ERASE = Act("sam", "erase", f"requester {CALLED}", "command")


async def gone(database: Database, *, again: bool = False) -> Erased:
    return await erase(database, "acme", WHO, CALLED, ERASE, again=again)


async def everywhere(database: Database) -> list[str]:
    """Where in any table something planted stands, as table.column."""
    columns = await database.all(
        """select table_name, column_name from information_schema.columns c
           join information_schema.tables t using (table_schema, table_name)
           where table_schema = 'public' and table_type = 'BASE TABLE'"""
    )
    found: list[str] = []
    for column in columns:
        table, name = column["table_name"], column["column_name"]
        for word in PLANTED:
            sql: Any = f'select count(*) as n from "{table}" where "{name}"::text ilike %(word)s'
            if (await only(database, sql, word=f"%{word}%"))["n"]:
                found.append(f"{table}.{name}")
    return found


async def delivered(database: Database, name: str, ticket: str, who: str = NAME) -> int:
    at = datetime.now(UTC)
    arrival = Arrival(name, "message_added", ticket, "requester", "public", "m1", at, supersedes=True)
    await accept(database, "acme", [arrival], f'{{"from": "{who}"}}'.encode(), at)
    return int((await only(database, "select max(id) as id from event"))["id"])


async def walked(database: Database, ticket: str, who: str = WHO, name: str = NAME) -> RunRows:
    """A run with everything that one leaves: ticket, draft, facts, a reason, an outcome."""
    rows = RunRows(database, await delivered(database, f"e{ticket}", ticket, name))
    await rows.open()
    rows.requester_is(who, "v1")
    requester = {"id": who, "role": "requester", "name": name, "email": who, "phone": PHONE}
    rows.step("context", 1.0, {"version": "v1"}, {"requester": requester, "messages": [{"body": f"I am {name}"}]})
    rows.step("screen", 1.0, {"found": 1}, {"vault": {"NAME_1": name}})
    propose(rows, text=f"Dear {name}", mark=f"cs-{ticket}")
    await rows.commit()
    return rows


async def everything(database: Database) -> RunRows:
    rows = await walked(database, "7")
    run = (await only(database, "select run_id from draft where ticket_id = '7'"))["run_id"]
    await database.run("update draft set state = 'shown'")
    async with held_draft(database, run) as draft:
        assert draft is not None
        await draft.keep(Word("hold", "ann", [], "page", content={"words": f"{NAME} called"}))
    await keep(database, run, Found("light_edit", changes={"replaced": [["Dear", NAME]]}))
    await delivered(database, "later", "7")  # arrived after the last reading: nobody has read whose it is
    kept = {"method": "POST", "query": {}, "headers": [], "text": '{"mail": "MARTA@planted.example"}'}
    await quarantine.keep(
        database, "acme", kept, received_at=NOW, size=1, reason="no id", like=None, missing=[], added=[]
    )
    return rows


async def test_afterwards_no_table_has_a_word_of_the_requester(database: Database) -> None:
    await everything(database)
    assert {"content.body", "run.requester", "content.requester", "requester_key.requester"} <= set(
        await everywhere(database)
    )

    erased = await gone(database)

    assert await everywhere(database) == []
    assert (erased.runs, erased.deliveries, erased.reasons) == (1, 1, 1)
    assert await kept_of(database, "acme", WHO) == (0, 0)


async def test_the_record_still_holds_and_tells_of_the_erasure_without_naming_anybody(database: Database) -> None:
    await everything(database)
    await sealing.seal(database, SIGNER.head)
    await gone(database)
    await sealing.seal(database, SIGNER.head)

    async with sealing.places(database) as (heads, rows):
        verifier = Verifier(heads, heads, {SIGNER.key})
        async for row in rows:
            verifier.take(row)
    assert verifier.report().findings == []
    entry = await only(database, "select * from audit_entry where act = 'erase'")
    assert (entry["who"], entry["on_what"]) == ("sam", f"requester {CALLED}")
    assert entry["detail"]["runs"] == 1


async def test_what_others_said_stays(database: Database) -> None:
    await everything(database)
    await walked(database, "8", who="r-2", name="Ben Other")

    await gone(database)

    row = await only(database, "select count(*) as n from content where requester = 'r-2' and body is not null")
    assert row["n"] == 4 + 1  # ticket, screening, draft, facts, and the delivery
    assert (await only(database, "select state from draft where ticket_id = '8'"))["state"] == DraftState.PROPOSED


async def test_the_figures_of_a_run_stay_and_its_draft_waits_for_nobody(database: Database) -> None:
    await everything(database)
    await gone(database)

    row = await only(
        database,
        "select r.requester, d.state, k.verdict from run r join draft d on d.run_id = r.id "
        "join decision k on k.run_id = r.id",
    )
    assert row == {"requester": CALLED, "state": "closed", "verdict": "review"}


@pytest.mark.parametrize("known", [True, False])
async def test_a_run_under_way_learns_of_it_and_what_it_keeps_meanwhile_goes_too(
    database: Database, known: bool
) -> None:
    await walked(database, "7")
    rows = RunRows(database, await arrive(database, "under-way", ticket="7"))
    await rows.open()
    if known:
        rows.requester_is(WHO, "v2")
        await rows.commit()
    await gone(database)
    assert (await rows.standing(Lease(0, 0, 0))).erased

    rows.requester_is(WHO, "v2")
    rows.step("context", 1.0, {}, {"requester": {"id": WHO, "name": NAME}})
    await rows.commit()
    assert (await rows.standing(Lease(0, 0, 0))).erased
    await gone(database, again=True)

    assert await everywhere(database) == []


async def test_a_second_look_that_finds_nothing_leaves_no_entry(database: Database) -> None:
    await everything(database)
    await gone(database)
    erased = await gone(database, again=True)

    assert not erased.any
    assert (await only(database, "select count(*) as n from audit_entry where act = 'erase'"))["n"] == 1


async def test_whose_run_a_worker_holds_is_waited_for(database: Database) -> None:
    rows = await walked(database, "7")
    assert await under_way(database, "acme", WHO, CALLED) == 0
    await database.run("update procrastinate_jobs set status = 'doing'")
    assert await under_way(database, "acme", WHO, CALLED) == 1
    await gone(database)
    assert await under_way(database, "acme", WHO, CALLED) == 1
    await rows.end_early("the requester's data was erased")
    await database.run("update run set state = 'nothing'")

    assert await under_way(database, "acme", WHO, CALLED) == 0
