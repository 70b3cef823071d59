"""What tickets cost in a period, how many there were a day, and which were the dearest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from gateway.store.reports.overview.looking import CHOSEN, Chosen, Look
from gateway.store.reports.overview.spent import ADDED, Spent

# A ticket counts once a day, for the model that its last run of that day ended with.
BY_DAY: LiteralString = """
with last as (
  select max(t.id) as id, (t.started_at at time zone 'UTC')::date as day from run t
  where CHOSEN and t.state <> 'nothing' group by t.account, t.ticket_id, 2
)
select last.day, r.model, count(*)::int as tickets from last join run r on r.id = last.id group by 1, 2 order by 1, 2
"""
# A call with neither price nor bound may cost anything, so that its ticket stands above all others. One sum is made of
# all tickets; what it is made of, only of the dearest.
COSTS: LiteralString = """
with good as (
  select o.run_id from outcome o join draft d on d.run_id = o.run_id
  where o.kind in ('sent_as_is', 'light_edit') and not d.shadow
), spent as materialized (
  select t.account, t.ticket_id, bool_or(good.run_id is not null) as accepted, max(t.run_id) as run_id,
    sum(coalesce(t.cost_usd, case t.price_state when 'free' then 0 else coalesce(t.bound_usd, 'Infinity') end)) as most
  from attempt t left join good on good.run_id = t.run_id where CHOSEN group by t.account, t.ticket_id
), summed as (
  select count(*)::int as tickets, percentile_disc(array[0.5, 0.95]) within group (order by most) as cuts,
    percentile_disc(array[0.5, 0.95]) within group (order by most) filter (where accepted) as cuts_accepted from spent
)
select summed.*, (select count(*) from run t join good on good.run_id = t.id where CHOSEN)::int as drafts_accepted,
  account, ticket_id from summed
left join lateral (
  select account, ticket_id from spent where most > 0 order by most desc, run_id desc limit %(limit)s) dear on true
"""
DEAREST: LiteralString = """
select t.account, t.ticket_id, max(t.run_id) as run_id, max(t.queue) as queue, ADDED
from unnest(%(dear_accounts)s::text[], %(dear_tickets)s::text[]) with ordinality as dear(account, ticket_id, place)
join attempt t on t.account = dear.account and t.ticket_id = dear.ticket_id
where CHOSEN group by t.account, t.ticket_id, place order by place
"""
ABOUT: LiteralString = """
select r.id, r.state, d.state as draft_state, o.kind as outcome,
  array(select jsonb_object_keys(s.data->'topics') from step s where s.run_id = r.id and s.name = 'screen'
        and jsonb_typeof(s.data->'topics') = 'object') as topics
from run r left join draft d on d.run_id = r.id left join outcome o on o.run_id = r.id where r.id = any(%(runs)s)
"""


@dataclass(frozen=True, slots=True)
class TicketDay:
    """`model` None: none answered, or none was asked."""

    day: date
    model: str | None
    tickets: int


@dataclass(frozen=True, slots=True)
class DearTicket:
    """`run_id`: the newest run that called a model in that time."""

    account: str
    ticket_id: str
    run_id: int
    queue: str
    spent: Spent


@dataclass(frozen=True, slots=True)
class TicketCosts:
    """Of the tickets with a call in that time; calls without a price at their bounds. Median and p95 are None where
    there is no ticket, or where that one's cost has no bound. Accepted: sent as they were, or lightly edited."""

    tickets: int
    median: Decimal | None
    p95: Decimal | None
    drafts_accepted: int
    accepted_median: Decimal | None
    accepted_p95: Decimal | None
    dearest: Sequence[DearTicket]


async def tickets_by_day(look: Look, chosen: Chosen) -> Sequence[TicketDay]:
    """Oldest first; without tickets for which nothing was to do."""
    return [TicketDay(**row) for row in await look.all(BY_DAY.replace("CHOSEN", CHOSEN), chosen.values)]


async def costs_of_tickets(look: Look, chosen: Chosen, dearest: int) -> TicketCosts:
    rows = await look.all(COSTS.replace("CHOSEN", CHOSEN), {**chosen.values, "limit": dearest})
    sums, names = rows[0], [(row["account"], row["ticket_id"]) for row in rows if row["ticket_id"] is not None]
    values = {"dear_accounts": [account for account, _ in names], "dear_tickets": [ticket for _, ticket in names]}
    found = await look.all(DEAREST.replace("ADDED", ADDED).replace("CHOSEN", CHOSEN), {**chosen.values, **values})
    return TicketCosts(
        sums["tickets"],
        *_cuts(sums["cuts"]),
        sums["drafts_accepted"],
        *_cuts(sums["cuts_accepted"]),
        [DearTicket(row["account"], row["ticket_id"], row["run_id"], row["queue"], Spent.of(row)) for row in found],
    )


async def about(look: Look, runs: Sequence[int]) -> Mapping[int, Mapping[str, Any]]:
    """Topics of some runs and what came of them, by run."""
    return {row["id"]: row for row in await look.all(ABOUT, {"runs": list(runs)})}


def _cuts(cuts: Sequence[Decimal] | None) -> tuple[Decimal | None, Decimal | None]:
    half, most = cuts or (None, None)
    return _finite(half), _finite(most)


def _finite(cost: Decimal | None) -> Decimal | None:
    return cost if cost is not None and cost.is_finite() else None
