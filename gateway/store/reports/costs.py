"""What each ticket cost, in money and in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway.store.database import Database
from gateway.store.reports.amounts import Cost, Tokens

# Money and tokens are summed over all runs of a ticket, from the attempts themselves. Times and the verdict are those
# of the run that people saw: the newest with a draft, else the newest.
TICKETS = """
with walked as (
  select r.*, e.received_at, d.state as draft_state, o.kind as outcome from run r
  join event e on e.id = r.id left join draft d on d.run_id = r.id left join outcome o on o.run_id = r.id
  where e.received_at >= %(since)s and (%(account)s::text is null or r.account = %(account)s)
), spent as (
  select w.account, w.ticket_id, count(distinct w.id) as runs, count(t.id) as attempts,
    sum(t.input_tokens) as input_tokens, sum(t.output_tokens) as output_tokens,
    count(t.id) filter (where t.input_tokens is null and t.price_state is distinct from 'free') as uncounted_attempts,
    case count(t.id) when 0 then 0 else trim_scale(sum(t.cost_usd)) end as known_usd,
    count(t.id) filter (where t.price_state = 'unpriced' or t.outcome is null) as unpriced_attempts,
    min(w.received_at) as first_at
  from walked w left join attempt t on t.run_id = w.id group by w.account, w.ticket_id
), seen as (
  select distinct on (account, ticket_id) account, ticket_id, id as run_id, state, verdict, draft_state, outcome, model,
    waited_ms, took_ms, coalesce(step_ms, (select jsonb_object_agg(s.name, s.ms) from step s where s.run_id = w.id))
      as step_ms
  from walked w
  order by account, ticket_id, (draft_state is not null and draft_state <> 'superseded') desc, id desc
)
select * from spent join seen using (account, ticket_id) order by run_id desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class TicketCost:
    """One ticket on the ledger. Milliseconds and the verdict belong to `run_id`, everything else to all its runs.

    `known_usd` sums the calls with a known price, None where no call has one; `unpriced_attempts` are not in it.
    Likewise tokens and `uncounted_attempts`.
    """

    account: str
    ticket_id: str
    runs: int
    attempts: int
    input_tokens: int | None
    output_tokens: int | None
    uncounted_attempts: int
    known_usd: Decimal | None
    unpriced_attempts: int
    first_at: datetime
    run_id: int
    state: str
    verdict: str | None
    draft_state: str | None
    outcome: str | None
    model: str | None
    waited_ms: float | None
    took_ms: float | None
    step_ms: Mapping[str, float] | None

    @property
    def cost(self) -> Cost:
        return Cost.of(self.known_usd, attempts=self.attempts, unpriced=self.unpriced_attempts)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.input_tokens, self.output_tokens, self.uncounted_attempts)


async def ticket_costs(
    database: Database, *, since: datetime, account: str | None = None, limit: int = 10_000
) -> Sequence[TicketCost]:
    """Tickets with a run on an event received since then, newest run first."""
    values = {"since": since, "account": account, "limit": limit}
    return [TicketCost(**row) for row in await database.all(TICKETS, values)]
