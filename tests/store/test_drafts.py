"""Drafts beyond the run that made them."""

import pytest

from gateway.records import DraftState, RunState
from gateway.store import drafts
from gateway.store.database import Database
from tests.store.rows import begin, decided, finish, propose

STATES = "select state from draft order by run_id"


async def states(database: Database) -> list[str]:
    return [row["state"] for row in await database.all(STATES)]


async def test_a_message_that_another_run_has_drafted_for_is_answered(database: Database) -> None:
    first = await finish(await decided(database, answers="m1"))
    second = await finish(await begin(database, "e2"))

    found = await drafts.answering(database, "acme", "7", "m1", second["id"])

    assert found == {"run_id": first["id"], "state": "proposed"}
    assert await drafts.answering(database, "acme", "7", "m1", first["id"]) is None
    assert await drafts.answering(database, "acme", "7", "m2", second["id"]) is None
    assert await drafts.answering(database, "acme", "8", "m1", second["id"]) is None
    assert await drafts.answering(database, "other", "7", "m1", second["id"]) is None


async def test_a_superseded_draft_answers_nothing(database: Database) -> None:
    rows = await decided(database)
    await rows.end_early("a newer message")

    assert await drafts.answering(database, "acme", "7", "m1", 0) is None


async def test_a_new_draft_supersedes_those_of_its_ticket_that_wait_and_no_others(database: Database) -> None:
    shown = await decided(database, "e1")
    await shown.written("note", {"entry": "n1", "version": "v2", "at": None, "detail": None}, DraftState.SHOWN)
    await decided(database, "e2", ticket="8")
    sent = await decided(database, "e3")
    await sent.written("note", {"entry": "n2", "version": "v3", "at": None, "detail": None}, DraftState.SENT)

    await decided(database, "e4")

    assert await states(database) == ["superseded", "proposed", "sent", "proposed"]


async def test_drafts_to_compare_come_with_their_text_until_it_is_erased(database: Database) -> None:
    await decided(database)
    assert [draft["content"]["text"] for draft in await drafts.comparable(database, "acme", "7")] == [
        "A proposed reply."
    ]

    await database.run("update content set body = null, erased_at = now()")

    assert [draft["content"] for draft in await drafts.comparable(database, "acme", "7")] == [None]


async def test_what_went_before_counts_the_tickets_drafts(database: Database) -> None:
    for name, ticket, state in (("e1", "7", "rejected"), ("e2", "7", "shown"), ("e3", "8", "shown")):
        rows = await begin(database, name, ticket=ticket)
        propose(rows, mark=f"cs-{name}")
        await rows.commit()
        run = await finish(rows, RunState.DONE)
        await database.run("update draft set state = %(s)s where run_id = %(id)s", {"s": state, "id": run["id"]})

    past = await drafts.past(database, "acme", "7")

    assert (past["drafts_rejected"], past["drafts_waiting"]) == (1, 1)


async def test_the_entries_that_we_wrote_are_known_by_ticket(database: Database) -> None:
    rows = await decided(database)
    assert await drafts.written_entries(database, "acme", "7") == set()

    await rows.written("note", {"entry": "n1", "version": "v2", "at": None, "detail": None}, DraftState.SHOWN)

    assert await drafts.written_entries(database, "acme", "7") == {"n1"}
    assert await drafts.written_entries(database, "acme", "8") == set()


async def test_a_draft_in_the_composer_is_no_entry_of_ours_once_an_agent_may_have_sent_it(database: Database) -> None:
    rows = await decided(database)
    await database.run("update write_back set purpose = 'draft'")
    await rows.written("draft", {"entry": "d1", "version": "v2", "at": None, "detail": None}, DraftState.SHOWN)

    assert await drafts.written_entries(database, "acme", "7") == set()


@pytest.mark.parametrize("state", ["rejected", "expired"])
async def test_the_last_draft_is_compared_also_where_nobody_wanted_it(database: Database, state: str) -> None:
    run = await finish(await decided(database))
    await database.run("update draft set state = %(state)s", {"state": state})

    assert [row["run_id"] for row in await drafts.comparable(database, "acme", "7")] == [run["id"]]
    await decided(database, "e2")
    assert run["id"] not in [row["run_id"] for row in await drafts.comparable(database, "acme", "7")]
