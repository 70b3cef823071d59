"""The rows of one run, written at its few checkpoints.

A checkpoint is one transaction. Steps are plain inserts without an upsert: the first writer wins, and a worker that
was believed dead learns from the conflict that the run is not its own any more.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, LiteralString

from psycopg.errors import UniqueViolation

from gateway.audit.entries import Act
from gateway.errors import LostLease
from gateway.records import DraftState, LastTry, RunState
from gateway.store import audit, receipts
from gateway.store.database import Database, Row
from gateway.store.deadlines import TIMER
from gateway.store.intake import OWN
from gateway.store.jobs import Lease
from gateway.store.json import jsonb
from gateway.store.opened_run import OpenedRun, opened_run
from gateway.store.standing import Standing, answered, asked, standing_of

STEP = """
with kept as (
  insert into content (account, ticket_id, requester, kind, body)
  select %(account)s, %(ticket)s, %(requester)s, %(name)s, %(content)s where %(content)s::jsonb is not null
  returning id)
insert into step (run_id, name, at, ms, data, content_id)
values (%(run)s, %(name)s, %(at)s, %(ms)s, %(data)s, (select id from kept))
"""
KNOWN_REQUESTER = """
with named as (
  -- One that was erased meanwhile stays so: by its mark this run learns that it has to end.
  update run set requester = case when requester like 'erased:%%' then requester else %(requester)s end,
    ticket_version = %(version)s, queue = %(queue)s where id = %(run)s)
update content set requester = %(requester)s
where account = %(account)s and ticket_id = %(ticket)s and requester is null
"""
DRAFT = """
with older as (
  update draft set state = 'superseded', changed_at = now()
  where account = %(account)s and ticket_id = %(ticket)s and run_id < %(run)s
    and state in ('proposed', 'shown', 'held', 'approved'))
insert into draft (run_id, account, ticket_id, ticket_version, answers, state, text_hash, language, shadow, content_id,
                   created_at, changed_at)
values (%(run)s, %(account)s, %(ticket)s, %(version)s, %(answers)s, %(state)s, %(hash)s, %(language)s,
        %(shadow)s, (select content_id from step where run_id = %(run)s and name = 'draft'), now(), now())
"""
DECISION = """
with kept as (
  insert into content (account, ticket_id, requester, kind, body)
  values (%(account)s, %(ticket)s, %(requester)s, 'facts', %(facts)s) returning id)
insert into decision (run_id, at, verdict, policy_version, explanation, facts_id)
select %(run)s, now(), %(verdict)s, %(policy)s, %(explanation)s, kept.id from kept
"""
INTENT = """
insert into write_back (run_id, purpose, account, ticket_id, ticket_version, mark, text_hash, state, intended_at, tries)
values (%(run)s, %(purpose)s, %(account)s, %(ticket)s, %(version)s, %(mark)s, %(hash)s, 'intent', now(), 1)
"""
DROP = "update write_back set state = 'dropped', detail = %(reason)s where run_id = %(run)s and state = 'intent'"
SUMS: LiteralString = """
with spent as (
  select sum(input_tokens) as input, sum(output_tokens) as output, sum(cost_usd) as cost,
         count(*) filter (where price_state = 'unpriced' or outcome is null) as unpriced,
         (array_agg(model order by number desc) filter (where outcome = 'ok'))[1] as model
  from attempt where run_id = %(run)s
), decided as (
  -- A try that ended before it came to the decision of an earlier one does not know it.
  select max(verdict) as verdict, max(policy_version) as policy,
         (array_agg(explanation->'matched'))[1] as rules
  from decision where run_id = %(run)s
), ended as (
  update event set state = %(event_state)s, finished_at = now(), error = %(error)s where id = %(run)s
), """
CLOSE: LiteralString = """
update run r set state = %(state)s, reason = %(reason)s, finished_at = now(),
  took_ms = extract(epoch from now() - r.started_at) * 1000, step_ms = %(step_ms)s,
  verdict = coalesce(%(verdict)s, decided.verdict), policy_version = coalesce(%(policy)s, decided.policy),
  model = spent.model, input_tokens = spent.input, output_tokens = spent.output, cost_usd = spent.cost,
  unpriced_attempts = spent.unpriced, desk_calls = r.desk_calls + %(calls)s,
  untold_tries = greatest(r.untold_tries - 1, 0)
