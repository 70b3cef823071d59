"""One event's walk down the line. This is the page to show a visitor.

Each step finds its row or makes it; rows are committed at three checkpoints: what was read and screened, what was
drafted and decided (with the intent to write), what was written. A walk that dies is taken up again from the last one.
"""

from gateway.errors import NothingOwed
from gateway.models import OverBudget
from gateway.records import DraftState, RunState
from gateway.store import drafts
from gateway.store.intake import OWN
from gateway.workflow.affording import STEP as BUDGET
from gateway.workflow.affording import left_to_people, spent_and_left
from gateway.workflow.before import left_alone
from gateway.workflow.check import check
from gateway.workflow.commands import obey
from gateway.workflow.context import Reading, read
from gateway.workflow.deadline import next_step
from gateway.workflow.decide import choose_models, decide
from gateway.workflow.deliver import deliver
from gateway.workflow.draft import draft
from gateway.workflow.ground import ground
from gateway.workflow.outcome import recognise, sent_by_policy
from gateway.workflow.restored import ANSWERED, written_before
from gateway.workflow.screen import screen
from gateway.workflow.send import carry_out
from gateway.workflow.settle import settle
from gateway.workflow.walk import Walk


async def down_the_line(walk: Walk) -> tuple[RunState, str | None]:
    """Returns how the run ended and why. Raises RunEnded where it ends early, and the errors of those it called."""
    if walk.is_own_entry:
        raise NothingOwed(OWN)
    if walk.has_open_intent:
        await settle(walk)
    await walk.stand()
    if walk.is_deadline:
        return await next_step(walk)
    if walk.is_act:
        return await carry_out(walk)

    reading = await read(walk)
    await recognise(walk, reading)
    await obey(walk, reading)
    await _owed(walk, reading)
    if walk.kept(BUDGET):
        return await left_to_people(walk, reading, ())
    screened = await screen(walk, reading)
    grounded = await ground(walk, screened, reading.ticket.brand)
    models = choose_models(walk, reading, screened, grounded)
    await walk.checkpoint()

    try:
        drafted = await draft(walk, screened, grounded, models)
    except OverBudget as error:
        if not error.budgets:
            raise
        return await left_to_people(walk, reading, error.budgets)
    checked = await check(walk, reading, screened, grounded, drafted)
    await walk.stop_if_paused()
    decided = await decide(walk, reading, screened, grounded, drafted, checked)
    await walk.checkpoint()

    await deliver(walk, reading.ticket, decided.planned)
    await sent_by_policy(walk)
    return RunState.DONE, decided.reason


async def _owed(walk: Walk, reading: Reading) -> None:
    """Nothing is drafted for a ticket that nobody waits on, and no message is answered twice."""
    if reading.answers is None:
        await walk.rows.commit()
        raise NothingOwed("no message of the requester waits for an answer")
    if await written_before(walk, reading, reading.answers):
        await walk.rows.commit()
        raise NothingOwed(ANSWERED)
    walk.answers = reading.answers
    known = walk.was_drafted
    past = await drafts.past(walk.line.database, walk.account, walk.ticket_id) if known else drafts.NO_PAST
    walk.past = {**past, **await spent_and_left(walk, reading.ticket.queue or "")}
    if walk.is_redraft:
        return
    await left_alone(walk, reading)
    if not walk.was_drafted:
        return
    answered = await drafts.answering(walk.line.database, walk.account, walk.ticket_id, reading.answers, walk.run_id)
    if answered is not None:
        await walk.rows.commit()
        raise NothingOwed(f"run {answered['run_id']} has a draft for this message ({DraftState(answered['state'])})")
