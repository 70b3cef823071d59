"""Screen: mail cleaned, personal data out, warning signs noted. What a model may see is decided here."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.contract import Message, Person, Role, Ticket, Visibility
from gateway.errors import NothingOwed
from gateway.screening import (
    Injection,
    Kind,
    Known,
    Signal,
    Vault,
    clean,
    injection_in,
    language_of,
    questions,
    together,
)
from gateway.screening.detectors import Detectors
from gateway.workflow.attachments import LONGEST_NAME, Attached, read_files
from gateway.workflow.context import ASKING, Reading
from gateway.workflow.importance import Piece, newest_within, pieces, shares
from gateway.workflow.walk import Walk

STEP = "screen"
LONGEST_QUESTION = 12_000  # characters in all unanswered messages together
LONGEST_FILE = 4_000  # characters of one attached file
LONGEST_FILES = 8_000  # and of all together
LARGE = 200_000  # characters of a ticket from which it is screened beside the event loop


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message, masked."""

    role: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """What is in an attached file, masked."""

    name: str = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Screened:
    """What is left when personal data is out. Only `vault` knows what stood there."""

    question: str = field(repr=False)
    subject: str = field(repr=False)
    thread: tuple[Said, ...]
    attachments: tuple[str, ...]  # nobody has read them
    vault: Vault
    language: str | None
    language_confidence: float
    injection: Injection
    topics: Mapping[str, float]
    pii: Mapping[str, int]
    removed: tuple[str, ...]
    files: tuple[File, ...]
    questions: tuple[str, ...]
    left_out: int  # earlier messages that were not important enough
    empty: bool  # nobody wrote anything that could be answered


async def screen(walk: Walk, reading: Reading) -> Screened:
    """Screened text, from the row of an earlier try or made now."""
    known = list(known_in(reading.ticket))
    if kept := walk.kept(STEP):
        if kept.content is None:
            raise NothingOwed("the requester's data was erased")
        return _from_row(kept.data, kept.content, _vault_kept(walk, known, kept.content))
    files = await read_files(walk, reading)
    with walk.timed(STEP):
        work = (walk, reading, known, files)
        large = sum(len(message.body) for message in reading.ticket.messages) > LARGE
        beside = large or walk.line.detectors.slow
        screened = await asyncio.to_thread(_screen, *work) if beside else _screen(*work)
    walk.keep(STEP, _data(screened), _content(screened))
    return screened


def _screen(walk: Walk, reading: Reading, known: Sequence[Known], files: Sequence[Attached]) -> Screened:
    ticket = reading.ticket
    policies = walk.line.policies()
    vault = Vault(
        known, regions=walk.desk.phone_regions, orders=walk.desk.order_numbers, finder=walk.line.detectors.find
    )
    asked = pieces(reading.unanswered, [True] * len(reading.unanswered))
    shown = newest_within([piece.text for piece in asked], LONGEST_QUESTION)
    question = "\n\n".join(asked[at].text for at in shown)
    earlier = pieces(*_earlier(ticket, reading))
    share = shares(earlier, question)
    thread = [earlier[at] for at in sorted(share)]
    language = language_of(f"{ticket.subject}\n{question}" if len(question) < 40 else question[:LONGEST_QUESTION])
    code = language.code or ticket.language
    return Screened(
        question=vault.mask(question, limit=LONGEST_QUESTION),
        subject=vault.mask(clean(ticket.subject).text),
        thread=tuple(
            Said("requester" if earlier[at].asking else "agent", vault.mask(earlier[at].text, limit=share[at]))
            for at in sorted(share)
        ),
        attachments=tuple(_told(file, vault) for file in files if file.content is None),
        files=tuple(_files(files, vault)),
        questions=tuple(map(vault.mask, questions(question[:LONGEST_QUESTION]))),
        left_out=len(_earlier(ticket, reading)[0]) - len(thread) + len(reading.unanswered) - len(shown),
        vault=vault,
        language=code,
        language_confidence=language.confidence,
        injection=_injection(walk.line.detectors, ticket, asked, thread, files),
        topics=policies.find_topics(f"{ticket.subject}\n{question}"[:LONGEST_QUESTION], code),
        pii=dict(vault.counts),
        removed=tuple(sorted({kind for piece in asked for kind in piece.cleaned.removed})),
        empty=not question.strip(),
    )


def _earlier(ticket: Ticket, reading: Reading) -> tuple[Sequence[Message], Sequence[bool]]:
    """What was said before, and by whom, without internal notes: they were not written for a model to repeat."""
    asked = {message.id for message in reading.unanswered}
    earlier = [
        message
        for message in ticket.messages
        if message.visibility is Visibility.PUBLIC
        and message.id not in asked
        and message.author.role is not Role.SYSTEM
    ]
    return earlier, [message.author.role in ASKING for message in earlier]


