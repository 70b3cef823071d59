"""What the policies decided: for the page, what each rule did; for a replay, every decision with its facts."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from gateway.store.database import Database

BATCH = 500  # decisions read at once

HITS = """
with decided as (
  select d.run_id, d.at, d.verdict, d.explanation, w.state,
    case when o.sent_by is distinct from 'policy' and not w.shadow then o.kind end as kind
  from run r join decision d on d.run_id = r.id
  left join draft w on w.run_id = r.id
  left join outcome o on o.run_id = r.id
  where r.started_at >= %(since)s
), hit as (
  select decided.*, rule, true as binds
  from decided, jsonb_array_elements_text(explanation->'matched') as rule
  union all
  select decided.*, rule, false
  from decided, jsonb_array_elements_text(explanation->'observed'->'matched') as rule
  union all  -- of the folders models and redaction, which are asked before there is a draft to decide on
  select d.run_id, d.at, d.verdict, null, d.state, d.kind, rule, binds
  from decided d join step s on s.run_id = d.run_id and s.name = 'exposure',
    (values ('matched', true), ('observed', false)) as told(name, binds),
    jsonb_array_elements_text(s.data->'rules'->told.name) as rule
)
select rule,
  count(*) filter (where binds) as hits,
  count(*) filter (where not binds) as observed_hits,
  count(*) filter (where not binds and (explanation->'observed'->>'changes')::boolean) as observed_changes,
  max(at) as last_hit_at,
  count(*) filter (where binds and verdict = 'send') as sent,
  count(*) filter (where binds and verdict = 'review') as reviewed,
  count(*) filter (where binds and verdict = 'withhold') as withheld,
  count(*) filter (where binds and verdict <> 'withhold' and (kind in ('sent_as_is', 'light_edit')
                   or (kind is null and verdict = 'review' and state in ('approved', 'sent')))) as accepted,
  count(*) filter (where binds and verdict <> 'withhold'
                   and (state = 'rejected' or kind in ('rewritten', 'not_used'))) as rejected
from hit group by rule order by rule
"""
RECORDED = """
select d.run_id, r.account, r.ticket_id, d.verdict, c.body as facts, d.explanation - 'tried' as explanation,
  case when r.unpriced_attempts = 0 then r.cost_usd end as cost_usd
from decision d join run r on r.id = d.run_id left join content c on c.id = d.facts_id
where d.run_id > %(after)s and r.started_at >= %(since)s
  and (%(account)s::text is null or r.account = %(account)s)
order by d.run_id limit %(batch)s
"""

KEPT = """
select r.id as run_id, r.account, r.ticket_id, r.state, r.reason, d.at, d.verdict, d.policy_version, d.explanation,
  c.body as facts, s.data->'because' as because, t.data->'known' as known
from run r
left join decision d on d.run_id = r.id
left join content c on c.id = d.facts_id
left join step s on s.run_id = r.id and s.name = 'decide'
left join step t on t.run_id = r.id and t.name = 'context'
where r.id = %(run)s
"""


@dataclass(frozen=True, slots=True)
class RuleHits:
    """What a rule did. `rule` is `policy/rule`.

    `hits` counts decisions in which it held and bound, `observed_hits` those in which it only observed, and
    `observed_changes` those of them in which observed rules would have changed the outcome. The verdicts and what
    people made of the drafts count `hits` alone: a draft is accepted when it was sent as it is or lightly edited,
    rejected when somebody rejected it, wrote anew or did not use it. Neither while nobody has done anything.
    """

    rule: str
    hits: int
    observed_hits: int
    observed_changes: int
    last_hit_at: datetime
    sent: int
    reviewed: int
    withheld: int
    accepted: int
    rejected: int


class RecordedRun(NamedTuple):
    """A decision as it was kept. `facts` are None once erased; `explanation` is without the rules that were tried;
    `cost_usd` is None where it is not wholly known."""

    run_id: int
    account: str
    ticket_id: str
    verdict: str
    facts: Mapping[str, Any] | None
    explanation: Mapping[str, Any]
    cost_usd: Decimal | None


class KeptDecision(NamedTuple):
    """What was decided for one run; from `at` to `because` None where nothing was. `verdict` and `because` are those
    that were carried out: the help desk's limits may lower what `explanation` says. `facts`: None once erased."""

    run_id: int
    account: str
    ticket_id: str
    state: str
    reason: str | None
    at: datetime | None
    verdict: str | None
    policy_version: str | None
    explanation: Mapping[str, Any] | None
    facts: Mapping[str, Any] | None
    because: Sequence[str] | None
    known: Mapping[str, Any] | None  # what is told of the customer, and by whom


async def rule_hits(database: Database, since: datetime) -> Sequence[RuleHits]:
    """What each rule did in runs that began since then. Rules that never held are not in it."""
    return [RuleHits(**row) for row in await database.all(HITS, {"since": since})]


async def decisions(database: Database, since: datetime) -> int:
    """How many runs that began since then were decided."""
    row = await database.one(
        "select count(*) as n from decision d join run r on r.id = d.run_id where r.started_at >= %(since)s",
        {"since": since},
    )
    return row["n"] if row else 0


async def kept_decision(database: Database, run_id: int) -> KeptDecision | None:
    """None where no worker ever began such a run."""
    row = await database.one(KEPT, {"run": run_id})
    return KeptDecision(**row) if row else None


async def recorded(database: Database, since: datetime, account: str | None = None) -> AsyncIterator[RecordedRun]:
    """The decisions of runs that began since then, oldest first. No connection is held between batches."""
    first = await database.one("select min(id) as id from run where started_at >= %(since)s", {"since": since})
    after = (first["id"] or 0) - 1 if first else 0
    while True:
        values = {"after": after, "since": since, "account": account, "batch": BATCH}
        rows = await database.all(RECORDED, values)
        for row in rows:
            yield RecordedRun(**row)
        if len(rows) < BATCH:
            return
        after = rows[-1]["run_id"]
