"""Which kinds of personal data were sent to which model: in clear or as placeholders, and how often."""

from dataclasses import dataclass
from datetime import datetime

from gateway.store.database import Database

# What a run may show is kept before its first call, so that calls count whose answer never came.
EXPOSED = """
with sent as (
  select a.id, r.account, r.ticket_id, a.provider, a.model, s.data,
    (s.data->'local') ? (a.provider || '/' || a.model) or (s.data->'local') ? a.model as local
  from attempt a join run r on r.id = a.run_id join step s on s.run_id = r.id and s.name = 'exposure'
  where a.started_at >= %(since)s and (%(account)s::text is null or r.account = %(account)s)
), seen as (
  select sent.*, kind, true as clear, count::int as times from sent, jsonb_each_text(data->'clear') as c(kind, count)
  union all
  select sent.*, kind, false, count::int from sent, jsonb_each_text(data->'masked') as m(kind, count)
)
select kind, clear, provider, model, local, count(*) as calls, count(distinct (account, ticket_id)) as tickets,
  sum(times) as times
from seen group by kind, clear, provider, model, local
order by clear desc, local, calls desc, kind, provider, model
"""
UNTOLD = """
select count(*) as calls from attempt a join run r on r.id = a.run_id
where a.started_at >= %(since)s and (%(account)s::text is null or r.account = %(account)s)
  and not exists (select from step s where s.run_id = a.run_id and s.name = 'exposure')
"""


@dataclass(frozen=True, slots=True)
class ExposureLine:
    """One kind at one model. `clear`: the values themselves were sent, else a placeholder in place of each. `local`:
    the model stands in the house. `times` counts values, each as often as it was written."""

    kind: str
    clear: bool
    provider: str
    model: str
    local: bool
    calls: int
    tickets: int
    times: int


async def exposure(database: Database, *, since: datetime, account: str | None = None) -> list[ExposureLine]:
    """The lines, what left the house in clear first."""
    rows = await database.all(EXPOSED, {"since": since, "account": account})
    return [
        ExposureLine(
            kind=row["kind"].lower(),
            clear=row["clear"],
            provider=row["provider"],
            model=row["model"],
            local=row["local"],
            calls=row["calls"],
            tickets=row["tickets"],
            times=row["times"],
        )
        for row in rows
    ]


async def untold_calls(database: Database, *, since: datetime, account: str | None = None) -> int:
    """Calls of which nobody kept what they showed: from before that was done."""
    row = await database.one(UNTOLD, {"since": since, "account": account})
    return int(row["calls"]) if row else 0