def _told(file: Attached, vault: Vault) -> str:
    return f"{vault.mask(clean(file.name).text[:LONGEST_NAME])} ({file.kind})"


def _files(files: Sequence[Attached], vault: Vault) -> Iterator[File]:
    """The text files as far as they fit, and what of them is missing."""
    left = LONGEST_FILES
    for file in files:
        if file.content is None:
            continue
        size = min(len(file.content.text), LONGEST_FILE, left)
        whole = file.whole and not file.content.cut and size == len(file.content.text)
        text = vault.mask(file.content.text, limit=size) if size else ""
        yield File(f"{_told(file, vault)}{'' if whole else ', only its beginning was read'}", text)
        left -= size


def _injection(
    detectors: Detectors,
    ticket: Ticket,
    asked: Sequence[Piece],
    thread: Sequence[Piece],
    files: Sequence[Attached],
) -> Injection:
    """Signs in all that the requester's side wrote and a model is shown, and in what was quoted or hidden."""
    found = [injection_in(ticket.subject, place="subject"), detectors.injection([ticket.subject], "subject")]
    found.append(detectors.injection((piece.cleaned.text for piece in asked), "message"))
    for piece in asked:
        part = piece.cleaned
        found.append(
            injection_in(part.text, hidden=part.hidden, quoted=part.quoted, oddities=part.removed, place="message")
        )
    for piece in thread:
        if piece.asking:
            part = piece.cleaned
            found.append(injection_in(part.text, hidden=part.hidden, oddities=part.removed, place="thread"))
    for file in files:
        found.append(injection_in(file.name, place="attachment"))
        if (content := file.content) is not None:
            found.append(
                injection_in(content.text, hidden=content.hidden, oddities=content.removed, place="attachment")
            )
            found.append(detectors.injection([content.text], "attachment"))
    return together(*found)


def known_in(ticket: Ticket) -> Iterator[Known]:
    """What the ticket's own record says of its people."""
    people = [ticket.requester, *ticket.participants, *(message.author for message in ticket.messages)]
    people += [ticket.assignee] if ticket.assignee is not None else []
    seen: set[tuple[Kind, str]] = set()
    for person in people:
        for kind, value in _of(person):
            if value and (kind, value) not in seen:
                seen.add((kind, value))
                yield Known(kind, value)


def _of(person: Person) -> Iterator[tuple[Kind, str | None]]:
    if person.role in (*ASKING, Role.AGENT):
        yield Kind.PERSON, person.name
        yield Kind.EMAIL, person.email
        yield Kind.PHONE, person.phone


def _vault_kept(walk: Walk, known: Sequence[Known], content: Mapping[str, Any]) -> Vault:
    desk = walk.desk
    return Vault.from_dict(
        content["vault"],
        known,
        regions=desk.phone_regions,
        orders=desk.order_numbers,
        finder=walk.line.detectors.find,
    )


def _data(screened: Screened) -> dict[str, Any]:
    return {
        "language": screened.language,
        "language_confidence": screened.language_confidence,
        "pii": dict(screened.pii),
        "injection": {
            "score": screened.injection.score,
            "signals": [asdict(signal) for signal in screened.injection.signals],
        },
        "topics": dict(screened.topics),
        "removed": list(screened.removed),
        "empty": screened.empty,
        "questions": len(screened.questions),
        "files_read": len(screened.files),
        "left_out": screened.left_out,
    }


def _content(screened: Screened) -> dict[str, Any]:
    return {
        "question": screened.question,
        "subject": screened.subject,
        "thread": [asdict(said) for said in screened.thread],
        "attachments": list(screened.attachments),
        "files": [asdict(file) for file in screened.files],
        "questions": list(screened.questions),
        "vault": screened.vault.to_dict(),
    }


def _from_row(data: Mapping[str, Any], content: Mapping[str, Any], vault: Vault) -> Screened:
    signals = tuple(Signal(**signal) for signal in data["injection"]["signals"])
    return Screened(
        question=content["question"],
        subject=content["subject"],
        thread=tuple(Said(**said) for said in content["thread"]),
        attachments=tuple(content["attachments"]),
        vault=vault,
        language=data["language"],
        language_confidence=data["language_confidence"],
        injection=Injection(data["injection"]["score"], signals),
        topics=data["topics"],
        pii=data["pii"],
        removed=tuple(data["removed"]),
        files=tuple(File(**file) for file in content.get("files", ())),
        questions=tuple(content.get("questions", ())),
        left_out=data.get("left_out", 0),
        empty=data["empty"],
    )
