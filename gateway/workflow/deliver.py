"""Deliver: into the ticket, once and never twice.

The intent is committed before the call, with a random mark that goes into the help desk with the text. Whoever takes
the run up again and finds an intent asks the help desk for the mark before it writes. Where the help desk cannot tell,
a person looks and nobody writes.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from pydantic import TypeAdapter

from connectors.contract import (
    Action,
    BodyFormat,
    Capability,
    Change,
    DraftReply,
    InternalNote,
    Mark,
    PublicReply,
    Ticket,
    Visibility,
    WriteReceipt,
    text_hash,
)
from connectors.errors import ConnectorError, DraftInTheWay, NotFound, RetryLater, Unavailable, WriteConflict
from connectors.leaving import asked
from gateway.errors import NothingOwed, Superseded, Uncertain
from gateway.records import DraftState, LastTry, WriteState
from gateway.screening import clean
from gateway.telemetry import changed_replies
from gateway.workflow import context
from gateway.workflow.walk import Walk

STEP = "deliver"
SHADOW = "the account is in shadow mode: nothing is written"
log = structlog.get_logger()
ACTIONS: dict[str, type[DraftReply | InternalNote | PublicReply]] = {
    "draft": DraftReply,
    "note": InternalNote,
    "answer": InternalNote,
    "reply": PublicReply,
}
EXPECTED = {
    "draft": Visibility.DRAFT,
    "note": Visibility.INTERNAL,
    "answer": Visibility.INTERNAL,
    "reply": Visibility.PUBLIC,
}
MAKES_DRAFT = {"draft": DraftState.SHOWN, "note": DraftState.SHOWN, "reply": DraftState.SENT}
CLOCK_SKEW = timedelta(minutes=5)  # the help desk's clock is not ours
ENDED = (500, 503)  # a server that answers so has done what it will do; a gateway before it does not know


@dataclass(frozen=True, slots=True)
class Planned:
    """One write that was decided on: `draft`, `note`, `reply`, `answer` (a note that says something to agents and is
    no draft), or `routing`, which changes fields and says nothing.

    It is kept with the decision, so that whoever delivers it writes these very words under this very mark."""

    purpose: str
    body: str | None = field(repr=False)
    mark: str
    text_hash: str
    change: Change | None
    instead: str | None = field(default=None, repr=False)  # of a note: with the draft in it, should it have no place

    def action(self, since: datetime) -> Action | None:
        if self.body is None:
            return None
        return ACTIONS[self.purpose](self.body, Mark(self.mark, self.text_hash, since))


_PLANS = TypeAdapter(tuple[Planned, ...])


def plans_to_keep(plans: tuple[Planned, ...]) -> dict[str, Any]:
    """Plans as the content of a step."""
    return {"planned": _PLANS.dump_python(plans, mode="json")}


def kept_plans(content: Any) -> tuple[Planned, ...]:
    """The plans that an earlier try has kept: these very words, under these very marks."""
    if content is None:
        raise NothingOwed("the requester's data was erased")
    return _PLANS.validate_python(content["planned"])


def new_mark() -> str:
    """80 random bits that people can read out and search for."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "cs-" + "".join(secrets.choice(alphabet) for _ in range(17))


def planned(
    purpose: str, body: str | None, change: Change | None, mark: str | None = None, instead: str | None = None
) -> Planned:
    return Planned(purpose, body, mark or new_mark(), text_hash(body or ""), change, instead)


def intend(walk: Walk, plans: Sequence[Planned], version: str) -> None:
    """Put the intents into the next checkpoint: from its commit on, each of these writes may have happened."""
    for plan in plans:
        walk.rows.intent(purpose=plan.purpose, version=version, mark=plan.mark, text_hash=plan.text_hash)
        walk.writes[plan.purpose] = {"state": WriteState.INTENT}


AfterChange = Callable[[context.Reading], Ticket]


async def deliver(
    walk: Walk, ticket: Ticket, plans: Sequence[Planned], after_change: AfterChange | None = None
) -> None:
    """Make the planned writes that are not made yet. `after_change` decides what happens where the ticket is not what
    it was: it gives the ticket to go on with, or raises."""
    if walk.desk.shadow:  # nothing is planned in there; these are intents of the time before
        await walk.rows.drop_intents(SHADOW)
        return
    for plan in plans:
        if walk.writes[plan.purpose]["state"] != WriteState.INTENT:
            continue
        with walk.timed(STEP):
            try:
                ticket = await _write(walk, ticket, _worded(walk, plan), after_change)
            except DraftInTheWay as error:
                await _put_into_the_note(walk, plan, plans, error)


def _worded(walk: Walk, plan: Planned) -> Planned:
    """The note holds the draft itself where the help desk had no place for one."""
    draft = walk.writes.get("draft")
    if plan.instead is None or draft is None or draft["state"] != WriteState.DROPPED:
        return plan
    return replace(plan, body=plan.instead, text_hash=text_hash(plan.instead))


async def _put_into_the_note(walk: Walk, plan: Planned, plans: Sequence[Planned], error: DraftInTheWay) -> None:
    """A colleague's draft waits where ours would go: it is dropped, and the note that comes next says it."""
    note = next((one for one in plans if one.instead is not None), None)
    if note is None or note.instead is None:
        raise error
    log.info("a draft goes into the note", account=walk.account, run=walk.run_id, reason=str(error))
    await walk.rows.drop(plan.purpose, str(error), note.purpose, text_hash(note.instead))
    walk.writes[plan.purpose] = {**walk.writes[plan.purpose], "state": WriteState.DROPPED}


