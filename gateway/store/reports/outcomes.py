"""What people did with drafts, by rule, model, prompt, topic, team or account; and what an account that only watches
would have done. Counts come from the rows, rates are counted in `gateway/shares.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import LiteralString

from gateway.shares import Share
from gateway.store.database import Database
from gateway.store.reports.amounts import Cost
from gateway.store.reports.judged import By, grouped

COUNTS: LiteralString = """
select name, count(*) as drafts,
  count(*) filter (where became = 'policy') as by_policy,
  count(*) filter (where became = 'withheld') as withheld,
  count(*) filter (where became = 'waiting') as waiting,
  count(*) filter (where became = 'sent_as_is') as as_is,
  count(*) filter (where became = 'light_edit') as light_edits,
  count(*) filter (where became = 'rewritten') as rewritten,
  count(*) filter (where became = 'not_used') as not_used,
  count(*) filter (where became = 'rejected') as rejected,
  count(*) filter (where became = 'expired') as expired,
  percentile_cont(0.5) within group (order by kept)
    filter (where became in ('sent_as_is', 'light_edit', 'rewritten')) as median_kept,
  percentile_cont(0.5) within group (order by measured_ms) filter (where measured_ms is not null) as measured_ms,
  percentile_cont(0.5) within group (order by estimated_ms)
    filter (where estimated_ms is not null and measured_ms is null) as estimated_ms,
  count(*) filter (where watched) as watched,
  count(*) filter (where watched and reopened_at is not null) as reopened,
  count(*) filter (where watched and answered_again_at is not null) as answered_again,
  count(*) filter (where sampled) as sampled,
  count(*) filter (where finding is not null) as checked,
  count(*) filter (where finding = 'flawed') as flawed
from line group by name order by name nulls last
"""
SHADOW: LiteralString = """
select name, count(*) as drafts,
  count(*) filter (where verdict = 'send') as send,
  count(*) filter (where verdict = 'review') as review,
  count(*) filter (where verdict = 'withhold') as withhold,
  count(*) filter (where jsonb_typeof(explanation->'escalation') = 'object') as escalate,
  count(*) filter (where similarity is not null) as compared,
  count(*) filter (where similarity is not null and kind in ('sent_as_is', 'light_edit')) as close,
  count(*) filter (where similarity is not null and verdict = 'send') as send_compared,
  count(*) filter (where similarity is not null and verdict = 'send' and kind in ('sent_as_is', 'light_edit'))
    as send_close,
  percentile_cont(0.5) within group (order by similarity) filter (where similarity is not null) as median_similarity,
  coalesce(sum(spent.attempts), 0) as attempts, trim_scale(sum(spent.known)) as known_usd,
  coalesce(sum(spent.unpriced), 0) as unpriced
from line cross join lateral (
  select count(*) as attempts, sum(a.cost_usd) as known,
    count(*) filter (where a.price_state = 'unpriced' or a.outcome is null) as unpriced
  from attempt a where a.run_id = line.run_id) spent
group by name order by name nulls last
"""


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """What became of the drafts of one group. Times are medians in ms: `measured_ms` on the page; `estimated_ms` of
    drafts that were used without it, from their length at a declared reading speed. `watched`: replies with something
    of the draft in them, whose time to be reopened is over."""

    name: str | None
    drafts: int
    by_policy: int
    withheld: int
    waiting: int
    as_is: int
    light_edits: int
    rewritten: int
    not_used: int
    rejected: int
    expired: int
    median_kept: float | None
    measured_ms: float | None
    estimated_ms: float | None
    watched: int
    reopened: int
    answered_again: int
    sampled: int
    checked: int
    flawed: int

    @property
    def used(self) -> int:
        return self.as_is + self.light_edits + self.rewritten

    @property
    def judged(self) -> int:
        """Drafts that were shown to people and have come to an end: one that nobody used in time has too."""
        return self.used + self.not_used + self.rejected + self.expired

    @property
    def acceptance(self) -> Share:
        """As it was or lightly edited, of all that people judged."""
        return Share(self.as_is + self.light_edits, self.judged)

    @property
    def edits(self) -> Share:
        """Changed before it was sent, of all that were used."""
        return Share(self.light_edits + self.rewritten, self.used)

    @property
    def rejections(self) -> Share:
        return Share(self.rejected, self.judged)

    @property
    def reopens(self) -> Share:
        return Share(self.reopened, self.watched)

    @property
    def flaws(self) -> Share:
        """Of the sample of what policies sent."""
        return Share(self.flawed, self.checked)


@dataclass(frozen=True, slots=True)
class ShadowLine:
    """What would have happened to the drafts of one group, and how close they are to what agents sent."""

    name: str | None
    drafts: int
    send: int
    review: int
    withhold: int
    escalate: int
    compared: int
    close: int
    send_compared: int
    send_close: int
    median_similarity: float | None
    attempts: int
    known_usd: Decimal | None
    unpriced: int

    @property
    def closeness(self) -> Share:
        """As the agent's reply, or close to it, of all that agents have answered."""
        return Share(self.close, self.compared)

    @property
    def closeness_of_sent(self) -> Share:
        """The same of those that would have gone out without a person: the figure to look at before going live."""
        return Share(self.send_close, self.send_compared)

    @property
    def cost(self) -> Cost:
        return Cost.of(self.known_usd, attempts=self.attempts, unpriced=self.unpriced)


async def outcomes_by(
    database: Database, by: By, *, since: datetime, account: str | None = None
) -> Sequence[OutcomeLine]:
    """Drafts made since then, by group in alphabetical order: a list of teams is no ranking."""
    values = {"since": since, "account": account, "shadow": False}
    return [OutcomeLine(**row) for row in await database.all(grouped(by) + COUNTS, values)]


async def outcomes_between(
    database: Database, by: By, *, since: datetime, until: datetime, account: str | None, queue: str | None
) -> Sequence[OutcomeLine]:
    """Drafts made between two moments, by group, of one queue where one is named."""
    values = {"since": since, "until": until, "account": account, "queue": queue, "shadow": False}
    return [OutcomeLine(**row) for row in await database.all(grouped(by, narrower=True) + COUNTS, values)]


async def shadow_by(database: Database, by: By, *, since: datetime, account: str | None = None) -> Sequence[ShadowLine]:
    """Drafts that nobody was shown, by group."""
    values = {"since": since, "account": account, "shadow": True}
    return [ShadowLine(**row) for row in await database.all(grouped(by) + SHADOW, values)]