from spent, decided where r.id = %(run)s
returning r.*, decided.rules
"""
FINISH = SUMS + receipts.TOLD + CLOSE
NOBODYS = Lease(0, 0, 0)


class RunRows:
    """Collects the rows of one run, and commits them together."""

    def __init__(self, database: Database, run_id: int) -> None:
        self._database = database
        self._run_id = run_id
        self._waiting: list[tuple[LiteralString, Mapping[str, Any]]] = []
        self._who: dict[str, Any] = {"run": run_id, "requester": None}
        self._left = True  # are there rows of this run, as far as is known?
        self.draft_run = run_id  # whose draft the writes of this run are about: that of a review is another run's

    async def open(self, lease: Lease = NOBODYS) -> OpenedRun | None:
        """Begin the run, or find what was done of it. None where there is no such event."""
        opened = await opened_run(self._database, self._run_id, lease)
        if opened is not None:
            self._left = bool(opened.steps or opened.writes)
            self._who |= {"account": opened.event["account"], "ticket": opened.event["ticket_id"]}
        return opened

    async def standing(self, lease: Lease) -> Standing:
        """All that can keep this run from acting, in one query."""
        return await standing_of(self._database, self._run_id, lease)

    def requester_is(self, requester: str, version: str, queue: str | None = None) -> None:
        """Who asks, as the help desk says: everything personal that was kept of this ticket is now theirs."""
        self._who["requester"] = requester
        self._waiting.append((KNOWN_REQUESTER, {**self._who, "version": version, "queue": queue}))

    def resume_requester(self, requester: str) -> None:
        self._who["requester"] = requester

    def step(self, name: str, ms: float, data: Any, content: Any = None) -> None:
        values = {
            **self._who,
            "name": name,
            "at": datetime.now(UTC),
            "ms": ms,
            "data": jsonb(data),
            "content": None if content is None else jsonb(content),
        }
        self._waiting.append((STEP, values))

    def draft(
        self,
        *,
        version: str,
        answers: str,
        state: DraftState,
        text_hash: str,
        language: str | None,
        shadow: bool = False,
    ) -> None:
        """The run's draft; older ones of the ticket that still wait are superseded by it. `shadow`: nobody is shown
        it."""
        values = {"version": version, "answers": answers, "state": state, "hash": text_hash, "language": language}
        self._waiting.append((DRAFT, {**self._who, **values, "shadow": shadow}))

    def decision(self, *, verdict: str, policy_version: str, explanation: Any, facts: Mapping[str, Any]) -> None:
        values = {
            "verdict": verdict,
            "policy": policy_version,
            "explanation": jsonb(explanation),
            "facts": jsonb(dict(facts)),
        }
        self._waiting.append((DECISION, {**self._who, **values}))
        told = {"account": self._who["account"], "ticket": self._who["ticket"], "verdict": verdict}
        rules = explanation.get("matched") if isinstance(explanation, Mapping) else None
        detail = {**told, "policies": policy_version, "rules": list(rules or ())}
        act = Act("policies", "decide", f"run {self._run_id}", "line", detail)
        self._waiting.append((audit.APPEND, audit.values(act)))

    def intent(self, *, purpose: str, version: str, mark: str, text_hash: str) -> None:
        values = {"purpose": purpose, "version": version, "mark": mark, "hash": text_hash}
        self._waiting.append((INTENT, {**self._who, **values}))

    def deadline(self, draft: int, number: int, due: datetime) -> None:
        """When the time of a run's draft is up, with the timer that will say so."""
        self._waiting.append((TIMER, {"draft": draft, "number": number, "due": due}))

    async def commit(self, lease: Lease | None = None) -> Standing | None:
        """Everything collected since the last time, or nothing. Raises LostLease where another worker was first.

        With a lease it returns how the run stood right before the end of the transaction, if there was one."""
        if not self._waiting:
            return None
        rows, self._waiting = self._waiting, []
        self._left = True
        try:
            async with self._database.at_once() as connection:
                for sql, values in rows:
                    await connection.execute(sql, values)
                standing = await asked(connection, self._run_id, lease) if lease else None
            return await answered(standing) if standing else None
        except UniqueViolation:
            raise LostLease("another worker has kept this step already") from None

    async def end_early(self, reason: str) -> None:
        """The run makes no more writes: its open draft is superseded, and intents that nobody found are dropped."""
        if not self._left:
            return
        async with self._database.at_once() as connection:
            values = {"run": self._run_id, "reason": reason}
            await connection.execute(
                """update draft set state = 'superseded', changed_at = now()
                   where run_id = %(run)s and state in ('proposed', 'shown', 'held')""",
                values,
            )
            await connection.execute(DROP, values)

    async def drop_intents(self, reason: str) -> None:
        """Writes that were intended, and never come."""
        await self._database.run(DROP, {"run": self._run_id, "reason": reason})

    async def drop(self, purpose: str, detail: str, other: str, text_hash: str) -> None:
        """A write that was refused and never comes; the `other` one says what it would have said."""
        async with self._database.at_once() as connection:
            values = {"run": self._run_id, "purpose": purpose, "detail": detail, "other": other, "hash": text_hash}
            await connection.execute(
                """update write_back set state = 'dropped', detail = %(detail)s
                   where run_id = %(run)s and purpose = %(purpose)s and state = 'intent'""",
                values,
            )
            await connection.execute(
                """update write_back set text_hash = %(hash)s
                   where run_id = %(run)s and purpose = %(other)s and state = 'intent'""",
                values,
            )

    async def remark(self, purpose: str, detail: str) -> None:
        """Something that was noticed about a write after it."""
        await self._database.run(
            "update write_back set detail = %(detail)s where run_id = %(run)s and purpose = %(purpose)s",
            {"run": self._run_id, "purpose": purpose, "detail": detail},
        )

    async def try_again(self, purpose: str) -> None:
        """A write that an earlier try may have made is about to be made again."""
        await self._database.run(
            """update write_back set tries = tries + 1, tried_at = now(), last_try = 'begun'
               where run_id = %(run)s and purpose = %(purpose)s and state = 'intent'""",
            {"run": self._run_id, "purpose": purpose},
        )

    async def end_try(self, purpose: str, how: LastTry) -> None:
        """What is known of a try that has brought no receipt."""
        await self._database.run(
            "update write_back set last_try = %(how)s where run_id = %(run)s and purpose = %(purpose)s",
            {"run": self._run_id, "purpose": purpose, "how": how},
        )

    async def uncertain(self, purpose: str, detail: str, *, with_draft: bool) -> None:
        """A write that cannot be proved; `with_draft`: neither can the draft that it is about."""
        async with self._database.at_once() as connection:
            values = {"run": self._run_id, "purpose": purpose, "detail": detail}
            await connection.execute(
                """update write_back set state = 'uncertain', detail = %(detail)s
                   where run_id = %(run)s and purpose = %(purpose)s""",
                values,
            )
            if with_draft:
                await connection.execute(
                    "update draft set state = 'uncertain', changed_at = now() where run_id = %(run)s",
                    {"run": self.draft_run},
                )

    async def written(self, purpose: str, receipt: Mapping[str, Any], draft_state: DraftState | None) -> None:
        """The receipt of a write, and what it makes of the draft."""
        values = {**receipt, "run": self._run_id, "purpose": purpose, "draft": self.draft_run, "state": draft_state}
        await receipts.keep(self._database, values)

    async def add_calls(self, made: int) -> None:
        """Calls to the help desk by a try that is not the last one."""
        await self._database.run(
            """update run set desk_calls = desk_calls + %(made)s, untold_tries = greatest(untold_tries - 1, 0)
               where id = %(run)s""",
            {"made": made, "run": self._run_id},
        )

    async def finish(
        self,
        state: RunState,
        *,
        reason: str | None,
        step_ms: Mapping[str, float],
        verdict: str | None = None,
        policy_version: str | None = None,
        error: str | None = None,
        calls: int = 0,
    ) -> Row:
        """Close the run and its event together; returns the run's row with its sums."""
        row = await self._database.one(
            FINISH,
            {
                "run": self._run_id,
                "state": state,
                "event_state": "dead" if state is RunState.FAILED else "done",
                "own": OWN,
                "reason": reason,
                "error": error,
                "step_ms": jsonb(dict(step_ms)),
                "verdict": verdict,
                "policy": policy_version,
                "calls": calls,
            },
        )
        assert row is not None
        return row
