"""Commands: what agents write into internal notes of a ticket to say what shall become of a draft.

The help desk authenticates its agents, and the author's id is read from it, never from a delivery. A note acts once;
one that was not understood is answered once, in the ticket.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from urllib.parse import quote

from connectors.contract import Capability, Message, Role, Visibility, text_hash
from gateway.access.people import Person
from gateway.errors import GatewayError
from gateway.records import DraftState
from gateway.screening import typed
from gateway.store import reviews
from gateway.store.reviews import HeardBefore, Word
from gateway.workflow.context import Reading
from gateway.workflow.deliver import Planned, deliver, intend, kept_plans, new_mark, planned, plans_to_keep
from gateway.workflow.note import Note
from gateway.workflow.restored import lost_entries, standing_after
from gateway.workflow.review import Act, Said, Via, current_text, say, still_needed
from gateway.workflow.walk import Walk

STEP = "review"
USE = (
    "/approve, /send with your text on the next lines, /reject with a reason, /redraft with what should be different, "
    "/hold, /status"
)
ACTS = {"approve": Act.APPROVE, "send": Act.APPROVE, "reject": Act.REJECT, "redraft": Act.REDRAFT, "hold": Act.HOLD}
WORDS = (*ACTS, "status")
TEXT_NEEDED = {"send": "the text that is to be sent, on the lines after it", "redraft": "what should be different"}


@dataclass(frozen=True, slots=True)
class Command:
    """What a note says: a word of ours, and the text after it. `near` where it is only nearly one of ours."""

    word: str
    text: str = field(repr=False)
    near: str | None = None


def command_in(message: Message) -> Command | None:
    """The command that a note begins with; None for a note that is none, such as one that names a path."""
    if message.visibility is not Visibility.INTERNAL or message.author.role is not Role.AGENT:
        return None
    text = typed(message.body, message.format)
    if not text.startswith("/"):
        return None
    first, _, rest = text[1:].partition("\n")
    word, _, tail = first.strip().partition(" ")
    said = Command(word.lower(), f"{tail}\n{rest}".strip())
    if said.word in WORDS:
        return said
    close = difflib.get_close_matches(said.word, WORDS, n=1, cutoff=0.7)
    return Command(said.word, said.text, close[0]) if close else None


async def obey(walk: Walk, reading: Reading) -> None:
    """Do what agents wrote since, each note once, and answer in the ticket what needs an answer."""
    if walk.desk.shadow:
        return
    commands = [(note, found) for note in reading.ticket.messages if (found := command_in(note))]
    if not commands or Capability.INTERNAL_NOTE not in walk.desk.connector.capabilities:
        return
    if kept := walk.kept(STEP):
        plans = kept_plans(kept.content)
    else:
        answers = await _heard(walk, reading, commands)
        if not answers:
            return
        plans = (_plan(walk, answers),)
        walk.keep(STEP, {"writes": [plan.purpose for plan in plans]}, plans_to_keep(plans))
        intend(walk, plans, reading.ticket.version)
        await walk.rows.commit()
    walk.answers = reading.answers
    await deliver(walk, reading.ticket, plans)


async def _heard(walk: Walk, reading: Reading, commands: Sequence[tuple[Message, Command]]) -> list[str]:
    """Let each new command act; returns the answers that this run owes the ticket."""
    database, account, ticket_id = walk.line.database, walk.account, walk.ticket_id
    shown: dict[str, int | None] = {**await reviews.shown_entries(database, account, ticket_id)}
    said = await reviews.said_entries(database, account, ticket_id)
    lost = await lost_entries(walk, reading.ticket)
    shown |= dict.fromkeys((entry.id for entry in lost), None)  # drafts of which we know no run
    answers: list[str] = []
    for note, command in commands:
        if standing_after(reading.ticket, note.id, lost):
            continue  # whatever it asked for was done, or came too late
        if known := said.get(note.id):
            # An earlier try of this very run heard it, and died before it had answered.
            detail = known["detail"] or {}
            answer = detail.get("answer") if detail.get("heard_by") == walk.run_id else None
        else:
            answer = await _hear(walk, note, command, _draft_above(reading, note, shown))
        if answer:
            answers.append(answer)
    return answers


def _draft_above(reading: Reading, note: Message, shown: Mapping[str, int | None]) -> int | None:
    """The run whose draft the note speaks of: the last one shown before it in the thread. No clock is compared."""
    run_id = None
    for message in reading.ticket.messages:
        if message.id == note.id:
            return run_id
        run_id = shown.get(message.id, run_id)
    return None


async def _hear(walk: Walk, note: Message, command: Command, run_id: int | None) -> str | None:
    """Act on one note; returns what has to be said about it in the ticket."""
    author = note.author
    who = walk.line.people.at_desk(walk.account, author.id, name=author.name, email=author.email)
    try:
        if run_id is None:
            return await _misunderstood(walk, note, who, None, f"/{command.word}: there is no draft above this note.")
        if command.near is not None:
            said = f"/{command.word} is not a command. Did you mean /{command.near}? There are {USE}."
            return await _misunderstood(walk, note, who, run_id, said)
        if command.word == "status":
            return await _misunderstood(walk, note, who, run_id, await _status(walk, run_id), act="status")
        if (lacking := TEXT_NEEDED.get(command.word)) and not command.text:
            said = f"/{command.word} needs {lacking}. Nothing was done."
            return await _misunderstood(walk, note, who, run_id, said)
        return await _act(walk, note, command, who, run_id)
    except HeardBefore:
        return None


async def _act(walk: Walk, note: Message, command: Command, who: Person, run_id: int) -> str | None:
    act = ACTS[command.word]
    said = Said(
        act=act,
        who=who,
        via=Via.NOTE,
        text=command.text if command.word == "send" else None,
        words=command.text if act in (Act.REJECT, Act.REDRAFT) else None,
        entry_id=note.id,
        heard_by=walk.run_id,
    )
    try:
        heard = await say(walk.line.database, run_id, said)
    except GatewayError as refused:
        return await _misunderstood(walk, note, who, run_id, f"/{command.word}: {refused}. Nothing was sent.")
    # The reply itself is the answer to the last approval.
    return None if heard.state == DraftState.APPROVED else f"/{command.word}: {heard.words}"


async def _misunderstood(
    walk: Walk, note: Message, who: Person, run_id: int | None, answer: str, act: str = "misunderstood"
) -> str:
    """Keep that the note was answered, and with what."""
    word = Word(
        act=act,
        by=who.id,
        groups=sorted(who.groups),
        via=Via.NOTE,
        entry_id=note.id,
        detail={"heard_by": walk.run_id, "answer": answer},
    )
    database = walk.line.database
    async with reviews.held_draft(database, run_id or 0) as draft:
        if draft is not None:
            await draft.keep(word)
    if run_id is None:
        await reviews.keep_without_draft(database, word, walk.account, walk.ticket_id)
    return answer


async def _status(walk: Walk, run_id: int) -> str:
    draft = await reviews.draft_of(walk.line.database, run_id)
    if draft is None:
        return "there is no such draft."
    said = await reviews.reviews_of(walk.line.database, run_id)
    parts = [f"this draft is {draft['state']}"]
    if draft["state"] in (DraftState.SHOWN, DraftState.HELD):
        parts.append(f"it needs {' and '.join(still_needed(draft, said))}")
        if draft["deadline"]:
            parts.append(f"its deadline is {draft['deadline'].astimezone(UTC):%d %b %H:%M} UTC")
        if (text := current_text(draft, said)) and text_hash(text) != draft["text_hash"]:
            parts.append("a colleague has edited it")
    return f"/status: {'; '.join(parts)}."


def _plan(walk: Walk, answers: Sequence[str]) -> Planned:
    """One note for all of them."""
    mark = new_mark()
    note = Note(
        heading=" ".join(answers),
        draft=None,
        reasons=(),
        noticed=(),
        sources=(),
        action="The drafts of this ticket:",
        link=f"{walk.line.pages_url}/tickets/{walk.account}/{quote(walk.ticket_id, safe='')}",
        last_line=mark,
    )
    return planned("answer", note.render(walk.desk.connector.body_format), None, mark)
