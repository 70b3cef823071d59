"""Send: what a person approved goes out, once, word for word, and only if the ticket is still what it was.

An act of a person is an event. This is its walk: an approval is sent, an escalation moves the ticket; a redraft goes
down the line like any message, and only tells the model what should be different.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from connectors.contract import Capability, Change, Priority, Role, Status, Ticket, Visibility, WriteReceipt
from gateway.errors import NothingOwed, Uncertain
from gateway.records import DraftState, RunState, WriteState
from gateway.store import drafts, reviews
from gateway.store.database import Row
from gateway.store.reviews import Word, held_draft
from gateway.workflow import context, outcome
from gateway.workflow.context import ASKING, TICKET, Reading
from gateway.workflow.deliver import (
    SHADOW,
    Planned,
    deliver,
    intend,
    keep_receipt,
    kept_plans,
    new_mark,
    planned,
    plans_to_keep,
)
from gateway.workflow.note import Note, public_text
from gateway.workflow.restored import PERHAPS, sent_before, written_before
from gateway.workflow.review import Act, Via
from gateway.workflow.walk import Walk

STEP, TOLD = "send", "told"
SOLVED = (Status.SOLVED, Status.CLOSED)
REOPEN = "reopen"  # the act of the gateway itself: an approval that came too late


class Changed(Exception):
    """The ticket is not what it was when the draft was made. `what`: sentences without any personal data."""

    def __init__(self, what: list[str]) -> None:
        super().__init__("; ".join(what))
        self.what = what


async def carry_out(walk: Walk) -> tuple[RunState, str | None]:
    """Do what a person asked for. Raises NothingOwed where that is not wanted any more."""
    run_id, review_id = reviews.of_event(walk.event)
    draft = await reviews.draft_of(walk.line.database, run_id)
    said = await reviews.reviews_of(walk.line.database, run_id)
    review = next((one for one in said if one["id"] == review_id), None)
    if draft is None or review is None:
        raise NothingOwed("there is no such draft")
    if review["content"] is None and review["content_id"] is not None:
        raise NothingOwed("the requester's data was erased")
    if walk.desk.shadow and walk.writes.get("reply", {}).get("state") != WriteState.WRITTEN:
        await _reopen(walk, draft, ["the account is in shadow mode now"])
        raise NothingOwed(SHADOW)
    if review["act"] == Act.ESCALATE:
        return await _escalate(walk, draft, review)
    return await _send(walk, draft, review, said)


async def _send(walk: Walk, draft: Row, review: Row, said: Sequence[Row]) -> tuple[RunState, str | None]:
    if walk.writes.get("reply", {}).get("state") == WriteState.WRITTEN:
        return await _sent(walk, draft, review)
    if too_late := _found_too_late(walk, said):
        return await _not_sent(walk, await context.read_now(walk), draft, review, too_late)
    text = review["content"]["text"]
    if draft["state"] != DraftState.APPROVED:
        raise NothingOwed(f"the draft of run {draft['run_id']} is {draft['state']}")
    if review["id"] != max(one["id"] for one in said if one["act"] == Act.APPROVE):
        # Replayed, or very late: a newer approval is of another text, or of another state of the ticket.
        raise NothingOwed("a later approval has taken its place")
    before = await _as_it_was(walk, draft)
    own = await drafts.written_entries(walk.line.database, walk.account, walk.ticket_id)

    def unchanged(fresh: Reading) -> Ticket:
        if what := list(changes(before, fresh, draft["answers"], own)):
            raise Changed(what)
        return fresh.ticket

    reading = await context.read_now(walk)
    body = public_text(text, walk.desk.connector.body_format)
    if found := await sent_before(walk, reading, draft["answers"], body):
        await _plans(walk, reading, body)
        await keep_receipt(walk, "reply", WriteReceipt(found.id, found.visibility, None, found.created_at))
        return await _sent(walk, draft, review)
    try:
        ticket = unchanged(reading)
        plans = await _plans(walk, reading, body)
        await deliver(walk, ticket, plans, unchanged)
    except Changed as changed:
        await _reopen(walk, draft, changed.what)
        return await _not_sent(walk, reading, draft, review, changed.what)
    return await _sent(walk, draft, review)


def _found_too_late(walk: Walk, said: Sequence[Row]) -> list[str] | None:
    """What an earlier try of this run found changed, before it died."""
    last = said[-1]
    if last["act"] == REOPEN and last["detail"].get("found_by") == walk.run_id:
        return list(last["detail"]["changed"])
    return None


def changes(before: Ticket, now: Reading, answers: str, own: set[str]) -> Iterator[str]:
    """What happened on the ticket since the draft was made that a reply has to know of. Notes, tags and routing do
    not matter to the requester, and a note may be the approval itself."""
    known = {message.id for message in before.messages}
    new = [message for message in now.ticket.messages if message.id not in known and message.id not in own]
    public = [message for message in new if message.visibility is Visibility.PUBLIC]
    if any(message.author.role in ASKING for message in public):
        yield "the requester has written again"
    if any(message.author.role not in (*ASKING, Role.SYSTEM) for message in public):
        yield "somebody has answered the requester"
    if answers not in {message.id for message in now.ticket.messages}:
        yield "the message that the draft answers is gone"
    if now.ticket.status in SOLVED and before.status not in SOLVED:
        yield f"the ticket is {now.ticket.status}"
    if now.ticket.requester.id != before.requester.id:
        yield "the ticket has another requester"


async def _as_it_was(walk: Walk, draft: Row) -> Ticket:
    """The ticket as the draft's run read it."""
    kept = await drafts.kept_ticket(walk.line.database, draft["run_id"])
    if kept is None:
        raise NothingOwed("the requester's data was erased")
    return TICKET.validate_python(kept)


