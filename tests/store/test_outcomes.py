"""What became of drafts, as it is kept."""

from datetime import UTC, datetime, timedelta

from gateway.store import drafts, outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from tests.store.rows import decided, finish, only

CHANGES = {"changes": [{"removed": "soon", "added": "on Friday, <PERSON_1>"}]}


async def test_an_outcome_closes_its_draft_and_the_first_finding_stays(database: Database) -> None:
    run = await finish(await decided(database))

    await outcomes.keep(database, run["id"], Found("light_edit", 0.9, 0.95, "m2", "agent"))
    await outcomes.keep(database, run["id"], Found("not_used", 0.1, 0.0, "m3", "agent", changes=CHANGES))

    assert await only(database, "select state from draft") == {"state": "closed"}
    assert await only(database, "select kind, similarity, message_id from outcome") == {
        "kind": "light_edit", "similarity": 0.9, "message_id": "m2",
    }  # fmt: skip
    assert await drafts.comparable(database, "acme", "7") == []
    assert await database.all("select 1 from content where kind = 'outcome'") == []


async def test_what_was_changed_is_kept_with_the_requesters_other_texts(database: Database) -> None:
    run = await finish(await decided(database))

    await outcomes.keep(database, run["id"], Found("light_edit", 0.9, 0.95, "m2", "agent", changes=CHANGES))

    row = await only(
        database,
        "select c.body, c.requester, c.ticket_id from outcome o join content c on c.id = o.content_id",
    )
    assert row == {"body": CHANGES, "requester": "requester-1", "ticket_id": "7"}


async def test_what_comes_after_is_noted_once(database: Database) -> None:
    run = await finish(await decided(database))
    await outcomes.keep(database, run["id"], Found("sent_as_is", 1.0, 1.0, "m2", watched=timedelta(days=7)))
    first, later = datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1)

    await outcomes.follow(database, run["id"], reopened_at=first, answered_again_at=None)
    await outcomes.follow(database, run["id"], reopened_at=later, answered_again_at=later)

    row = await only(database, "select reopened_at, answered_again_at from outcome")
    assert row == {"reopened_at": first, "answered_again_at": later}
    assert await outcomes.watched(database, "acme", "7") == []
