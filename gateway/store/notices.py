"""What happened that somebody must be told, and the notices that are under way."""

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from gateway.store.database import Database, Row
from gateway.store.json import jsonb

# Each fact has a key. Troubles that come in swarms are one fact an hour: a dead provider is not a thousand mails.
FACTS: LiteralString = """
select 'budget ' || budget || ' ' || period || ' ' || share as key, 'budget' as kind, null as account,
  null as ticket_id, null::bigint as run_id,
  jsonb_build_object('budget', budget, 'period', period, 'share', share, 'spent', spent_usd, 'limit', limit_usd) as told
from budget_notice where at > now() - interval '1 day' and not starts_with(period, 'ticket ')
union all
select 'escalated ' || d.run_id, 'escalated', r.account, r.ticket_id, d.run_id,
  jsonb_build_object('names', d.explanation->'escalation'->'notify', 'rules', d.explanation->'escalation'->'rules')
from decision d join run r on r.id = d.run_id join draft f on f.run_id = d.run_id
where d.explanation @? '$.\"escalation\".\"notify\"[*]' and d.at > now() - interval '1 day'
  and r.finished_at is not null and not f.shadow
union all
select 'deadline ' || s.run_id, 'deadline', r.account, r.ticket_id, (s.data->>'draft')::bigint,
  jsonb_build_object('names', s.data->'notify', 'number', s.data->'number', 'until', s.data->'until')
from step s join run r on r.id = s.run_id
where s.name = 'deadline' and s.at > now() - interval '1 day' and r.finished_at is not null
  and s.data @? '$.notify[*]'
union all
select state || ' ' || account || ' ' || to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD HH24'), state, account,
  (array_agg(ticket_id order by finished_at))[1], min(id), jsonb_build_object('count', count(*))
from run where state in ('failed', 'uncertain') and finished_at > now() - interval '1 day'
group by state, account, to_char(finished_at at time zone 'UTC', 'YYYY-MM-DD HH24')
union all
select 'quarantine ' || account || ' ' || to_char(received_at at time zone 'UTC', 'YYYY-MM-DD HH24'), 'quarantine',
  account, null, null, jsonb_build_object('count', count(*), 'reason', min(reason))
from quarantine where replayed_at is null and received_at > now() - interval '1 day'
group by account, to_char(received_at at time zone 'UTC', 'YYYY-MM-DD HH24')
union all
select 'policies ' || to_char(refused_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), 'policies', null, null, null,
  jsonb_build_object('problems', problems)
from policy_folder where refused_at > now() - interval '1 day'
"""
NEW: LiteralString = (
    f"with fact as ({FACTS})"
    + """
select * from fact where not exists (select from notice n where n.key = fact.key) limit 200
"""
)
ADD = """
insert into notice (key, address, kind, said, state)
values (%(key)s, %(address)s, %(kind)s, %(said)s, %(state)s) on conflict do nothing
"""
# The next try is set before this one is made: a process that dies during it leaves a notice that is tried again.
CLAIM = """
update notice set tries = tries + 1, next_at = now() + make_interval(mins => least(power(2, tries)::int, 120))
where (key, address) in (
  select key, address from notice where state = 'waiting' and next_at <= now()
  order by next_at limit %(most)s for update skip locked
) returning key, address, kind, said, tries, at
"""
SENT = "update notice set state = 'sent', sent_at = now(), error = null where key = %(key)s and address = %(address)s"
FAILED = """
update notice set error = %(error)s, state = case when at < now() - interval '1 day' then 'failed' else state end
where key = %(key)s and address = %(address)s returning state
"""
RECENT = """
select key, address, kind, at, said, state, tries, sent_at, error from notice
where (%(state)s::text is null or state = %(state)s) order by at desc limit %(most)s
"""


async def new_facts(database: Database) -> Sequence[Row]:
    """What happened within a day and nobody was told of: key, kind, account, ticket_id, run_id and what is `told`."""
    return await database.all(NEW)


async def add(database: Database, key: str, address: str, kind: str, said: Mapping[str, Any], state: str) -> None:
    """A notice to be sent, once whoever adds it."""
    values = {"key": key, "address": address, "kind": kind, "said": jsonb(said), "state": state}
    await database.run(ADD, values)


async def claim(database: Database, most: int) -> Sequence[Row]:
    """Notices that are due, for this process alone until their next try."""
    return await database.all(CLAIM, {"most": most})


async def sent(database: Database, key: str, address: str) -> None:
    await database.run(SENT, {"key": key, "address": address})


async def failed(database: Database, key: str, address: str, error: str) -> bool:
    """A try did not work. True: it was the last one."""
    row = await database.one(FAILED, {"key": key, "address": address, "error": error[:300]})
    return bool(row and row["state"] == "failed")


async def recent(database: Database, *, state: str | None = None, most: int = 50) -> Sequence[Row]:
    """The newest first."""
    return await database.all(RECENT, {"state": state, "most": most})
