"""The story of one run: everything that its steps kept, without the values behind placeholders."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.errors import NotFound
from gateway.store.database import Database, Row
from gateway.store.reports.amounts import Cost
from gateway.store.reports.placeholders import Mask

EVENT = """
select e.*, d.size as delivery_size,
  (select max(n.id) from event n where n.account = e.account and n.ticket_id = e.ticket_id and n.id > e.id
   and n.supersedes) as newer_run
from event e left join delivery d on d.id = e.delivery_id where e.id = %(run)s
"""
RUN = "select r.*, trim_scale(r.cost_usd) as cost_usd from run r where r.id = %(run)s"
STEPS = """
select s.name, s.at, s.ms, s.data, c.body as content, c.erased_at is not null as erased
from step s left join content c on c.id = s.content_id where s.run_id = %(run)s order by s.at
"""
ATTEMPTS = """
select a.*, trim_scale(a.cost_usd) as cost_usd, trim_scale(a.bound_usd) as bound_usd
from attempt a where a.run_id = %(run)s order by a.number, a.id
"""
DECISION = """
select d.at, d.verdict, d.policy_version, d.explanation, c.body as facts
from decision d left join content c on c.id = d.facts_id where d.run_id = %(run)s
"""
DRAFT = """
select run_id, ticket_version, answers, state, language, created_at, changed_at, deadline
from draft where run_id = %(run)s
"""
WRITES = """
select purpose, state, mark, ticket_version, intended_at, tries, entry_id, version_after, written_at, detail
from write_back where run_id = %(run)s order by id
"""
OUTCOME = """
select kind, at, similarity, kept, message_id, sent_by, reopened_at, answered_again_at, sampled, finding
from outcome where run_id = %(run)s
"""
# Words about a person that screening does not see, because they come from the ticket's fields and not from its texts.
PERSONAL_FACTS = ("ticket.subject", "ticket.fields.", "requester.")
ALL = (EVENT, RUN, STEPS, ATTEMPTS, DECISION, DRAFT, WRITES, OUTCOME)


@dataclass(frozen=True, slots=True)
class StepStory:
    """One step. `content` may quote the ticket, masked; `erased`: there was some, and the requester had it removed."""

    name: str
    at: datetime
    ms: float
    data: Any
    content: Any
    erased: bool


@dataclass(frozen=True, slots=True)
class Story:
    """One event's walk. `run` is None before a worker begins; the other parts are absent where it did not get."""

    event: Row
    run: Row | None
    steps: Mapping[str, StepStory]
    attempts: Sequence[Row]
    decision: Row | None
    draft: Row | None
    writes: Sequence[Row]
    outcome: Row | None

    @property
    def state(self) -> str:
        """As in the list of runs."""
        if self.run:
            return str(self.run["state"])
        return "failed" if self.event["state"] == "dead" else str(self.event["state"])

    @property
    def cost(self) -> Cost:
        return Cost.of_calls(self.attempts)


async def run_story(database: Database, run_id: int) -> Story:
    """Raises NotFound."""
    async with database.connection() as connection, connection.pipeline():
        cursors = [await connection.execute(sql, {"run": run_id}) for sql in ALL]
        event, run, steps, attempts, decision, draft, writes, outcome = [await cursor.fetchall() for cursor in cursors]
    if not event:
        raise NotFound(f"there is no run {run_id}", remedy="`countersign runs list` shows those that exist")
    story = Story(
        event=event[0],
        run=_only(run),
        steps={row["name"]: StepStory(**row) for row in steps},
        attempts=attempts,
        decision=_only(decision),
        draft=_only(draft),
        writes=writes,
        outcome=_only(outcome),
    )
    return await asyncio.to_thread(_masked, story)


async def kept_content(database: Database, run_id: int, steps: Sequence[str]) -> Mapping[str, Any]:
    """What these steps kept, WITH the values behind placeholders: to be masked before anybody sees it."""
    rows = await database.all(
        """select s.name, c.body from step s join content c on c.id = s.content_id
           where s.run_id = %(run)s and s.name = any(%(steps)s)""",
        {"run": run_id, "steps": list(steps)},
    )
    return {row["name"]: row["body"] for row in rows}


def _only(rows: Sequence[Row]) -> Row | None:
    return rows[0] if rows else None


def _masked(story: Story) -> Story:
    screen = story.steps.get("screen")
    mask = Mask.of(screen.content) if screen else None
    steps = {name: replace(step, content=_content(step, mask)) for name, step in story.steps.items()}
    if mask and "decide" in steps:  # reasons may quote facts
        steps["decide"] = replace(steps["decide"], data=mask.over(steps["decide"].data))
    return replace(story, steps=steps, decision=_decision(story.decision, mask) if story.decision else None)


def _decision(decision: Row, mask: Mask | None) -> Row:
    facts = decision["facts"]
    told = (
        {name: value for name, value in facts.items() if not _personal(name, value)}
        if isinstance(facts, dict)
        else None
    )
    if mask is None:
        return {**decision, "facts": None}
    return {**decision, "facts": mask.over(told), "explanation": mask.over(decision["explanation"])}


def _personal(fact: str, value: Any) -> bool:
    return isinstance(value, str) and fact.startswith(PERSONAL_FACTS)


def _content(step: StepStory, mask: Mask | None) -> Any:
    """What may be shown of a step's content. What was restored is shown only where it can be masked again."""
    content = step.content
    if not isinstance(content, Mapping):
        return None
    if step.name == "context":
        return _outline(content)
    if step.name == "screen":
        return {key: value for key, value in content.items() if key != "vault"}
    if mask is None:
        return {"masked": content["masked"]} if "masked" in content else None
    # Offsets of citations belong to the restored text, so neither is told.
    return mask.over({key: value for key, value in content.items() if key not in ("text", "citations")})


def _outline(ticket: Mapping[str, Any]) -> dict[str, Any]:
    """Who wrote when: the words themselves are in the screened thread, masked."""
    messages = ticket.get("messages")
    return {"messages": [_entry(message) for message in messages if isinstance(message, Mapping)]} if messages else {}


def _entry(message: Mapping[str, Any]) -> dict[str, Any]:
    author, attachments = message.get("author"), message.get("attachments")
    return {
        "id": message.get("id"),
        "role": author.get("role") if isinstance(author, Mapping) else None,
        "visibility": message.get("visibility"),
        "created_at": message.get("created_at"),
        "attachments": len(attachments) if isinstance(attachments, list) else 0,
    }
