"""What waits for people, and what they did today."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.store.database import Database

WAITING = """
select d.run_id, d.account, d.ticket_id, d.state, d.created_at, d.deadline, k.verdict,
  k.explanation->'because'->>0 as because, k.explanation->'approvers' as approvers,
  c.body->>'subject' as subject,
  (select count(distinct v.by) from review v where v.run_id = d.run_id and v.act = 'approve') as approvals
from draft d
left join decision k on k.run_id = d.run_id
left join step s on s.run_id = d.run_id and s.name = 'screen' left join content c on c.id = s.content_id
where d.state in ('shown', 'held', 'uncertain')
  and (%(accounts)s::text[] is null or d.account = any(%(accounts)s))
  and (%(account)s::text is null or d.account = %(account)s)
  and (%(group)s::text is null
       or k.explanation->'approvers' @> jsonb_build_array(jsonb_build_object('group', %(group)s::text)))
  and (%(rule)s::text is null or k.explanation->'matched' ? %(rule)s::text)
order by d.deadline is null, d.deadline, d.run_id
limit %(limit)s
"""
TODAY = """
select count(*) filter (where o.kind = 'sent_as_is') as as_is,
  count(*) filter (where o.kind in ('light_edit', 'rewritten')) as edited,
  (select count(*) from draft d where d.state = 'rejected' and d.changed_at >= %(since)s
   and (%(accounts)s::text[] is null or d.account = any(%(accounts)s))) as rejected,
  (select count(*) from draft d where d.state in ('shown', 'held', 'uncertain')
   and (%(accounts)s::text[] is null or d.account = any(%(accounts)s))) as waiting
from outcome o join draft d on d.run_id = o.run_id
-- What people did: neither what policies sent, nor drafts that nobody was shown.
where o.at >= %(since)s and o.sent_by is distinct from 'policy' and not d.shadow
  and (%(accounts)s::text[] is null or d.account = any(%(accounts)s))
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft that waits for somebody. `subject` is masked. `groups` have to approve it; without any, one agent."""

    run_id: int
    account: str
    ticket_id: str
    state: str
    created_at: datetime
    deadline: datetime | None
    verdict: str | None
    because: str | None
    approvers: Any
    subject: str | None
    approvals: int

    @property
    def groups(self) -> list[str]:
        return [wanted["group"] for wanted in self.approvers or ()]

    @property
    def needed(self) -> int:
        """How many approvals it takes in all."""
        return sum(wanted["count"] for wanted in self.approvers or ()) or 1


@dataclass(frozen=True, slots=True)
class Today:
    """Since midnight, UTC; `waiting` is now."""

    waiting: int
    as_is: int
    edited: int
    rejected: int


async def waiting_drafts(
    database: Database,
    *,
    accounts: Collection[str] | None,
    account: str | None = None,
    group: str | None = None,
    rule: str | None = None,
    limit: int = 200,
) -> Sequence[Waiting]:
    """Oldest deadline first, those without one after them. `accounts`: those that may be seen; None means all."""
    rows = await database.all(
        WAITING,
        {
            "accounts": None if accounts is None else sorted(accounts),
            "account": account,
            "group": group,
            "rule": rule,
            "limit": limit,
        },
    )
    return [Waiting(**row) for row in rows]


async def fingerprint(database: Database, accounts: Collection[str] | None) -> str:
    """A word that changes whenever what waits does."""
    row = await database.one(
        """select count(*) as drafts, coalesce(max(extract(epoch from d.changed_at)), 0) as last from draft d
           where d.changed_at > now() - interval '30 days'
             and (%(accounts)s::text[] is null or d.account = any(%(accounts)s))""",
        {"accounts": None if accounts is None else sorted(accounts)},
    )
    return f"{row['drafts']}-{row['last']}" if row else ""


async def today(database: Database, since: datetime, accounts: Collection[str] | None) -> Today:
    """What became of drafts since then."""
    row = await database.one(TODAY, {"since": since, "accounts": None if accounts is None else sorted(accounts)})
    assert row is not None
    return Today(**row)
