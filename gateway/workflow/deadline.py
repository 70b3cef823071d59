"""Deadline: the time that an escalation gave to people is up, so its next step happens, unless somebody acted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from connectors.contract import Capability, Change, Priority, Status, Visibility
from connectors.errors import WriteConflict
from gateway.errors import NothingOwed, Superseded, Uncertain
from gateway.records import RunState
from gateway.store import deadlines, drafts
from gateway.store.database import Row
from gateway.telemetry import deadlines as passed_deadlines
from gateway.workflow import context
from gateway.workflow.context import Reading
from gateway.workflow.deliver import SHADOW, Planned, deliver, intend, kept_plans, new_mark, planned, plans_to_keep
from gateway.workflow.note import Note
from gateway.workflow.outcome import recognise, reply_after
from gateway.workflow.restored import PERHAPS, written_before
from gateway.workflow.walk import Walk

STEP = "deadline"
LATE = timedelta(minutes=5)  # a step that is later than this moves the steps after it
MOST_REASONS = 3
SOLVED = (Status.SOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step of an escalation, as it was kept with the decision. `due`: when the step after it happens."""

    team: str | None = None
    priority: Priority | None = None
    tags: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    """The escalation that was decided: its first deadline, and what happens each time that one passes."""

    due: datetime | None = None
    steps: tuple[NextStep, ...] = ()

    def step(self, number: int) -> NextStep:
        """What happens when deadline `number` passes; the first is 1. Nothing after the last one."""
        return self.steps[number - 1] if number <= len(self.steps) else NextStep()

    def until(self, number: int, now: datetime) -> datetime | None:
        """The deadline after this one. A step that comes late (a pause, a broken machine) gives people as long as
        they were promised."""
        following = self.step(number).due
        meant = self.due if number == 1 else self.step(number - 1).due
        if following is None or meant is None or now - meant <= LATE:
            return following
        return now + (following - meant)


@dataclass(frozen=True, slots=True)
class Passed:
    """A deadline that passed: of which draft, what changes on the ticket now, and when the next one is."""

    draft: Row
    number: int
    step: NextStep
    then: NextStep
    until: datetime | None
    change: Change | None
    routes: bool  # the help desk lets us change team, priority and tags


_PROMISED = TypeAdapter(Promised)


async def next_step(walk: Walk) -> tuple[RunState, str | None]:
    """Write the step that follows a deadline, once, and set the timer of the one after it. Raises NothingOwed where
    somebody acted."""
    run_id, number = deadlines.of_event(walk.event)
    if walk.desk.shadow:
        await deadlines.expire(walk.line.database, run_id)
        raise NothingOwed(SHADOW)
    kept = walk.kept(STEP)
    written = kept is not None and not walk.has_open_intent
    until = kept.data["until"] if kept and written else await _write(walk, run_id, number)
    if until is None:
        await deadlines.expire(walk.line.database, run_id)
    passed_deadlines.labels(walk.account).inc()
    return RunState.DONE, f"nobody met deadline {number} of the draft of run {run_id}"


async def _write(walk: Walk, run_id: int, number: int) -> str | None:
    """The step's writes; returns the next deadline, ISO 8601."""
    # What an earlier try has read may be hours old; what an agent did meanwhile decides.
    reading = await (context.read_now(walk) if walk.kept(context.STEP) else context.read(walk))
    await recognise(walk, reading)
    draft = await deadlines.draft_of(walk.line.database, run_id)
    if draft is None or (acted := await _acted(walk, reading, draft)):
        await walk.rows.commit()
        raise NothingOwed("there is no such draft" if draft is None else acted)
    if await written_before(walk, reading, draft["answers"], Visibility.INTERNAL):
        await walk.rows.commit()
        raise Uncertain(PERHAPS)
    walk.answers = reading.answers
    until, plans = await _plans(walk, reading, draft, number)
    try:
        await deliver(walk, reading.ticket, plans)
    except Superseded:
        draft = await deadlines.draft_of(walk.line.database, run_id)
        if draft is None or draft["state"] not in deadlines.WAITS:
            raise
        # The requester wrote again. That takes nothing back of what was promised.
        raise WriteConflict("the ticket changed before the deadline's step was written") from None
    return until


