"""How long drafts took from the delivery to the help desk, and in which step the time went, by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString

from gateway.store.reports.overview.looking import CHOSEN, Chosen, Look

STEPS = ("context", "screen", "ground", "draft", "check", "decide", "deliver")
# The parts are means, because only those add up to the mean of the whole. A clock that was set must not make the parts
# more than the whole. What comes first in the result is all days together.
TIMES: LiteralString = """
with whole as (
  select (t.started_at at time zone 'UTC')::date as day, t.waited_ms, s.*,
    coalesce(context, 0) + coalesce(screen, 0) + coalesce(ground, 0) + coalesce(draft, 0) + coalesce("check", 0)
      + coalesce(decide, 0) + coalesce(deliver, 0) as steps_ms, t.took_ms
  from run t cross join lateral jsonb_to_record(
    case jsonb_typeof(t.step_ms) when 'object' then t.step_ms else '{}' end) as s(context float8, screen float8,
      ground float8, draft float8, "check" float8, decide float8, deliver float8)
  where CHOSEN and t.verdict in ('send', 'review') and t.waited_ms is not null and t.took_ms is not null
)
select day, count(*)::int as drafts, avg(waited_ms) as waiting, avg(coalesce(context, 0)) as context,
  avg(coalesce(screen, 0)) as screen, avg(coalesce(ground, 0)) as ground, avg(coalesce(draft, 0)) as draft,
  avg(coalesce("check", 0)) as "check", avg(coalesce(decide, 0)) as decide, avg(coalesce(deliver, 0)) as deliver,
  avg(greatest(took_ms - steps_ms, 0)) as other,
  percentile_cont(0.5) within group (order by waited_ms + greatest(took_ms, steps_ms)) as median_ms,
  percentile_cont(0.95) within group (order by waited_ms + greatest(took_ms, steps_ms)) as p95_ms
from whole group by grouping sets ((day), ()) order by day nulls first
"""


@dataclass(frozen=True, slots=True)
class TimesDay:
    """Milliseconds. `parts`: means by step, with waiting for a worker before and what is between the steps after them;
    empty where there was no draft. `day` None: all days together."""

    day: date | None
    drafts: int
    parts: Mapping[str, float]
    median_ms: float | None
    p95_ms: float | None


async def times_by_day(look: Look, chosen: Chosen) -> tuple[TimesDay, Sequence[TimesDay]]:
    """All together, and each day with a draft that was proposed or sent, oldest first."""
    rows = await look.all(TIMES.replace("CHOSEN", CHOSEN), chosen.values)
    told = [
        TimesDay(
            row["day"],
            row["drafts"],
            {name: row[name] for name in ("waiting", *STEPS, "other") if row[name] is not None},
            row["median_ms"],
            row["p95_ms"],
        )
        for row in rows
    ]
    return told[0], told[1:]
