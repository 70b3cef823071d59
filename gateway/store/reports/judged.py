"""Drafts with what became of each and what they are grouped by: the rows that reports on outcomes count."""

from enum import StrEnum
from typing import LiteralString


class By(StrEnum):
    """What drafts are grouped by. There is no person among it, and there will be none."""

    ACCOUNT = "account"
    RULE = "rule"
    MODEL = "model"
    PROMPT = "prompt"
    TOPIC = "topic"
    AGENT_GROUP = "agent-group"


# A draft counts in each of its groups: two rules may have matched, and an agent may be in two teams.
GROUPS: dict[By, LiteralString] = {
    By.ACCOUNT: "array[account]",
    By.RULE: "array(select jsonb_array_elements_text(explanation->'matched'))",
    By.MODEL: "array[drafted->>'model']",
    By.PROMPT: "array[(drafted->>'prompt') || ' ' || left(drafted->>'prompt_version', 8)]",
    By.TOPIC: "array(select jsonb_object_keys(topics))",
    By.AGENT_GROUP: """array(select jsonb_array_elements_text(
      case when state = 'rejected' or sent_by = 'approval' then reviewed_by else sender_groups end))""",
}

JUDGED: LiteralString = """
with made as (
  select d.run_id, d.account, d.state, k.verdict, k.explanation, s.data as drafted, t.data->'topics' as topics,
    o.kind, o.similarity, o.kept, o.sent_by, o.groups as sender_groups, o.estimated_ms, o.sampled, o.finding,
    o.watched_until <= now() and o.kind <> 'not_used' as watched, o.reopened_at, o.answered_again_at,
    (select sum(v.reading_ms) from review v where v.run_id = d.run_id) as measured_ms,
    (select v.groups from review v where v.run_id = d.run_id and v.act in ('approve', 'reject')
     order by v.id desc limit 1) as reviewed_by
  from draft d join run r on r.id = d.run_id
  left join decision k on k.run_id = d.run_id
  left join outcome o on o.run_id = d.run_id
  left join step s on s.run_id = d.run_id and s.name = 'draft'
  left join step t on t.run_id = d.run_id and t.name = 'screen'
  where d.created_at >= %(since)s and (%(account)s::text is null or d.account = %(account)s) and d.shadow = %(shadow)s
    NARROWER
), judged as (
  select *, case
    when state in ('withheld', 'rejected') then state
    when sent_by = 'policy' then 'policy'
    when kind is not null and similarity is null then 'unknown'  -- erased before anybody could compare
    when kind is not null then kind
    when state in ('expired', 'superseded') then state
    else 'waiting' end as became
  from made
), line as (select judged.*, name from judged left join lateral unnest(GROUPS) as name on true)
"""


NARROWER: LiteralString = """
  and d.created_at < %(until)s and (%(queue)s::text is null or r.queue = %(queue)s)
"""


def grouped(by: By, *, narrower: bool = False) -> LiteralString:
    """Each judged draft once for each of its groups, as `line`; the group is `name`, null where it has none.
    `narrower`: until a moment, and of one queue."""
    return JUDGED.replace("GROUPS", GROUPS[by]).replace("NARROWER", NARROWER if narrower else "")