async def _plans(walk: Walk, reading: Reading, body: str) -> tuple[Planned, ...]:
    """The reply as an intent: of an earlier try, or made and kept now."""
    if kept := walk.kept(STEP):
        return kept_plans(kept.content)
    plans = (planned("reply", body, None),)
    walk.rows.requester_is(reading.ticket.requester.id, reading.ticket.version)
    walk.keep(STEP, {"writes": ["reply"]}, plans_to_keep(plans))
    await walk.stop_if_paused()
    intend(walk, plans, reading.ticket.version)
    await walk.rows.commit()
    return plans


async def _sent(walk: Walk, draft: Row, review: Row) -> tuple[RunState, str | None]:
    """The reply stands in the ticket: keep what became of the draft."""
    await outcome.sent(walk, draft, review)
    return RunState.DONE, f"the draft of run {draft['run_id']} was sent, approved by {review['by']}"


async def _reopen(walk: Walk, draft: Row, what: list[str]) -> None:
    """The approval came too late: the draft waits again."""
    async with held_draft(walk.line.database, draft["run_id"]) as held:
        if held is not None and held.row["state"] == DraftState.APPROVED:
            detail = {"changed": what, "found_by": walk.run_id}
            word = Word(act=REOPEN, by="countersign", groups=(), via=Via.SYSTEM, detail=detail)
            await held.keep(word, state=DraftState.SHOWN)
            await held.wait_again()


async def _not_sent(
    walk: Walk, reading: Reading, draft: Row, review: Row, what: list[str]
) -> tuple[RunState, str | None]:
    """Whoever approved in the ticket is told there; whoever did on a page sees it on the page."""
    told = await written_before(walk, reading, draft["answers"], Visibility.INTERNAL)
    if review["via"] == Via.NOTE and not told and Capability.INTERNAL_NOTE in walk.desk.connector.capabilities:
        if kept := walk.kept(TOLD):
            plans = kept_plans(kept.content)
        else:
            plans = (_told(walk, draft, what),)
            walk.keep(TOLD, {"writes": ["answer"]}, plans_to_keep(plans))
            intend(walk, plans, reading.ticket.version)
            await walk.rows.commit()
        walk.answers = reading.answers
        await deliver(walk, reading.ticket, plans)
    await walk.rows.end_early("not sent: the ticket changed")
    return RunState.DONE, f"not sent: {'; '.join(what)}"


def _told(walk: Walk, draft: Row, what: list[str]) -> Planned:
    mark = new_mark()
    note = Note(
        heading="Not sent, because " + " and ".join(what),
        draft=None,
        reasons=(),
        noticed=(),
        sources=(),
        action="Write /redraft with what should be different, or answer by yourself. The draft:",
        link=walk.line.review_link(draft["run_id"]),
        last_line=mark,
    )
    return planned("answer", note.render(walk.desk.connector.body_format), None, mark)


async def _escalate(walk: Walk, draft: Row, review: Row) -> tuple[RunState, str | None]:
    """Move the ticket to the people that were named, with the reason in a note."""
    reading = await context.read_now(walk)
    walk.answers = reading.answers
    if await written_before(walk, reading, draft["answers"], Visibility.INTERNAL):
        raise Uncertain(PERHAPS)
    if kept := walk.kept(STEP):
        plans = kept_plans(kept.content)
    else:
        plans = tuple(_escalation(walk, draft, review))
        walk.keep(STEP, {"writes": [plan.purpose for plan in plans]}, plans_to_keep(plans))
        intend(walk, plans, reading.ticket.version)
        await walk.rows.commit()
    await deliver(walk, reading.ticket, plans)
    return RunState.DONE, f"{review['by']} escalated the draft of run {draft['run_id']}"


def _escalation(walk: Walk, draft: Row, review: Row) -> Iterator[Planned]:
    detail: dict[str, Any] = review["detail"] or {}
    can = walk.desk.connector.capabilities
    priority = Priority(detail["priority"]) if detail.get("priority") else None
    change = Change(team=detail.get("team"), priority=priority) if Capability.ROUTING in can else None
    if Capability.INTERNAL_NOTE not in can:
        if change:
            yield planned("routing", None, change)
        return
    mark = new_mark()
    words = (review["content"] or {}).get("words")
    asked = [f"team {detail['team']}"] if detail.get("team") else []
    asked += [f"priority {priority}"] if priority else []
    note = Note(
        heading=f"{review['by']} asks for help with this ticket",
        draft=None,
        reasons=[words] if words else (),
        noticed=(),
        sources=(),
        action="The draft:",
        link=walk.line.review_link(draft["run_id"]),
        last_line=mark,
        more=[("Changed now" if Capability.ROUTING in can else "Please change by hand", asked)] if asked else (),
    )
    yield planned("answer", note.render(walk.desk.connector.body_format), change or None, mark)
