"""A draft as its reviewer needs it: with the values in place of placeholders, and all that was said of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.errors import NotFound
from gateway.store import outcomes, reviews
from gateway.store.database import Database, Row

STEPS = """
select s.name, s.data, c.body as content from step s left join content c on c.id = s.content_id
where s.run_id = %(run)s and s.name in ('context', 'screen', 'ground', 'draft', 'check')
"""
NEWEST = """
select d.run_id from draft d where d.account = %(account)s and d.ticket_id = %(ticket)s order by d.run_id desc limit 1
"""
PULSE = """
select d.state, d.changed_at,
  (select max(v.id) from review v where v.run_id = d.run_id) as last_review,
  (select v.by from review v where v.run_id = d.run_id order by v.id desc limit 1) as last_by,
  (select max(n.run_id) from draft n where n.account = d.account and n.ticket_id = d.ticket_id) as newest_draft,
  -- Something that may change what is to be answered, and that nobody has looked at yet.
  exists (select 1 from event e where e.account = d.account and e.ticket_id = d.ticket_id and e.id > d.run_id
          and e.supersedes and e.state = 'waiting') as news
from draft d where d.run_id = %(run)s
"""


@dataclass(frozen=True, slots=True)
class ReviewStory:
    """`steps`: name -> (data, content); content is None once erased."""

    draft: Row
    reviews: Sequence[Row]
    to_check: bool  # a policy sent it, and it is among the share that somebody looks at afterwards
    steps: Mapping[str, tuple[Any, Any]]

    @property
    def account(self) -> str:
        return str(self.draft["account"])


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a page that is open has to notice. Two of them are equal where nothing happened."""

    state: str
    changed_at: datetime
    last_review: int | None
    last_by: str | None
    newest_draft: int
    news: bool


async def review_story(database: Database, run_id: int) -> ReviewStory:
    """Raises NotFound."""
    draft = await reviews.draft_of(database, run_id)
    if draft is None:
        raise NotFound(f"run {run_id} has no draft")
    said = await reviews.reviews_of(database, run_id)
    steps = await database.all(STEPS, {"run": run_id})
    to_check = await outcomes.is_sampled(database, run_id) and not any(one["act"] == "checked" for one in said)
    return ReviewStory(draft, said, to_check, {row["name"]: (row["data"], row["content"]) for row in steps})


async def newest_draft(database: Database, account: str, ticket_id: str) -> int | None:
    """The run of a ticket's newest draft."""
    row = await database.one(NEWEST, {"account": account, "ticket": ticket_id})
    return int(row["run_id"]) if row else None


async def pulse(database: Database, run_id: int) -> Pulse | None:
    """How a draft stands at this moment, in one query."""
    row = await database.one(PULSE, {"run": run_id})
    return Pulse(**row) if row else None
