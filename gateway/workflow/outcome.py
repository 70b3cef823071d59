"""Outcome: what people did with a draft, learnt from what the ticket says later."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from connectors.contract import Message, Role, Ticket, Visibility
from gateway.records import WriteState
from gateway.screening import Vault, clean
from gateway.store import drafts, outcomes, reviews
from gateway.store.database import Row
from gateway.store.outcomes import Found
from gateway.workflow.comparison import Comparison, compare, edits
from gateway.workflow.context import ASKING, Reading
from gateway.workflow.redacting import vault_of
from gateway.workflow.restored import lost_entries
from gateway.workflow.sampling import sampled
from gateway.workflow.walk import Walk

POLICY, APPROVAL, AGENT = "policy", "approval", "agent"  # who let a reply go out


async def recognise(walk: Walk, reading: Reading) -> None:
    """Close the ticket's open drafts that an agent has answered meanwhile, each with what became of it; and learn
    what came after the replies that were sent before."""
    if not walk.was_drafted:
        return
    await _follow(walk, reading)
    waiting = await drafts.comparable(walk.line.database, walk.account, walk.ticket_id)
    if not waiting:
        return
    own = await drafts.written_entries(walk.line.database, walk.account, walk.ticket_id)
    lost = {entry.id for entry in await lost_entries(walk, reading.ticket)}
    for draft in waiting:
        if draft["run_id"] == walk.run_id:
            continue
        if reply := reply_after(reading, draft["created_at"], draft["answers"], own, lost):
            await _answered_by_hand(walk, reading.ticket, draft, reply)


async def sent(walk: Walk, draft: Row, review: Row) -> None:
    """A reply that a person approved stands in the ticket."""
    text, message_id = review["content"]["text"], walk.writes["reply"]["entry_id"]
    drafted = draft["content"]["text"] if draft["content"] else None
    found, changes = await _compared(walk, draft["run_id"], drafted, text)
    said = await reviews.reviews_of(walk.line.database, draft["run_id"])
    measured = any(one["reading_ms"] is not None for one in said)
    await outcomes.keep(
        walk.line.database,
        draft["run_id"],
        Found(
            found.kind,
            found.similarity,
            found.kept,
            message_id,
            APPROVAL,
            review["groups"],
            changes,
            None if measured else reading_ms(drafted, walk.desk.words_per_minute),
            walk.desk.reopened_within,
        ),
    )


async def sent_by_policy(walk: Walk) -> None:
    """A reply that went out because the policies allowed it: nothing to compare, but what comes after it counts."""
    write = walk.writes.get("reply")
    if write is None or write["state"] != WriteState.WRITTEN:
        return
    found = Found(
        "sent_as_is",
        1.0,
        1.0,
        write["entry_id"],
        POLICY,
        watched=walk.desk.reopened_within,
        sampled=sampled(walk.run_id, walk.desk.sample),
    )
    await outcomes.keep(walk.line.database, walk.run_id, found)


def reading_ms(draft: str | None, words_per_minute: int) -> int | None:
    """How long reading a draft takes, at a declared speed; None where it is not there any more."""
    return None if draft is None else round(len(draft.split()) / words_per_minute * 60_000)


def reply_after(
    reading: Reading, drafted_at: datetime, answers: str, own: set[str], lost: Collection[str] = ()
) -> Message | None:
    """The first public word of an agent after the message that the draft answers, not written by us, or written by us
    in a time that a restored copy does not know."""
    messages = list(reading.ticket.messages)
    position = next((number for number, message in enumerate(messages) if message.id == answers), None)
    later = messages[position + 1 :] if position is not None else messages
    for message in later:
        answering = message.author.role is Role.AGENT or message.id in lost
        if message.visibility is not Visibility.PUBLIC or not answering or message.id in own:
            continue
        if position is not None or message.created_at.astimezone(UTC) > drafted_at:
            return message
    return None


async def _answered_by_hand(walk: Walk, ticket: Ticket, draft: Row, reply: Message) -> None:
    drafted = draft["content"]["text"] if draft["content"] else None
    text = clean(reply.body, reply.format).text
    found, changes = await _compared(walk, draft["run_id"], drafted, text, ticket)
    author = reply.author
    who = walk.line.people.at_desk(walk.account, author.id, name=author.name, email=author.email)
    used = found.kind != "not_used"
    await outcomes.keep(
        walk.line.database,
        draft["run_id"],
        Found(
            found.kind,
            found.similarity,
            found.kept,
            reply.id,
            AGENT,
            sorted(who.groups),
            changes,
            reading_ms(drafted, walk.desk.words_per_minute) if used and not draft["shadow"] else None,
            walk.desk.reopened_within,
        ),
    )


async def _compared(
    walk: Walk, run_id: int, drafted: str | None, text: str, ticket: Ticket | None = None
) -> tuple[Comparison, dict[str, Any] | None]:
    """How close they are, and what was changed with every personal value behind its placeholder."""
    if drafted is None:
        return compare(None, text), None
    vault = await vault_of(walk.line.database, run_id, ticket)
    return await asyncio.to_thread(_both, drafted, text, vault)


def _both(draft: str, text: str, vault: Vault) -> tuple[Comparison, dict[str, Any]]:
    """With or without the draft's sign-off, whichever is closer: a reply as it was read may have lost it."""
    found = {form: compare(form, text) for form in (draft, clean(draft).text)}
    closest = max(found, key=lambda form: found[form].similarity or 0.0)
    changes = edits(vault.mask(closest), vault.mask(text))
    return found[closest], {"changes": [asdict(change) for change in changes]}


async def _follow(walk: Walk, reading: Reading) -> None:
    for outcome in await outcomes.watched(walk.line.database, walk.account, walk.ticket_id):
        later = _later(reading.ticket.messages, outcome)
        reopened = next((one.created_at for one in later if one.author.role in ASKING), None)
        answered = next((one.created_at for one in later if one.author.role not in (*ASKING, Role.SYSTEM)), None)
        if (reopened and not outcome["reopened_at"]) or (answered and not outcome["answered_again_at"]):
            await outcomes.follow(
                walk.line.database, outcome["run_id"], reopened_at=reopened, answered_again_at=answered
            )


def _later(messages: Sequence[Message], outcome: Row) -> list[Message]:
    """What was said in public after a reply, in the time that counts. Found by its place in the thread; a reply whose
    id nobody told, by the clock."""
    at = next((number for number, one in enumerate(messages) if one.id == outcome["message_id"]), None)
    after = [one for one in messages if one.created_at > outcome["at"]] if at is None else messages[at + 1 :]
    return [one for one in after if one.visibility is Visibility.PUBLIC and one.created_at <= outcome["watched_until"]]
