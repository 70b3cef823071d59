"""Events, runs and drafts for the tests of the store, made with the store's own functions."""

from datetime import UTC, datetime, timedelta

from gateway.records import DraftState, RunState
from gateway.store.database import Database, Row
from gateway.store.intake import Arrival, accept
from gateway.store.run_rows import RunRows

NOW = datetime.now(UTC)


async def arrive(
    database: Database, name: str = "e1", *, ticket: str = "7", account: str = "acme", ago: timedelta = timedelta()
) -> int:
    """An accepted event; returns its id, which is the run's."""
    at = datetime.now(UTC) - ago
    arrival = Arrival(name, "message_added", ticket, "requester", "public", "m1", at, supersedes=True)
    assert await accept(database, account, [arrival], b'{"ticket": 7}', at) == 1
    row = await only(database, "select max(id) as id from event")
    return int(row["id"])


async def begin(database: Database, name: str = "e1", *, ticket: str = "7") -> RunRows:
    """A run that was begun, its ticket read and its requester known."""
    rows = RunRows(database, await arrive(database, name, ticket=ticket))
    await rows.open()
    rows.requester_is("requester-1", "v1")
    rows.step("context", 1.0, {"version": "v1"}, {"ticket": ticket})
    await rows.commit()
    return rows


async def decided(database: Database, name: str = "e1", *, ticket: str = "7", answers: str = "m1") -> RunRows:
    """A run with a draft, a decision and the intent to write a note."""
    rows = await begin(database, name, ticket=ticket)
    propose(rows, answers=answers, mark=f"cs-{name}")
    await rows.commit()
    return rows


def propose(rows: RunRows, *, answers: str = "m1", mark: str = "cs-1", text: str = "A proposed reply.") -> None:
    rows.step("draft", 1.0, {"model": "stub"}, {"text": text})
    rows.draft(version="v1", answers=answers, state=DraftState.PROPOSED, text_hash="h", language="en")
    rows.decision(verdict="review", policy_version="p1", explanation={"rules": []}, facts={"ticket.id": "7"})
    rows.intent(purpose="note", version="v1", mark=mark, text_hash="h")


async def finish(rows: RunRows, state: RunState = RunState.DONE) -> Row:
    return await rows.finish(state, reason="because", step_ms={"draft": 1.0}, verdict="review", policy_version="p1")


async def only(database: Database, sql: str, **values: object) -> Row:
    """The one row."""
    (row,) = await database.all(sql, values)  # type: ignore[arg-type]
    return row
