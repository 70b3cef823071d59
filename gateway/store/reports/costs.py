"""What each ticket cost: models, people's time, calls to the help desk, and where the time went."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from gateway.ledger.people import Rates
from gateway.store.database import Database, Row
from gateway.store.reports.amounts import Cost, Tokens

FETCHED = 1000  # tickets that are in memory at once
# Money, tokens and people's time are summed over all runs of a ticket, from the attempts and reviews themselves. Times
# and the verdict are those of the run that people saw: the newest with a draft, else the newest.
TICKETS = """
with walked as (
  select r.*, e.received_at, d.state as draft_state, o.kind as outcome, o.estimated_ms,
    (select sum(v.reading_ms) from review v where v.run_id = r.id) as measured_ms
  from run r
  join event e on e.id = r.id left join draft d on d.run_id = r.id left join outcome o on o.run_id = r.id
  where e.received_at >= %(since)s and (%(account)s::text is null or r.account = %(account)s)
    and (%(ticket)s::text is null or r.ticket_id = %(ticket)s)
), worked as (
  select account, ticket_id, count(*) as runs, sum(desk_calls) as desk_calls,
    sum(untold_tries) as untold_tries, min(received_at) as first_at,
    (array_agg(queue order by id desc) filter (where queue is not null))[1] as queue,
    sum(measured_ms) as measured_ms, sum(estimated_ms) filter (where measured_ms is null) as estimated_ms
  from walked group by account, ticket_id
), spent as (
  select w.account, w.ticket_id, count(t.id) as attempts,
    sum(t.input_tokens) as input_tokens, sum(t.output_tokens) as output_tokens,
    count(t.id) filter (where t.input_tokens is null and t.price_state is distinct from 'free') as uncounted_attempts,
    case count(t.id) when 0 then 0 else trim_scale(sum(t.cost_usd)) end as known_usd,
    count(t.id) filter (where t.price_state = 'unpriced' or t.outcome is null) as unpriced_attempts,
    case when count(t.id) filter (where t.cost_usd is null and t.bound_usd is null) = 0
      then coalesce(trim_scale(sum(coalesce(t.cost_usd, t.bound_usd))), 0) end as at_most_usd,
    count(t.id) filter (where t.outcome = 'abandoned') as abandoned_attempts,
    count(t.id) filter (where t.suspect) as suspect_attempts
  from walked w left join attempt t on t.run_id = w.id group by w.account, w.ticket_id
), seen as (
  select distinct on (account, ticket_id) account, ticket_id, id as run_id, state, verdict, draft_state, outcome, model,
    waited_ms, took_ms, coalesce(step_ms, (select jsonb_object_agg(s.name, s.ms) from step s where s.run_id = w.id))
      as step_ms
  from walked w
  order by account, ticket_id, (draft_state is not null and draft_state <> 'superseded') desc, id desc
)
select spent.*, seen.*, worked.*,
  array(select jsonb_object_keys(s.data->'topics') from step s where s.run_id = seen.run_id and s.name = 'screen'
        and jsonb_typeof(s.data->'topics') = 'object') as topics,
  array(select jsonb_array_elements_text(k.explanation->'matched') from decision k where k.run_id = seen.run_id
        and jsonb_typeof(k.explanation->'matched') = 'array') as rules
from spent join seen using (account, ticket_id) join worked using (account, ticket_id)
order by run_id desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class TicketCost:
    """One ticket on the ledger. Milliseconds and the verdict belong to `run_id`, everything else to all its runs.

    `known_usd` sums the calls with a known price, None where no call has one; `unpriced_attempts` are not in it, and in
    `at_most_usd` at their bounds: None where one has none. Likewise tokens and `uncounted_attempts`, and
    `desk_calls` and `untold_tries`, which are under way or whose process died. `whole_ms` is from
    the delivery to the end of the run: waiting, the steps, and `other_ms` between them. `measured_ms` was spent on the
    page of a draft, `estimated_ms` is the reading time of drafts that no page measured; what both cost, and what an
    answer by hand would, is None where no rates were declared.
    """

    account: str
    ticket_id: str
    queue: str | None
    topics: Sequence[str]
    rules: Sequence[str]
    runs: int
    attempts: int
    input_tokens: int | None
    output_tokens: int | None
    uncounted_attempts: int
    known_usd: Decimal | None
    unpriced_attempts: int
    at_most_usd: Decimal | None
    abandoned_attempts: int
    suspect_attempts: int
    desk_calls: int
    untold_tries: int
    measured_ms: int | None
    estimated_ms: int | None
    reviewer_usd: Decimal | None
    by_hand_usd: Decimal | None
    first_at: datetime
    run_id: int
    state: str
    verdict: str | None
    draft_state: str | None
    outcome: str | None
    model: str | None
    waited_ms: float | None
    took_ms: float | None
    whole_ms: float | None
    other_ms: float | None
    step_ms: Mapping[str, float] | None

    @property
    def cost(self) -> Cost:
        return Cost.of(self.known_usd, attempts=self.attempts, unpriced=self.unpriced_attempts)

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.input_tokens, self.output_tokens, self.uncounted_attempts)

    @property
    def reviewed_ms(self) -> int | None:
        """How long people looked at its drafts, measured or estimated."""
        known = [ms for ms in (self.measured_ms, self.estimated_ms) if ms is not None]
        return sum(known) if known else None

    @property
    def became(self) -> str:
        """What came of it, in one word."""
        return self.outcome or self.draft_state or self.state


async def ticket_costs(
    database: Database,
    *,
    since: datetime,
    account: str | None = None,
    ticket_id: str | None = None,
    limit: int = 10_000,
    rates: Mapping[str, Rates] = {},
) -> Sequence[TicketCost]:
    """Tickets with a run on an event received since then, newest run first. `rates` by account."""
    values = {"since": since, "account": account, "ticket": ticket_id, "limit": limit}
    return [_line(row, rates.get(row["account"])) for row in await database.all(TICKETS, values)]


@asynccontextmanager
async def each_ticket_cost(
    database: Database,
    *,
    since: datetime,
    account: str | None = None,
    limit: int,
    rates: Mapping[str, Rates] = {},
) -> AsyncIterator[AsyncIterator[TicketCost]]:
    """The same without holding more than a thousand of them."""
    values = {"since": since, "account": account, "ticket": None, "limit": limit}
    async with database.transaction() as connection, connection.cursor(name="tickets") as cursor:
        cursor.itersize = FETCHED
        await cursor.execute(TICKETS, values)
        yield (_line(row, rates.get(row["account"])) async for row in cursor)


def _line(row: Row, rates: Rates | None) -> TicketCost:
    known = [ms for ms in (row["measured_ms"], row["estimated_ms"]) if ms is not None]
    reviewed = sum(known) if known else None
    whole, other = _whole(row)
    return TicketCost(
        **row,
        whole_ms=whole,
        other_ms=other,
        reviewer_usd=rates.reviewing(reviewed) if rates else None,
        by_hand_usd=rates.by_hand if rates and row["draft_state"] else None,
    )


def _whole(row: Row) -> tuple[float | None, float | None]:
    """The whole, and what is between the steps. A clock that was set must not make the parts more than the whole."""
    waited, took = row["waited_ms"], row["took_ms"]
    if waited is None or took is None:
        return None, None
    steps = sum((row["step_ms"] or {}).values())
    whole = waited + max(took, steps)
    return round(whole, 3), round(whole - waited - steps, 3)
