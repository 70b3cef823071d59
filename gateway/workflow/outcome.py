"""Outcome: what people did with a draft, learnt from what the ticket says later."""

from datetime import UTC, datetime
from typing import Any

from rapidfuzz.distance import Levenshtein

from connectors.contract import Message, Role, Visibility
from gateway.screening import clean
from gateway.store import drafts
from gateway.workflow.context import Reading
from gateway.workflow.walk import Walk

AS_IS = 0.98  # token similarity from which a reply counts as the draft itself
LIGHT_EDIT = 0.75
REWRITTEN = 0.30  # below it, the agent wrote something else


async def recognise(walk: Walk, reading: Reading) -> None:
    """Close the ticket's open drafts that an agent has answered meanwhile, each with what became of it."""
    waiting = await drafts.open_drafts(walk.line.database, walk.account, walk.ticket_id)
    if not waiting:
        return
    own = await drafts.written_entries(walk.line.database, walk.account, walk.ticket_id)
    for draft in waiting:
        if draft["run_id"] == walk.run_id:
            continue
        if reply := reply_after(reading, draft["created_at"], draft["answers"], own):
            kind, similarity = compare(_text(draft["content"]), clean(reply.body, reply.format).text)
            await drafts.keep_outcome(
                walk.line.database, draft["run_id"], kind, similarity=similarity, message_id=reply.id
            )


def compare(draft: str | None, sent: str) -> tuple[str, float | None]:
    """(sent_as_is | light_edit | rewritten | not_used, similarity 0..1 of their words; None once erased)."""
    if draft is None:
        return "not_used", None
    similarity = round(Levenshtein.normalized_similarity(draft.split(), sent.split()), 4)
    if similarity >= AS_IS:
        return "sent_as_is", similarity
    if similarity >= LIGHT_EDIT:
        return "light_edit", similarity
    return ("rewritten" if similarity >= REWRITTEN else "not_used"), similarity


def reply_after(reading: Reading, drafted_at: datetime, answers: str, own: set[str]) -> Message | None:
    """The first public word of an agent after the message that the draft answers, not written by us."""
    messages = list(reading.ticket.messages)
    position = next((number for number, message in enumerate(messages) if message.id == answers), None)
    later = messages[position + 1 :] if position is not None else messages
    for message in later:
        if message.visibility is not Visibility.PUBLIC or message.author.role is not Role.AGENT or message.id in own:
            continue
        if position is not None or message.created_at.astimezone(UTC) > drafted_at:
            return message
    return None


def _text(content: Any) -> str | None:
    """The draft, cleaned like the reply that it is compared with: its sign-off would count as an edit."""
    return clean(content["text"]).text if isinstance(content, dict) and "text" in content else None
