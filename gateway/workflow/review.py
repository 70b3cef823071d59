"""Review: one state machine for all help desks. What a person says of a draft is bound to its text and its ticket.

Nothing is written from here. An approval becomes an event, and its walk (`send.py`) writes the very text that was
approved; what the draft becomes, and the event, are committed together with the person's word.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from connectors.contract import text_hash
from gateway.access.people import Person, Right
from gateway.errors import NotAllowed, NotFound, NotNow
from gateway.records import DraftState
from gateway.screening import PLACEHOLDER
from gateway.store.database import Database, Row
from gateway.store.reviews import HeldDraft, Word, held_draft
from gateway.workflow.redacting import redacted

LONGEST_TEXT = 60_000  # characters of an edited reply
LONGEST_WORDS = 2_000  # characters of a reason or an instruction
LONGEST_READING = 30 * 60_000  # ms: a page that measures more was left open
MOST_SOURCES = 1_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Act(StrEnum):
    """What a person may say of a draft."""

    APPROVE = "approve"
    REJECT = "reject"
    REDRAFT = "redraft"
    HOLD = "hold"
    ESCALATE = "escalate"


class Via(StrEnum):
    """From where."""

    PAGE = "page"
    SIDEBAR = "sidebar"
    NOTE = "note"
    SYSTEM = "system"


SHOWN, HELD, APPROVED = DraftState.SHOWN, DraftState.HELD, DraftState.APPROVED
# From which states an act is possible, and what it makes of the draft. None: it stays what it is.
TABLE: dict[tuple[Act, DraftState], DraftState | None] = {
    (Act.APPROVE, SHOWN): APPROVED,
    (Act.APPROVE, HELD): APPROVED,
    (Act.REJECT, SHOWN): DraftState.REJECTED,
    (Act.REJECT, HELD): DraftState.REJECTED,
    (Act.HOLD, SHOWN): HELD,
    (Act.HOLD, HELD): HELD,
    (Act.ESCALATE, SHOWN): None,
    (Act.ESCALATE, HELD): None,
    (Act.REDRAFT, SHOWN): None,
    (Act.REDRAFT, HELD): None,
    (Act.REDRAFT, DraftState.REJECTED): None,
    (Act.REDRAFT, DraftState.EXPIRED): None,
    (Act.REDRAFT, DraftState.WITHHELD): None,
}
# Who has to approve where no rule asks for a group: one agent.
ANYBODY: tuple[Row, ...] = ({"group": None, "count": 1, "four_eyes": False},)
WALKS = (Act.REDRAFT, Act.ESCALATE)  # an approval walks too, once it is complete
ENDED = {
    DraftState.PROPOSED: "this draft is not in the ticket yet",
    DraftState.WITHHELD: "this draft was withheld: nobody may send it",
    DraftState.SENT: "this draft was sent already",
    DraftState.REJECTED: "this draft was rejected",
    DraftState.SUPERSEDED: "a newer draft has taken its place, because the ticket went on",
    DraftState.EXPIRED: "the deadline of this draft has passed, so it cannot be sent any more",
    DraftState.CLOSED: "the ticket was answered without this draft",
    DraftState.UNCERTAIN: "it is not known whether this was written; look into the ticket",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word. `text`: the reply as that person wants it, None where it is not to change. `seen`: the hash of
    the text that was before their eyes; None for a command in the ticket, which speaks of what the note shows."""

    act: Act
    who: Person
    via: Via
    text: str | None = field(default=None, repr=False)
    words: str | None = field(default=None, repr=False)  # a reason, or an instruction
    seen: str | None = None
    entry_id: str | None = None
    reading_ms: int | None = None
    sources_opened: int | None = None
    team: str | None = None  # of an escalation
    priority: str | None = None
    heard_by: int | None = None  # the run that read the command


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a word: the draft's state after it, and a sentence for the person."""

    state: DraftState
    words: str
    review_id: int


