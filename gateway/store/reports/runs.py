"""The list of runs: every event that came in, also one that no worker has begun yet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString

from gateway.store.database import Database
from gateway.store.reports.amounts import Cost, Tokens

LINES: LiteralString = """
select * from (
  select e.id as run_id, e.account, e.ticket_id, e.kind, e.received_at, e.tries, e.retry_at,
    coalesce(r.state, case e.state when 'dead' then 'failed' else e.state end) as state,
    coalesce(r.reason, e.error) as reason, r.started_at, r.finished_at, r.waited_ms, r.took_ms, r.step_ms, r.verdict,
    d.state as draft_state, o.kind as outcome,
    case jsonb_typeof(c.body) when 'object' then c.body->>'subject' end as subject,
    a.attempts, a.model, a.input_tokens, a.output_tokens, a.uncounted_attempts, a.known_usd, a.unpriced_attempts
  from event e
  left join run r on r.id = e.id
  left join draft d on d.run_id = e.id
  left join outcome o on o.run_id = e.id
  left join step s on s.run_id = e.id and s.name = 'screen'
  left join content c on c.id = s.content_id
  cross join lateral (
    select count(*) as attempts, sum(t.input_tokens) as input_tokens, sum(t.output_tokens) as output_tokens,
      count(*) filter (where t.input_tokens is null and t.price_state is distinct from 'free') as uncounted_attempts,
      case count(t.id) when 0 then 0 else trim_scale(sum(t.cost_usd)) end as known_usd,
      count(*) filter (where t.price_state = 'unpriced' or t.outcome is null) as unpriced_attempts,
      (array_agg(t.model order by t.number desc) filter (where t.outcome = 'ok'))[1] as model
    from attempt t where t.run_id = e.id) a
) as line
where (%(account)s::text is null or account = %(account)s)
  and (%(accounts)s::text[] is null or account = any(%(accounts)s))
  and (%(ticket)s::text is null or ticket_id = %(ticket)s)
  and (%(state)s::text is null or state = %(state)s)
  and (%(nothing)s or state <> 'nothing')
  and (%(verdict)s::text is null or verdict = %(verdict)s)
  and (%(since)s::timestamptz is null or received_at >= %(since)s)
  and (%(before)s::bigint is null or run_id < %(before)s)
order by run_id desc limit %(limit)s
"""
DEAD = """
select (select count(*) from event where state = 'dead')
  + (select count(*) from quarantine where replayed_at is null) as events
"""


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in one line. `subject` is masked, None once erased; `state` is `waiting` before a worker begins.

    `known_usd` sums the calls with a known price, None where no call has one; `unpriced_attempts` are not in it.
    Likewise tokens and `uncounted_attempts`.
    """

    run_id: int
    account: str
    ticket_id: str
    kind: str
    received_at: datetime
    tries: int
    retry_at: datetime | None
    state: str
    reason: str | None
    started_at: datetime | None
    finished_at: datetime | None
    waited_ms: float | None
    took_ms: float | None
    step_ms: Mapping[str, float] | None
    verdict: str | None
    draft_state: str | None
    outcome: str | None
    subject: str | None
    attempts: int
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    uncounted_attempts: int
    known_usd: Decimal | None
    unpriced_attempts: int

    @property
    def cost(self) -> Cost:
        return Cost.of(self.known_usd, attempts=self.attempts, unpriced=self.unpriced_attempts)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.input_tokens, self.output_tokens, self.uncounted_attempts)


async def run_list(
    database: Database,
    *,
    account: str | None = None,
    accounts: Collection[str] | None = None,
    ticket_id: str | None = None,
    state: str | None = None,
    verdict: str | None = None,
    nothing: bool = True,
    since: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[Sequence[RunLine], int | None]:
    """Newest first, and the `before` of the next page: None on the last one. `nothing`: with runs that owed nothing.
    `accounts`: those that may be seen; None means all."""
    values: dict[str, Any] = {
        "account": account,
        "accounts": None if accounts is None else sorted(accounts),
        "ticket": ticket_id,
        "state": state,
        "verdict": verdict,
        "nothing": nothing,
        "since": since,
        "before": before,
        "limit": limit + 1,
    }
    lines = [RunLine(**row) for row in await database.all(LINES, values)]
    return lines[:limit], lines[limit - 1].run_id if len(lines) > limit else None


async def dead_count(database: Database) -> int:
    """How many events were given up, and deliveries set aside, and wait for somebody."""
    row = await database.one(DEAD)
    return int(row["events"]) if row else 0
