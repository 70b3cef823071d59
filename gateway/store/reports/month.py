"""What one month came to, of an account, a queue or all together: the figures of the owner's report."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import LiteralString

from gateway.audit.entries import Act
from gateway.ledger.people import Rates
from gateway.ledger.report import Drafts, Month, Scope, Used
from gateway.ledger.response import Spread, spread
from gateway.store import audit
from gateway.store.audit import COMMAND, SOMEBODY
from gateway.store.database import Database
from gateway.store.reports.judged import By
from gateway.store.reports.outcomes import OutcomeLine, outcomes_between

VOLUME: LiteralString = """
select count(distinct (r.account, r.ticket_id)) as tickets, count(*) as runs from run r join event e on e.id = r.id
where e.received_at >= %(since)s and e.received_at < %(until)s
  and (%(account)s::text is null or r.account = %(account)s) and (%(queue)s::text is null or r.queue = %(queue)s)
"""
CALLS: LiteralString = """
select count(*) as calls, count(*) filter (where outcome <> 'ok') as failed, trim_scale(sum(cost_usd)) as known_usd,
  count(*) filter (where cost_usd is null and price_state is distinct from 'free') as unpriced,
  case count(*) filter (where cost_usd is null and bound_usd is null and price_state is distinct from 'free')
    when 0 then coalesce(trim_scale(sum(coalesce(cost_usd, bound_usd))), 0) end as at_most_usd
from attempt
where started_at >= %(since)s and started_at < %(until)s
  and (%(account)s::text is null or account = %(account)s) and (%(queue)s::text is null or queue = %(queue)s)
"""
# Looked at on the page, else what reading takes, as for the cost of a ticket.
READ: LiteralString = """
with looked as (
  select d.account, (select sum(v.reading_ms) from review v where v.run_id = d.run_id) as measured, o.estimated_ms
  from draft d join run r on r.id = d.run_id left join outcome o on o.run_id = d.run_id
  where d.created_at >= %(since)s and d.created_at < %(until)s and not d.shadow
    and (%(account)s::text is null or d.account = %(account)s) and (%(queue)s::text is null or r.queue = %(queue)s)
)
select account, sum(coalesce(measured, estimated_ms))::bigint as ms from looked
where coalesce(measured, estimated_ms) is not null group by account
"""
# A ticket's first question, where it was of this month, and the first answer that was seen after it.
ANSWERED: LiteralString = """
with asked as (
  select account, ticket_id, min(coalesce(occurred_at, received_at)) as at from event
  where author = 'requester' and (%(account)s::text is null or account = %(account)s)
  group by account, ticket_id having min(coalesce(occurred_at, received_at)) >= %(since)s
    and min(coalesce(occurred_at, received_at)) < %(until)s
)
select extract(epoch from min(o.at) - a.at)::float * 1000 as ms
from asked a join run r on r.account = a.account and r.ticket_id = a.ticket_id join outcome o on o.run_id = r.id
where o.at >= a.at and (%(queue)s::text is null or r.queue = %(queue)s)
group by a.account, a.ticket_id, a.at
"""
BASELINE: LiteralString = """
select tickets, median_ms, low_ms, high_ms from baseline
where account = %(account)s and queue is not distinct from %(queue)s order by id desc limit 1
"""
USED: LiteralString = """
select s.budget, sum(s.spent_usd) as spent, max(s.spent_usd) as most, count(*) as periods,
  coalesce((select max(n.share) from budget_notice n where n.budget = s.budget and starts_with(n.period, %(month)s)), 0)
    as told
from spending s where s.budget = any(%(budgets)s) and starts_with(s.period, %(month)s) group by s.budget
"""
KEEP: LiteralString = """
insert into baseline (account, queue, since, until, tickets, median_ms, low_ms, high_ms)
values (%(account)s, %(queue)s, %(since)s, %(until)s, %(tickets)s, %(median_ms)s, %(low_ms)s, %(high_ms)s)
"""


async def month_of(database: Database, scope: Scope, rates: Mapping[str, Rates]) -> Month:
    """All figures of a month; `rates` by account, of those that have declared them."""
    values = {"since": scope.since, "until": scope.until, "account": scope.account, "queue": scope.queue}
    volume, calls = await database.one(VOLUME, values), await database.one(CALLS, values)
    assert volume is not None
    assert calls is not None
    lines = await outcomes_between(
        database, By.ACCOUNT, since=scope.since, until=scope.until, account=scope.account, queue=scope.queue
    )
    read = {row["account"]: row["ms"] for row in await database.all(READ, values)}
    drafts = Drafts.total([_drafts(line, read.get(line.name or ""), rates.get(line.name or "")) for line in lines])
    times = [row["ms"] for row in await database.all(ANSWERED, values)]
    return Month(**volume, **calls, drafts=drafts, answered=spread(times), answers_seen=len(times))


async def baseline(database: Database, account: str | None, queue: str | None) -> Spread | None:
    """How soon tickets were first answered before, as it was measured last."""
    row = await database.one(BASELINE, {"account": account, "queue": queue})
    return Spread(**row) if row else None


async def keep_baseline(
    database: Database,
    account: str,
    found: Mapping[str | None, Spread],
    *,
    since: datetime,
    until: datetime,
    by: str = SOMEBODY,
) -> None:
    """What was measured of an account, by queue; None is all of them together."""
    async with database.transaction() as connection:
        for queue, told in found.items():
            values = {"account": account, "queue": queue, "since": since, "until": until, **asdict(told)}
            await connection.execute(KEEP, values)
        detail = {"since": since.isoformat(), "until": until.isoformat(), "queues": len(found)}
        await audit.append(connection, Act(by, "baseline", f"account {account}", COMMAND, detail))


async def first_event(database: Database, account: str) -> datetime | None:
    """When the gateway first heard of an account's tickets: before that is "before"."""
    row = await database.one(
        "select min(received_at) as at from event where account = %(account)s", {"account": account}
    )
    return row["at"] if row else None


async def used_in(database: Database, budgets: Sequence[str], month: str) -> Mapping[str, Used]:
    """What was spent on budgets in a month, by name; `most` is the most of one of its periods."""
    rows = await database.all(USED, {"budgets": list(budgets), "month": month})
    return {row["budget"]: Used(row["spent"], row["most"], row["told"]) for row in rows}


def month_before(since: datetime) -> datetime:
    """When the month before began."""
    return (since - timedelta(days=1)).replace(day=1)


def _drafts(line: OutcomeLine, read_ms: int | None, rates: Rates | None) -> Drafts:
    spared = line.as_is + line.light_edits + line.by_policy
    read = 0 if read_ms is None and not line.judged else read_ms
    return Drafts(
        drafts=line.drafts,
        by_policy=line.by_policy,
        waiting=line.waiting,
        accepted=line.acceptance,
        edited=line.edits,
        rejected=line.rejections,
        reopened=line.reopens,
        flawed=line.flaws,
        read_ms=read_ms,
        spared=spared,
        people_usd=rates.reviewing(read) if rates else None,
        spared_usd=rates.by_hand * spared if rates else None,
    )
