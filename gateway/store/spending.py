"""What budgets have left: one row for each budget and period, whose period the database's clock tells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, LiteralString

from gateway.ledger.budgets import Budget, Charge, Per
from gateway.store.database import Database, Row

# The rows that a call counts on, by the names that they have at this moment.
WANTED: LiteralString = """with wanted as (
  select budget || ' ' || period as key, w.* from (
    select c.*, case c.per when 'ticket' then 'ticket ' || c.of_account || '#' || c.of_ticket
      when 'day' then to_char(now() at time zone 'UTC', 'YYYY-MM-DD')
      else to_char(now() at time zone 'UTC', 'YYYY-MM') end as period
    from unnest(%(budgets)s::text[], %(per)s::text[], %(most)s::numeric[], %(accounts)s::text[], %(queues)s::text[],
                %(of_accounts)s::text[], %(of_tickets)s::text[])
      as c(budget, per, most, account, queue, of_account, of_ticket)) w
)"""
# What the ledger has for a row: a budget that was declared today counts the whole month. Nothing is added up where the
# row is there already.
COUNTED: LiteralString = """, counted as (
  select w.*, coalesce((
    select sum(coalesce(a.cost_usd, a.bound_usd, 0)) from attempt a
    where (w.account is null or a.account = w.account) and (w.queue is null or a.queue = w.queue)
      and case w.per when 'ticket' then a.account = w.of_account and a.ticket_id = w.of_ticket
          else a.kept_at >= date_trunc(w.per, now(), 'UTC') end), 0) as so_far
  from wanted w
)"""
ENSURE: LiteralString = """
insert into spending (key, budget, period, limit_usd, spent_usd, held_usd)
select key, budget, period, most, so_far, 0 from counted w where not exists (select from spending s where s.key = w.key)
order by key on conflict (key) do nothing
"""
NOW: LiteralString = """
select w.budget, coalesce(s.spent_usd, w.so_far) as spent, coalesce(s.held_usd, 0) as held
from counted w left join spending s using (key)
"""
DEAREST: LiteralString = """
select budget, max(spent_usd + held_usd) as most from spending where budget = any(%(budgets)s) group by budget
"""
# A row that another call begins at this very moment is in neither table yet, and nobody knows what it holds.
BEGUN: LiteralString = ", begun as (" + ENSURE + "returning key, spent_usd)"
STANDING: LiteralString = """
select w.budget, w.per, w.most, coalesce(s.spent_usd + s.held_usd, b.spent_usd) as used_usd
from wanted w left join spending s using (key) left join begun b using (key)
"""
NOTICES = "select * from budget_notice where (%(budget)s::text is null or budget = %(budget)s) order by at"


@dataclass(frozen=True, slots=True)
class Used:
    """How far one budget is used in its present period; `limit_usd` None: it only counts."""

    budget: str
    per: Per
    used_usd: Decimal
    limit_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is spent of a budget in its present period, and what calls under way hold of it at their bounds. Of a budget
    per ticket: what the dearest ticket has used."""

    spent_usd: Decimal
    held_usd: Decimal


def named(charges: Iterable[Charge]) -> dict[str, Any]:
    """Charges as the arrays that WANTED reads."""
    told = list(charges)
    return {
        "budgets": [charge.budget for charge in told],
        "per": [str(charge.per) for charge in told],
        "most": [charge.limit_usd for charge in told],
        "accounts": [charge.account for charge in told],
        "queues": [charge.queue for charge in told],
        "of_accounts": [charge.ticket[0] if charge.ticket else None for charge in told],
        "of_tickets": [charge.ticket[1] if charge.ticket else None for charge in told],
    }


async def ensure(database: Database, values: Mapping[str, Any]) -> None:
    """Begin the rows that are not there yet."""
    await database.run(WANTED + COUNTED + ENSURE, values)


async def used(database: Database, charges: Sequence[Charge]) -> list[Used]:
    """What each of them has used, calls under way at their bounds."""
    values = named(charges)
    question: LiteralString = WANTED + COUNTED + BEGUN + STANDING
    rows = await database.all(question, values)
    while any(row["used_usd"] is None for row in rows):
        rows = await database.all(question, values)
    return [Used(row["budget"], Per(row["per"]), row["used_usd"], row["most"]) for row in rows]


async def standing(database: Database, budgets: Sequence[Budget]) -> Mapping[str, Standing]:
    """Where budgets stand now, by name. Nothing is begun by looking."""
    shared = [Charge(one.name, one.per, one.limit_usd, one.account, one.queue, None) for one in budgets]
    rows = await database.all(WANTED + COUNTED + NOW, named(one for one in shared if one.per is not Per.TICKET))
    dearest = await database.all(DEAREST, {"budgets": [one.name for one in budgets if one.per is Per.TICKET]})
    found = {row["budget"]: Standing(row["spent"], row["held"]) for row in rows}
    return found | {row["budget"]: Standing(row["most"], Decimal(0)) for row in dearest}


async def notices(database: Database, budget: str | None = None) -> Sequence[Row]:
    """What owners were told, oldest first."""
    return await database.all(NOTICES, {"budget": budget})


async def told_of(database: Database, question: Mapping[str, Any]) -> bool:
    """Whether an earlier run has said in the ticket that there is no money for a draft of this message."""
    row = await database.one(
        """select exists (
             select from run r join step s on s.run_id = r.id and s.name = 'budget'
             where r.account = %(account)s and r.ticket_id = %(ticket)s and s.data->>'answers' = %(answers)s
           ) as told""",
        question,
    )
    return bool(row and row["told"])