async def _acted(walk: Walk, reading: Reading, draft: Row) -> str | None:
    """What somebody did, so that nobody needs to be reminded; None where the draft still waits."""
    if draft["state"] not in deadlines.WAITS:
        return f"the draft of run {draft['run_id']} is {draft['state']}"
    if reading.ticket.status in SOLVED:
        return "the ticket is solved"
    own = await drafts.written_entries(walk.line.database, walk.account, walk.ticket_id)
    if reply_after(reading, draft["created_at"], draft["answers"], own):
        return "an agent has answered"
    return None


async def _plans(walk: Walk, reading: Reading, draft: Row, number: int) -> tuple[str | None, tuple[Planned, ...]]:
    """(next deadline, the writes of the step): of an earlier try, or made and kept now together with the timer."""
    if kept := walk.kept(STEP):
        return kept.data["until"], kept_plans(kept.content)
    passed = _passed(walk, reading, draft, number)
    plans = tuple(_writes(walk, passed))
    data = {
        "draft": draft["run_id"],
        "number": number,
        "deadline": _iso(draft["deadline"]),
        "notify": list(passed.step.notify),
        "changes": list(_changes(passed.change)),
        "until": (until := _iso(passed.until)),
        "writes": [plan.purpose for plan in plans],
    }
    walk.keep(STEP, data, plans_to_keep(plans))
    intend(walk, plans, reading.ticket.version)
    if passed.until is not None:
        walk.rows.deadline(draft["run_id"], number + 1, passed.until)
    await walk.rows.commit()
    return until, plans


def _passed(walk: Walk, reading: Reading, draft: Row, number: int) -> Passed:
    promised = _PROMISED.validate_python(draft["escalation"] or {})
    step = promised.step(number)
    raised = step.priority and max(step.priority, reading.ticket.priority, key=list(Priority).index)
    change = Change(
        tags_added=[tag for tag in step.tags if tag not in reading.ticket.tags],
        priority=None if raised == reading.ticket.priority else raised,
        team=step.team,
    )
    return Passed(
        draft=draft,
        number=number,
        step=step,
        then=promised.step(number + 1),
        until=promised.until(number, walk.opened_at),
        change=change or None,
        routes=Capability.ROUTING in walk.desk.connector.capabilities,
    )


def _writes(walk: Walk, passed: Passed) -> Iterator[Planned]:
    connector = walk.desk.connector
    change = passed.change if passed.routes else None
    if Capability.INTERNAL_NOTE in connector.capabilities:
        mark = new_mark()
        yield planned("note", _note(walk, passed, mark).render(connector.body_format), change, mark)
    elif change:
        yield planned("routing", None, change)


def _note(walk: Walk, passed: Passed, mark: str) -> Note:
    draft = passed.draft
    return Note(
        heading=f"The deadline has passed ({_clock(draft['deadline'])}), and nobody has answered",
        draft=None,
        reasons=list(draft["because"] or ())[:MOST_REASONS],
        noticed=(),
        sources=(),
        action="Answer the ticket as you always do. The draft, and how it came about:",
        link=f"{walk.line.pages_url}/runs/{draft['run_id']}",
        last_line=f"{mark} · deadline {passed.number} · policy {draft['policy_version'][:6]}",
        more=list(_sections(passed)),
    )


def _sections(passed: Passed) -> Iterator[tuple[str, list[str]]]:
    if changes := list(_changes(passed.change)):
        yield "Changed now" if passed.routes else "Please change by hand", changes
    if passed.step.notify:
        yield "For the attention of", list(passed.step.notify)
    yield "What happens next", [_what_next(passed)]


def _what_next(passed: Passed) -> str:
    if passed.until is None:
        return "nothing more by itself: this was the last step"
    then = passed.then
    words = [*_changes(Change(then.tags, then.priority, then.team)), *(f"for {name}" for name in then.notify)]
    return f"if nobody answers until {_clock(passed.until)}: {', '.join(words) or 'the draft expires'}"


def _changes(change: Change | None) -> Iterator[str]:
    if change is None:
        return
    if change.team:
        yield f"team {change.team}"
    if change.priority:
        yield f"priority {change.priority}"
    if change.tags_added:
        yield f"tags {', '.join(change.tags_added)}"


def _clock(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%d %b %H:%M} UTC" if moment else "at a time that was not kept"


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