async def _write(walk: Walk, ticket: Ticket, plan: Planned, after_change: AfterChange | None) -> Ticket:
    """The ticket as our own write left it, so that the next one is not taken for stale."""
    connector = walk.desk.connector
    action = plan.action(walk.opened_at - CLOCK_SKEW)
    if Capability.CONDITIONAL_WRITE not in connector.capabilities:
        fresh = await context.read_now(walk)
        if fresh.ticket.version != ticket.version:
            ticket = await _after_change(walk, plan, fresh, after_change)
    try:
        receipt = await _try(walk, plan, ticket, action)
    except NotFound:
        raise NothingOwed("the ticket does not exist any more") from None
    except WriteConflict:
        # What has changed the ticket may be an earlier try of ours, which the help desk was slow to store.
        if (found := await earlier(walk, plan.purpose)) is not None:
            receipt = found
        else:
            ticket = await _after_change(walk, plan, await context.read_now(walk), after_change)
            receipt = await _try(walk, plan, ticket, action)
    await _inspect(walk, plan, receipt)
    await keep_receipt(walk, plan.purpose, receipt)
    if plan.purpose == "reply":
        await _read_back(walk, plan, receipt)
    return replace(ticket, version=receipt.version) if receipt.version else ticket


async def _try(walk: Walk, plan: Planned, ticket: Ticket, action: Action | None) -> WriteReceipt:
    """One call. How far one that failed may have come is kept, because it decides whether there may be another."""
    if _tried_before(walk, plan.purpose):
        await walk.rows.try_again(plan.purpose)
    await walk.stand()
    try:
        with asked(walk.still_stand):
            return await walk.desk.connector.write(ticket, action, plan.change)
    except RetryLater as error:
        silent = isinstance(error, Unavailable) and error.may_be_stored and error.status not in ENDED
        await walk.rows.end_try(plan.purpose, LastTry.SILENT if silent else LastTry.REFUSED)
        raise


def _tried_before(walk: Walk, purpose: str) -> bool:
    return "mark" in walk.writes[purpose]


async def earlier(walk: Walk, purpose: str) -> WriteReceipt | None:
    """The entry that an earlier try of this write has made, if the help desk shows one."""
    write = walk.writes[purpose]
    if not _tried_before(walk, purpose):
        return None
    mark = Mark(write["mark"], write["text_hash"], write["intended_at"] - CLOCK_SKEW)
    return await walk.desk.connector.find_mark(walk.ticket_id, mark)


async def _after_change(walk: Walk, plan: Planned, fresh: context.Reading, after_change: AfterChange | None) -> Ticket:
    """The ticket changed since. A note still helps if the question is the same; a reply of a policy never goes."""
    if after_change is not None:
        return after_change(fresh)
    if plan.purpose == "reply" or fresh.answers != walk.answers:
        await walk.read_again(fresh.ticket.version)
        raise Superseded("the ticket changed before the draft was written")
    return fresh.ticket


async def _inspect(walk: Walk, plan: Planned, receipt: WriteReceipt) -> None:
    """What did the help desk make of it? A note that customers can see is the worst that can happen: say so loudly."""
    expected = EXPECTED.get(plan.purpose)
    if expected is not None and receipt.visibility not in (None, expected):
        log.error(
            "a write came back with the wrong visibility",
            account=walk.account,
            ticket=walk.ticket_id,
            run=walk.run_id,
            expected=expected,
            got=receipt.visibility,
        )
        await walk.rows.uncertain(
            plan.purpose, f"came back as {receipt.visibility}", with_draft=plan.purpose in MAKES_DRAFT
        )
        raise Uncertain(f"the help desk stored a {expected} entry as {receipt.visibility}; a person must look")


async def _read_back(walk: Walk, plan: Planned, receipt: WriteReceipt) -> None:
    """What did the requester really get? Other words than those that were allowed are an alarm, and stay on the row."""
    try:
        fresh = await walk.desk.connector.fetch(walk.ticket_id)
    except ConnectorError as error:
        log.warning("a reply was not read back", account=walk.account, run=walk.run_id, reason=str(error))
        return
    stored = next((message for message in fresh.messages if message.id == receipt.entry_id), None)
    if stored is None and receipt.entry_id is not None and not walk.desk.connector.search_lag:
        detail = "the help desk said that it has stored this, and does not show it; look into the ticket"
        await walk.rows.uncertain(plan.purpose, detail, with_draft=True)
        raise Uncertain(detail)
    if stored is None or words(stored.body, stored.format) == words(plan.body or "", walk.desk.connector.body_format):
        return
    changed_replies.labels(walk.account).inc()
    log.error("a reply stands in the ticket with other words", account=walk.account, run=walk.run_id)
    await walk.rows.remark(plan.purpose, "the help desk shows other words than those that were sent")


def words(body: str, how: BodyFormat) -> str:
    """What a reader sees, without white space: a vendor may wrap lines, and what it would expand has a gap in it."""
    return "".join(clean(body, how).text.split())


async def keep_receipt(walk: Walk, purpose: str, receipt: WriteReceipt) -> None:
    """The write stands in the help desk: from now on it is known by its id there."""
    values: dict[str, Any] = {
        "entry": receipt.entry_id,
        "version": receipt.version,
        "at": receipt.written_at,
        "detail": None,
    }
    await walk.rows.written(purpose, values, MAKES_DRAFT.get(purpose))
    walk.writes[purpose] = {**walk.writes[purpose], "state": WriteState.WRITTEN, "entry_id": receipt.entry_id}
