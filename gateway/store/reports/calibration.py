"""Is a draft of which we are sure accepted more often? Confidence, or a part of it, against what became of drafts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import LiteralString

from gateway.shares import Share
from gateway.store.database import Database
from gateway.store.reports.judged import By, grouped


class Part(StrEnum):
    """The confidence itself, and what it is made of."""

    CONFIDENCE = "confidence"
    GROUNDING = "grounding"
    SUPPORT = "support"
    CITED = "cited"
    CHECKS = "checks"
    SAID = "said"


CALIBRATION: LiteralString = """
, told as (
  select became, (case when %(part)s = 'confidence' then c.data->'confidence'->>'value'
    else c.data->'confidence'->'parts'->>%(part)s end)::float8 as value
  from line join step c on c.run_id = line.run_id and c.name = 'check'
  where became in ('sent_as_is', 'light_edit', 'rewritten', 'not_used', 'rejected', 'expired')
)
select least(9, floor(value * 10))::int as tenth, count(*) as judged, avg(value) as mean,
  count(*) filter (where became in ('sent_as_is', 'light_edit')) as accepted
from told where value is not null group by tenth order by tenth
"""


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """The judged drafts whose confidence lies in one tenth, and how many of them were accepted."""

    name: str
    judged: int
    mean: float
    accepted: int

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.judged)

    @property
    def gap(self) -> float | None:
        """How much surer we were than people found it right; below 0, how much less. None where it is too few."""
        share = self.acceptance
        return self.mean - share.rate if share.enough and share.rate is not None else None


async def calibration(
    database: Database, part: Part, *, since: datetime, account: str | None = None
) -> Sequence[CalibrationLine]:
    """Drafts made since then, from the least sure to the surest. What policies sent nobody has judged."""
    values = {"since": since, "account": account, "shadow": False, "part": part.value}
    rows = await database.all(grouped(By.ACCOUNT) + CALIBRATION, values)
    return [
        CalibrationLine(
            f"{row['tenth'] / 10:.1f}-{(row['tenth'] + 1) / 10:.1f}", row["judged"], row["mean"], row["accepted"]
        )
        for row in rows
    ]
