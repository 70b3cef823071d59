"""Where two sources tell another thing of a customer: which, how often, and a run to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from gateway.store.database import Database

DISAGREEMENTS: LiteralString = """
select r.account, f.key as fact, f.value->>'differing' as differing,
  f.value->>'value' as value, f.value->>'origin' as origin, o->>'value' as other, o->>'origin' as other_origin,
  count(distinct r.ticket_id) as tickets, max(r.started_at) as last_at, max(r.id) as run_id
from run r join step s on s.run_id = r.id and s.name = 'context'
cross join lateral jsonb_each(
  case when jsonb_typeof(s.data->'known') = 'object' then s.data->'known' else '{}'::jsonb end) f
cross join lateral jsonb_array_elements(f.value->'others') o
where r.started_at >= %(since)s and (%(account)s::text is null or r.account = %(account)s)
group by 1, 2, 3, 4, 5, 6, 7 order by tickets desc, last_at desc limit 1000
"""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two words on one fact. `value` was taken, because of `differing`; `other` was not. `run_id`: the newest case."""

    account: str
    fact: str
    differing: str
    value: str
    origin: str
    other: str
    other_origin: str
    tickets: int
    last_at: datetime
    run_id: int


async def disagreements(database: Database, *, since: datetime, account: str | None = None) -> Sequence[Disagreement]:
    """Since then, those of most tickets first."""
    rows = await database.all(DISAGREEMENTS, {"since": since, "account": account})
    return [Disagreement(**row) for row in rows]
