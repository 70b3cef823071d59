"""What the budgets leave of a run's models: a cheaper route, then passages alone, then no draft and a person."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from connectors.contract import Capability
from gateway.ledger.attempt import Origin
from gateway.ledger.budgets import Per, charges, covering
from gateway.models import Candidate, Route
from gateway.policy import NO_LIMIT
from gateway.records import RunState
from gateway.store import spending
from gateway.store.database import Row
from gateway.workflow.context import Reading
from gateway.workflow.deliver import Planned, deliver, intend, kept_plans, new_mark, planned, plans_to_keep
from gateway.workflow.note import Note
from gateway.workflow.walk import Walk

STEP = "budget"
PASSAGES = Route("passages", (Candidate("offline/extractive"),))


async def spent_and_left(walk: Walk, queue: str) -> Row:
    """What has been spent for the ticket, and for its account this day and month, and what the tightest budget of
    each kind still allows. Calls under way count at their bounds."""
    origin = Origin(walk.account, walk.ticket_id, queue)
    told = await spending.used(walk.line.database, charges(walk.line.budgets, origin))
    found: Row = {}
    for per in Per:
        of_kind = [one for one in told if one.per is per]
        found[f"spent_{per}"] = next(one.used_usd for one in of_kind if one.limit_usd is None)
        left = [one.limit_usd - one.used_usd for one in of_kind if one.limit_usd is not None]
        found[f"left_{per}"] = max(min(left), 0) if left else NO_LIMIT
    return found


def with_ladder(walk: Walk, queue: str, route: Route, allowed: Sequence[str], *, passages: bool) -> Route:
    """The route, with what is asked instead of it where a budget has nothing left. `allowed`: the routes that may see
    this ticket; `passages`: there are some to quote, without any model."""
    budgets = covering(walk.line.budgets, walk.account, queue)
    if not budgets:
        return route
    rungs = [PASSAGES] if passages else []
    names = [name for name in dict.fromkeys(budget.cheaper for budget in budgets) if name in allowed]
    rungs = [replace(walk.line.routes[name], instead=None) for name in names if name] + rungs
    below: Route | None = None
    for rung in reversed(rungs):
        below = replace(rung, instead=below)
    return replace(route, instead=below)


def ladder(route: Route) -> Iterator[Route]:
    """The routes that are asked instead, except that which asks no model."""
    while (below := route.instead) is not None:
        if below.name != PASSAGES.name:
            yield below
        route = below


async def left_to_people(walk: Walk, reading: Reading, used_up: Collection[str]) -> tuple[RunState, str]:
    """No draft, because the money is used up: a note says so, once for a question, and a person answers."""
    reason = f"no draft: the budget {' and '.join(used_up)} is used up, and there is nothing to quote"
    if kept := walk.kept(STEP):
        reason, plans = kept.data["reason"], kept_plans(kept.content)
    else:
        plans = await _plans(walk, reading, reason)
        data = {"reason": reason, "answers": reading.answers, "budgets": sorted(used_up)}
        walk.keep(STEP, data | {"writes": [plan.purpose for plan in plans]}, plans_to_keep(plans))
        intend(walk, plans, reading.ticket.version)
        await walk.rows.commit()
    walk.verdict = "withhold"
    await deliver(walk, reading.ticket, plans)
    return RunState.DONE, reason


async def _plans(walk: Walk, reading: Reading, reason: str) -> tuple[Planned, ...]:
    connector = walk.desk.connector
    if walk.desk.shadow or Capability.INTERNAL_NOTE not in connector.capabilities:
        return ()
    question: Mapping[str, object] = {"account": walk.account, "ticket": walk.ticket_id, "answers": reading.answers}
    if await spending.told_of(walk.line.database, question):
        return ()
    mark = new_mark()
    note = Note(
        heading="No draft for this question: a person answers it",
        draft=None,
        reasons=(reason,),
        noticed=(),
        sources=(),
        action="Answer the ticket as you always do. The owner of the budget was told. What was done so far:",
        link=f"{walk.line.pages_url}/tickets/{walk.account}/{quote(walk.ticket_id, safe='')}",
        last_line=mark,
    )
    return (planned("answer", note.render(connector.body_format), None, mark),)
