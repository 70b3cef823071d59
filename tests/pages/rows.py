"""Runs as the line leaves them, made with the store's own functions: what reports, pages and commands are tried on."""

from datetime import UTC, datetime, timedelta

from gateway.records import DraftState, RunState
from gateway.store import events, outcomes
from gateway.store.database import Database
from gateway.store.intake import Arrival, accept
from gateway.store.outcomes import Found
from gateway.store.run_rows import RunRows
from tests.pages.kept import POLICY
from tests.pages.steps import FAILED_CALL, ORDER, STEPS, Call, Plan, took


async def arrive(database: Database, plan: Plan, ago: timedelta = timedelta(seconds=4)) -> int:
    """An event that no worker has begun; returns its id, which is the run's."""
    at = datetime.now(UTC) - ago
    before = await database.one("select coalesce(max(id), 0) as id from event")
    assert before
    name = f"event-{before['id'] + 1}"
    arrival = Arrival(name, "message_added", plan.ticket, "requester", "public", "m2", at, supersedes=True)
    await accept(database, plan.account, [arrival], b'{"ticket": 4411}', at)
    row = await database.one("select max(id) as id from event")
    assert row
    return int(row["id"])


async def walk(database: Database, plan: Plan | None = None, ago: timedelta = timedelta(seconds=4)) -> int:
    """A run down the line as far as its plan says; returns its id."""
    plan = plan or Plan()
    run_id = await arrive(database, plan, ago)
    rows = RunRows(database, run_id)
    await rows.open()
    for name in ORDER[1 : ORDER.index(plan.upto) + 1]:
        await STEPS[name](database, rows, plan, run_id)
        await rows.commit()
    if plan.state is RunState.FAILED:
        await events.note_failure(database, run_id, plan.reason or "")
        await events.bury(database, [run_id], plan.reason or "")
    elif plan.state is not None:
        reached = ORDER[1 : ORDER.index(plan.upto) + 1]
        await rows.finish(
            plan.state,
            reason=plan.reason,
            step_ms={name: took(name, plan) for name in reached},
            verdict=plan.verdict if "decide" in reached else None,
            policy_version=POLICY,
        )
    await _as_if_then(database, run_id, sum(took(name, plan) for name in ORDER[1 : ORDER.index(plan.upto) + 1]))
    return run_id


async def _as_if_then(database: Database, run_id: int, ms: float) -> None:
    """The run took what its steps say, and began 38 ms after its event came."""
    await database.run(
        """update run set started_at = e.received_at + interval '38 ms', waited_ms = 38,
             took_ms = case when r.finished_at is null then null else %(took)s end,
             finished_at = case when r.finished_at is null then null else e.received_at + interval '2.2 s' end
           from event e, run r where e.id = run.id and r.id = run.id and run.id = %(run)s""",
        {"run": run_id, "took": ms},
    )


async def everything(database: Database) -> dict[str, int]:
    """One run of every kind, by name, for looking at the pages."""
    made = {
        "reviewed": await walk(database, Plan(ticket="4409"), timedelta(days=2)),
        "sent": await walk(
            database,
            Plan(account="acme-auto", ticket="12", verdict="send", draft_state=DraftState.SENT, because=()),
            timedelta(hours=5),
        ),
        "withheld": await walk(
            database,
            Plan(ticket="4410", verdict="withhold", because=("It reads like an attack on the model.",)),
            timedelta(hours=3),
        ),
        "retried": await walk(database, Plan(ticket="4412", calls=[FAILED_CALL, Call()]), timedelta(minutes=50)),
        "superseded": await walk(
            database,
            Plan(upto="ground", state=RunState.SUPERSEDED, reason="a newer message of this ticket takes over"),
            timedelta(minutes=31),
        ),
        "shown": await walk(database, Plan(), timedelta(minutes=30)),
        "nothing": await walk(
            database,
            Plan(
                ticket="4400",
                upto="context",
                state=RunState.NOTHING,
                reason="no message of the requester waits for an answer",
            ),
            timedelta(minutes=20),
        ),
        "failed": await walk(
            database,
            Plan(
                ticket="4413",
                upto="draft",
                calls=[FAILED_CALL, FAILED_CALL],
                state=RunState.FAILED,
                reason="no model of route default answered: openai timed out after 20 s",
            ),
            timedelta(minutes=15),
        ),
        "walking": await walk(
            database,
            Plan(ticket="4414", upto="draft", calls=[Call(outcome=None)], state=None),
            timedelta(seconds=9),
        ),
        "waiting": await arrive(database, Plan(ticket="4415")),
    }
    await outcomes.keep(database, made["reviewed"], Found("light_edit", 0.87, 0.9, "m9", "agent"))
    return made
