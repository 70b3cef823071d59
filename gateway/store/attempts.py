"""The ledger's rows: one for every call to a model, from before it is made, together with what it holds of budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import product
from typing import Any, LiteralString

import structlog

from gateway.ledger.attempt import AttemptFinished, AttemptOutcome, AttemptStarted, PriceState
from gateway.ledger.budgets import SHARES, Budget, BudgetUsedUp, charges
from gateway.store import gates, spending
from gateway.store.database import Database, Row
from gateway.store.gates import Gates
from gateway.telemetry import abandoned_attempts, budget_notices, suspect_attempts, unpriced

# One statement: either every budget has room for the bound, which is then held from all of them, and the provider may
# be called, and the row is there; or nothing has happened. Rows are locked in one order, so that workers wait for each
# other and never in a circle.
START: LiteralString = """, locked as (
  select s.key, s.budget, s.period, s.spent_usd, s.held_usd, w.most from spending s join wanted w using (key)
  order by s.key for update of s
), refused as (
  select * from locked where most is not null
    and (%(bound_usd)s::numeric is null or %(bound_usd)s > 0 and spent_usd + held_usd + %(bound_usd)s > most)
)"""
FITS: LiteralString = """, fits as (
  select (select count(*) from locked) = (select count(*) from wanted) as known,
    not exists (select from refused) as room, not exists (select from gate where wait > 0) as open
), held as (
  update spending s set held_usd = s.held_usd + coalesce(%(bound_usd)s, 0), limit_usd = l.most
  from locked l, fits where s.key = l.key and fits.known and fits.room and fits.open
), noticed as (
  insert into budget_notice (budget, period, share, spent_usd, limit_usd)
  select budget, period, 100, spent_usd, most from refused where %(bound_usd)s is not null
  on conflict do nothing returning *
), kept as (
  insert into attempt (run_id, number, purpose, route, provider, model, prompt, prompt_version, retry, fallback,
                       streamed, started_at, bound_usd, account, ticket_id, queue, policy_version, charged)
  select %(run_id)s, %(number)s, %(purpose)s, %(route)s, %(provider)s, %(model)s, %(prompt)s, %(prompt_version)s,
         %(retry)s, %(fallback)s, %(streamed)s, %(started_at)s, %(bound_usd)s, %(account)s, %(ticket_id)s, %(queue)s,
         %(policy_version)s, (select jsonb_agg(key) from locked)
  from fits where known and room and open returning id
)"""
TOLD: LiteralString = """
select known, (select id from kept) as id, array(select budget from refused) as refused,
  (select jsonb_agg(n) from noticed n) as noticed, gate.wait, gate.open as circuit, gate.failures
from fits left join gate on true
"""
ASK: LiteralString = spending.WANTED + START + gates.LOOK + FITS + gates.GO + TOLD
# Whoever made the call knows best how it ended, also where it was given up for dead meanwhile.
FINISH: LiteralString = """
with was as (
  select id, outcome is null as open, coalesce(bound_usd, 0) as bound, charged from attempt
  where id = %(id)s and (outcome is null or outcome = 'abandoned') for update
), ended as (
  update attempt a set ended_at = %(ended_at)s, latency_ms = %(latency_ms)s, outcome = %(outcome)s,
    price_state = %(price_state)s, time_to_first_token_ms = %(time_to_first_token_ms)s, error_kind = %(error_kind)s,
    finish_reason = %(finish_reason)s, input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s,
    cached_read_tokens = %(cached_read_tokens)s, cached_write_tokens = %(cached_write_tokens)s,
    reasoning_tokens = %(reasoning_tokens)s, cost_usd = %(cost_usd)s, price_version = %(price_version)s,
    suspect = %(suspect)s
  from was where a.id = was.id returning coalesce(a.cost_usd, a.bound_usd, 0) as counted
), locked as (
  select s.key from was cross join lateral jsonb_array_elements_text(was.charged) as c(key)
  join spending s on s.key = c.key order by s.key for update of s
), settled as (
  update spending s set held_usd = s.held_usd - case when was.open then was.bound else 0 end,
    spent_usd = s.spent_usd + ended.counted - case when was.open then 0 else was.bound end
  from locked, was, ended where s.key = locked.key returning s.budget, s.period, s.spent_usd, s.limit_usd
)
insert into budget_notice (budget, period, share, spent_usd, limit_usd)
select budget, period, share, spent_usd, limit_usd from settled, unnest(%(shares)s::int[]) as share
where limit_usd > 0 and spent_usd * 100 >= limit_usd * share
on conflict do nothing returning *
"""
LEFT_BEHIND = """
select id from attempt where outcome is null
  and (run_id = %(run)s or kept_at < now() - make_interval(secs => %(after)s)) order by id limit 1000
"""
AFTER = 300.0  # seconds without an end: ten times what the longest call may take


class AttemptRows:
    """`gateway.ledger.attempt.AttemptLog` over SQL."""

    def __init__(self, database: Database, budgets: Sequence[Budget] = ()) -> None:
        self._database = database
        self._budgets = {budget.name: budget for budget in budgets}
        self._gates = Gates(database)
        for budget, share in product(self._budgets, SHARES):  # so that the first notice is seen as growth
            budget_notices.labels(budget, str(share))

    async def start(self, attempt: AttemptStarted) -> int:
        told = asdict(attempt)
        told |= told.pop("origin")
        values = told | spending.named(charges(self._budgets.values(), attempt.origin))
        values |= await self._gates.asking(attempt.gate)
        row = await self._database.one(ASK, values)
        assert row is not None
        while not row["known"]:  # the first call of a ticket, of a day or of a month
            await spending.ensure(self._database, values)
            row = await self._database.one(ASK, values)
            assert row is not None
        self._tell(row["noticed"] or ())
        if row["refused"]:
            raise BudgetUsedUp(row["refused"])
        return self._gates.passed(attempt.gate, row, values["given_back"])

    async def finish(self, attempt_id: int, finished: AttemptFinished) -> bool:
        values = {**asdict(finished), "id": attempt_id, "shares": list(SHARES)}
        if finished.suspect:
            suspect_attempts.inc()
        self._tell(await self._database.all(FINISH, values))
        return await self._gates.learn(attempt_id, finished)

    async def give_up(self, run: int | None = None) -> int:
        """End the attempts that their process has left behind: those of a run that is taken up again, and those that
        are long over. Returns how many."""
        rows = await self._database.all(LEFT_BEHIND, {"run": run, "after": AFTER})
        for row in rows:
            await self.finish(row["id"], lost())
        abandoned_attempts.inc(len(rows))
        unpriced.inc(len(rows))
        return len(rows)

    def _tell(self, notices: Sequence[Mapping[str, Any] | Row]) -> None:
        """The owner of a budget hears of it once: in the log, in the metrics, and by a row that stays."""
        for notice in notices:
            name, share = notice["budget"], notice["share"]
            owner = self._budgets.get(name)
            budget_notices.labels(name, str(share)).inc()
            log.warning(
                "a budget is used up" if share == 100 else "a budget is being used up",
                budget=name,
                period=notice["period"],
                share=share,
                spent_usd=f"{notice['spent_usd']}",
                limit_usd=f"{notice['limit_usd']}",
                owner=owner.team if owner else None,
                contact=owner.contact if owner else None,
            )


log = structlog.get_logger()


def lost() -> AttemptFinished:
    """How an attempt ended whose process died: nobody knows, so that it counts at its bound."""
    return AttemptFinished(datetime.now(UTC), None, AttemptOutcome.ABANDONED, PriceState.UNPRICED)