async def say(database: Database, run_id: int, said: Said) -> Heard:
    """Keep a person's word and what follows from it.

    Raises NotFound, NotAllowed (the person may not) and NotNow (the draft is not in a state for it, or has changed):
    then nothing was kept. Raises `HeardBefore` for a note that has acted already."""
    said = _tidy(said)
    content = {"words": said.words} if said.words else None
    if content and said.act is Act.REJECT:
        content["masked"] = await redacted(database, run_id, content["words"])  # a reason is there to be learnt from
    async with held_draft(database, run_id) as draft:
        if draft is None:
            raise NotFound(f"run {run_id} has no draft")
        _permit(draft, said)
        return await _keep(draft, said, content)


async def _keep(draft: HeldDraft, said: Said, content: Mapping[str, Any] | None) -> Heard:
    state = _state_after(draft, said)
    if said.act is Act.APPROVE:
        return await _approve(draft, said)
    detail = {"team": said.team, "priority": said.priority} if said.act is Act.ESCALATE else None
    answer = _answer(said, state)
    word = _word(said, content=content, detail=detail, answer=answer)
    review_id = await draft.keep(word, state=state, walks=said.act in WALKS)
    return Heard(state or DraftState(draft.row["state"]), answer, review_id)


async def _approve(draft: HeldDraft, said: Said) -> Heard:
    _has_looked(draft, said)
    now = current_text(draft.row, draft.reviews)
    if now is None:
        raise NotNow("the text of this draft was erased")
    if said.seen not in (None, text_hash(now)):
        raise NotNow("a colleague has edited this draft meanwhile", remedy="Read it again, then approve it")
    text = _checked(said.text if said.text is not None else now)
    edited = text_hash(text) != text_hash(now)
    mine = {"by": said.who.id, "groups": sorted(said.who.groups), "text_hash": text_hash(text), "edited": edited}
    missing = list(still_needed(draft.row, [*draft.reviews, {"act": Act.APPROVE, **mine}]))
    if _approved_before(said.who, text, draft.reviews):
        raise NotNow(f"you have approved this draft already; it still needs {' and '.join(missing)}")
    complete = not missing
    answer = "Approved; it is being sent." if complete else f"Approved. It still needs {' and '.join(missing)}."
    length = {"words": len(text.split())}  # how long reading it takes can be told after its erasure too
    word = replace(
        _word(said, content={"text": text}, detail=length, answer=answer if missing else None),
        text_hash=text_hash(text),
        edited=edited,
    )
    state = APPROVED if complete else SHOWN
    return Heard(state, answer, await draft.keep(word, state=state, walks=complete))


def current_text(draft: Row, reviews: Sequence[Row]) -> str | None:
    """The reply as it stands: as last edited, else as it was drafted. None once it was erased."""
    for review in reversed(reviews):
        if review["act"] == Act.APPROVE and review["edited"]:
            return str(review["content"]["text"]) if review["content"] else None
    content = draft["content"]
    return str(content["text"]) if isinstance(content, dict) and "text" in content else None


def still_needed(draft: Row, reviews: Sequence[Any]) -> Iterator[str]:
    """Which approvals are missing, in words. Those of another text do not count; an edit resets the earlier ones."""
    since = max((number for number, one in enumerate(reviews) if one["act"] == "reopen"), default=-1)
    given = [one for number, one in enumerate(reviews) if number > since and one["act"] == Act.APPROVE]
    text = given[-1]["text_hash"] if given else None
    authors = {draft["asked_by"], *(one["by"] for one in reviews if one["edited"])}
    for wanted in draft["approvers"] or ANYBODY:
        group = wanted["group"]
        people = {
            one["by"]
            for one in given
            if one["text_hash"] == text
            and (group is None or group in one["groups"])
            and not (wanted["four_eyes"] and one["by"] in authors)
        }
        if (lacking := wanted["count"] - len(people)) > 0:
            yield f"{lacking} {'approval' if lacking == 1 else 'approvals'}" + (f" of {group}" if group else "")


