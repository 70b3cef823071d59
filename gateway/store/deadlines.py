"""Deadlines of drafts: the timer that is kept with a decision, and the event that it becomes when the time is up."""

from datetime import datetime, timedelta

from gateway.store.database import Database, Row
from gateway.store.intake import WALK, ticket_lock
from gateway.store.jobs import enqueue

DEADLINE = "deadline"  # the timer's job, and the kind of its event
WAITS = ("shown", "held", "withheld")  # drafts that people have yet to act on; a withheld one waits unseen
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=1)

# A statement of a checkpoint: the draft's deadline and its timer are committed with what set them, or not at all.
TIMER = """
with moved as (update draft set deadline = %(due)s where run_id = %(draft)s)
select procrastinate_defer_jobs_v1(array[
  row('line', 'deadline', 0, null, null, jsonb_build_object('run_id', %(draft)s::bigint, 'number', %(number)s::int),
      %(due)s::timestamptz)::procrastinate_job_to_defer_v1])
"""
# A draft that waits again after its deadline has passed: the timer that went off while it was approved goes off anew.
AGAIN = """
select procrastinate_defer_jobs_v1(array[
  row('line', 'deadline', 0, null, null, jsonb_build_object('run_id', d.run_id, 'number', 1 + (
    select count(*) from event e where e.account = d.account and e.kind = 'deadline'
      and e.event_id like 'deadline:' || d.run_id || ':%%')), now())::procrastinate_job_to_defer_v1])
from draft d where d.run_id = %(run)s and d.deadline <= now()
"""
STATE = """
select d.account, d.ticket_id, d.state, d.deadline, now() as now, e.state as event
from draft d join event e on e.id = d.run_id
where d.run_id = %(run)s
"""
EVENT = """
insert into event (account, event_id, kind, ticket_id, received_at, supersedes)
values (%(account)s, %(event_id)s, 'deadline', %(ticket)s, now(), false)
on conflict (account, event_id) do nothing returning id
"""
DRAFT = """
select d.run_id, d.state, d.answers, d.created_at, d.deadline, k.policy_version,
  k.explanation->'escalation' as escalation, k.explanation->'because' as because
from draft d join decision k on k.run_id = d.run_id where d.run_id = %(run)s
"""


def event_id(run_id: int, number: int) -> str:
    """The id of the event of a draft's deadline; the first deadline is number 1."""
    return f"{DEADLINE}:{run_id}:{number}"


def of_event(event: Row) -> tuple[int, int]:
    """(the run that made the draft, the deadline's number), from a deadline's event."""
    _, run_id, number = event["event_id"].split(":")
    return int(run_id), int(number)


async def time_is_up(database: Database, run_id: int, number: int) -> int | None:
    """The event of a deadline, with its job, if the draft still waits; returns its id. However often the timer goes
    off, there is one event. A draft that is still on its way into the ticket is looked at again later."""
    async with database.transaction() as connection:
        draft = await (await connection.execute(STATE, {"run": run_id})).fetchone()
        if draft is None:
            return None
        if draft["state"] == "proposed" and draft["event"] != "done":
            at = draft["now"] + _patience(draft["now"], draft["deadline"])
            await enqueue(connection, DEADLINE, {"run_id": run_id, "number": number}, at=at)
            return None
        if draft["state"] not in WAITS:
            return None
        account, ticket = draft["account"], draft["ticket_id"]
        values = {"account": account, "ticket": ticket, "event_id": event_id(run_id, number)}
        row = await (await connection.execute(EVENT, values)).fetchone()
        if row is None:
            return None
        await enqueue(connection, WALK, {"event_id": row["id"]}, lock=ticket_lock(account, ticket))
        return int(row["id"])


def _patience(now: datetime, deadline: datetime | None) -> timedelta:
    """As long as it is late already, within bounds."""
    late = now - deadline if deadline else SHORTEST
    return min(max(late, SHORTEST), LONGEST)


async def draft_of(database: Database, run_id: int) -> Row | None:
    """The draft of a run, with the escalation that was decided for it."""
    return await database.one(DRAFT, {"run": run_id})


async def expire(database: Database, run_id: int) -> None:
    """The last deadline of a draft has passed. One that is not shown keeps its state."""
    await database.run(
        """update draft set state = 'expired', changed_at = now()
           where run_id = %(run)s and state in ('shown', 'held')""",
        {"run": run_id},
    )
