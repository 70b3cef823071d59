"""Approvals that look like rubber stamps, counted by team: a reason to look at the work, never a score of a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.shares import Share
from gateway.store.database import Database
from gateway.store.json import jsonb

LONG_RUN = 10  # approvals in a row of one person who opened no source of any of them
FEWEST_PEOPLE = 3  # a team with fewer is not told, because its figures would be a person's
WORDS_PER_MINUTE = 240

APPROVALS = """
with approval as (
  select v.id, v.account, v.by, v.groups, v.reading_ms, v.sources_opened,
    v.reading_ms is not null and v.detail ? 'words' as timed,
    v.reading_ms < (v.detail->>'words')::int * 60000.0
      / coalesce((%(speeds)s::jsonb->>v.account)::int, %(speed)s) as fast,
    -- A draft without any source has none to open.
    v.sources_opened is not null and jsonb_array_length(coalesce(s.data->'cited', '[]')) > 0 as sourced
  from review v left join step s on s.run_id = v.run_id and s.name = 'draft'
  where v.act = 'approve' and v.via in ('page', 'sidebar') and v.at >= %(since)s
    and (%(until)s::timestamptz is null or v.at < %(until)s)
    and (%(account)s::text is null or v.account = %(account)s)
), island as (
  select *, row_number() over (partition by by order by id)
    - row_number() over (partition by by, sources_opened = 0 order by id) as number
  from approval where sourced
), stretch as (
  select max(id) as id, count(*) as length from island where sources_opened = 0 group by by, number
), line as (
  select a.*, coalesce(l.length, 0) as length, name
  from approval a left join stretch l on l.id = a.id
  left join lateral jsonb_array_elements_text(a.groups) as name on true
)
select name, count(*) as approvals, count(distinct by) as people,
  count(*) filter (where timed) as timed,
  count(*) filter (where timed and fast) as fast,
  count(*) filter (where sourced) as sourced,
  count(*) filter (where sourced and sources_opened = 0) as unopened,
  count(*) filter (where length >= %(long)s) as long_runs
from line group by name order by name nulls last
"""


@dataclass(frozen=True, slots=True)
class RiskLine:
    """The approvals of one team on the page. `timed`: those whose reading was measured; `fast`: in less time than the
    text takes to read. `sourced`: those of drafts with sources; `unopened`: without opening one. `long_runs`: so many
    times somebody approved ten or more in a row like that. Nothing is told of a team that is hardly a team."""

    name: str | None
    approvals: int
    people: int
    timed: int
    fast: int
    sourced: int
    unopened: int
    long_runs: int

    @property
    def told(self) -> bool:
        return self.people >= FEWEST_PEOPLE

    @property
    def too_fast(self) -> Share:
        return Share(self.fast, self.timed)

    @property
    def without_sources(self) -> Share:
        return Share(self.unopened, self.sourced)


async def risks(
    database: Database,
    *,
    since: datetime,
    until: datetime | None = None,
    account: str | None = None,
    speeds: Mapping[str, int] = {},
) -> Sequence[RiskLine]:
    """By team, in alphabetical order. `speeds`: words a minute of each account, where another one was declared."""
    values = {
        "since": since,
        "until": until,
        "account": account,
        "speeds": jsonb(dict(speeds)),
        "speed": WORDS_PER_MINUTE,
        "long": LONG_RUN,
    }
    return [RiskLine(**row) for row in await database.all(APPROVALS, values)]