def _permit(draft: HeldDraft, said: Said) -> None:
    who, account = said.who, draft.row["account"]
    if Right.AGENT not in who.rights or not who.sees(account):
        raise NotAllowed("you may not act on drafts of this account")
    groups = {wanted["group"] for wanted in draft.row["approvers"] or ()}
    if said.act is Act.APPROVE and groups and not groups & who.groups:
        raise NotAllowed(f"this draft waits for {' and '.join(sorted(groups))}, and you are not in there")


def _has_looked(draft: HeldDraft, said: Said) -> None:
    """A rule may want the sources opened first. What was read in the help desk itself, nobody can tell."""
    asked = any(wanted.get("open_sources") for wanted in draft.row["approvers"] or ())
    if asked and draft.row["has_sources"] and said.via in (Via.PAGE, Via.SIDEBAR) and not said.sources_opened:
        raise NotNow("a rule asks to look at the sources first", remedy="Open one of them, then approve")


def _state_after(draft: HeldDraft, said: Said) -> DraftState | None:
    """What the act makes of the draft. Raises NotNow in a state that it is not for, with who was there before."""
    state = DraftState(draft.row["state"])
    if (said.act, state) in TABLE:
        return TABLE[said.act, state]
    if state is APPROVED:
        last = next((one for one in reversed(draft.reviews) if one["act"] == Act.APPROVE), None)
        raise NotNow(f"{last['by'] if last else 'a policy'} has approved this draft already; it is being sent")
    last = draft.reviews[-1] if draft.reviews else None
    by = f" by {last['by']}" if last and state is DraftState.REJECTED else ""
    raise NotNow(ENDED.get(state, f"this draft is {state}") + by)


def _approved_before(who: Person, text: str, reviews: Sequence[Row]) -> bool:
    for one in reversed(reviews):
        if one["act"] == "reopen":
            return False
        if one["act"] == Act.APPROVE and one["by"] == who.id:
            return bool(one["text_hash"] == text_hash(text))
    return False


def _checked(text: str) -> str:
    if not text.strip():
        raise NotNow("the reply is empty")
    if len(text) > LONGEST_TEXT:
        raise NotNow(f"the reply is longer than {LONGEST_TEXT} characters")
    if found := PLACEHOLDER.search(text):
        raise NotNow(f"the reply still has {found.group()} in it, which stands for something that is not known")
    return text


def _tidy(said: Said) -> Said:
    text = None if said.text is None else _CONTROL.sub("", said.text.replace("\r\n", "\n")).strip()
    words = None if said.words is None else _CONTROL.sub("", said.words).strip()[:LONGEST_WORDS]
    reading = None if said.reading_ms is None else max(0, min(said.reading_ms, LONGEST_READING))
    opened = None if said.sources_opened is None else max(0, min(said.sources_opened, MOST_SOURCES))
    return replace(said, text=text, words=words or None, reading_ms=reading, sources_opened=opened)


def _answer(said: Said, state: DraftState | None) -> str:
    match said.act:
        case Act.REJECT:
            return "Rejected. /redraft with what should be different starts another one."
        case Act.REDRAFT:
            return "Another draft is being written."
        case Act.ESCALATE:
            return "Escalated."
        case _:
            return "Held: the draft waits for you; its deadline still runs." if state is HELD else "Done."


def _word(
    said: Said,
    *,
    content: Mapping[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
    answer: str | None = None,
) -> Word:
    if said.via is Via.NOTE:
        detail = {**(detail or {}), "heard_by": said.heard_by, "answer": answer}
    return Word(
        act=said.act,
        by=said.who.id,
        groups=sorted(said.who.groups),
        via=said.via,
        content=content,
        entry_id=said.entry_id,
        detail=detail,
        reading_ms=said.reading_ms,
        sources_opened=said.sources_opened,
    )
