"""Screen: mail cleaned, personal data out, warning signs noted. What a model may see is decided here."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.contract import Person, Role, Ticket, Visibility
from gateway.errors import NothingOwed
from gateway.policy import Masking
from gateway.screening import Cleaned, Injection, Kind, Known, Signal, Vault, clean, injection_in, language_of, together
from gateway.workflow.context import ASKING, Reading
from gateway.workflow.facts import ticket_facts
from gateway.workflow.walk import Walk

STEP = "screen"
LONGEST_QUESTION = 12_000  # characters in all unanswered messages together
THREAD_MESSAGES = 12  # earlier messages that a model is shown, the newest ones
THREAD_TEXT = 1_500  # characters of each


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message, masked."""

    role: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Screened:
    """What is left when personal data is out. Only `vault` knows what stood there."""

    question: str = field(repr=False)
    subject: str = field(repr=False)
    thread: tuple[Said, ...]
    attachments: tuple[str, ...]
    vault: Vault
    language: str | None
    language_confidence: float
    injection: Injection
    topics: Mapping[str, float]
    pii: Mapping[str, int]
    removed: tuple[str, ...]
    empty: bool  # nobody wrote anything that could be answered


async def screen(walk: Walk, reading: Reading) -> Screened:
    """Screened text, from the row of an earlier try or made now."""
    known = list(known_in(reading.ticket))
    if kept := walk.kept(STEP):
        if kept.content is None:
            raise NothingOwed("the requester's data was erased")
        return _from_row(kept.data, kept.content, Vault.from_dict(kept.content["vault"], known, regions=_regions(walk)))
    with walk.timed(STEP):
        screened = _screen(walk, reading, known)
    walk.keep(STEP, _data(screened), _content(screened))
    return screened


def _screen(walk: Walk, reading: Reading, known: Sequence[Known]) -> Screened:
    ticket = reading.ticket
    policies = walk.line.policies()
    redaction = policies.redaction(ticket_facts(walk, reading))
    keep = [kind for kind in Kind if redaction.of(kind) is Masking.KEEP and not redaction.special]
    vault = Vault(known, keep=keep, regions=_regions(walk))
    cleaned = [clean(message.body, message.format) for message in reading.unanswered]
    question = "\n\n".join(part.text for part in cleaned if part.text)
    language = language_of(f"{ticket.subject}\n{question}" if len(question) < 40 else question[:LONGEST_QUESTION])
    code = language.code or ticket.language
    return Screened(
        question=vault.mask(question, limit=LONGEST_QUESTION),
        subject=vault.mask(clean(ticket.subject).text),
        thread=tuple(_thread(ticket, reading, vault)),
        attachments=tuple(
            vault.mask(clean(attachment.name).text[:120])
            for message in reading.unanswered
            for attachment in message.attachments
        ),
        vault=vault,
        language=code,
        language_confidence=language.confidence,
        injection=_injection(ticket, reading, cleaned),
        topics=policies.find_topics(f"{ticket.subject}\n{question}"[:LONGEST_QUESTION], code),
        pii=dict(vault.counts),
        removed=tuple(sorted({kind for part in cleaned for kind in part.removed})),
        empty=not question.strip(),
    )


def _thread(ticket: Ticket, reading: Reading, vault: Vault) -> Iterator[Said]:
    """What was said before, without internal notes: they were not written for a model to repeat."""
    asked = {message.id for message in reading.unanswered}
    earlier = [
        message
        for message in ticket.messages
        if message.visibility is Visibility.PUBLIC
        and message.id not in asked
        and message.author.role is not Role.SYSTEM
    ]
    for message in earlier[-THREAD_MESSAGES:]:
        role = "requester" if message.author.role in ASKING else "agent"
        yield Said(role, vault.mask(clean(message.body, message.format).text, limit=THREAD_TEXT))


def _injection(ticket: Ticket, reading: Reading, cleaned: Sequence[Cleaned]) -> Injection:
    found = [injection_in(ticket.subject, place="subject")]
    for message, part in zip(reading.unanswered, cleaned, strict=True):
        found.append(
            injection_in(part.text, hidden=part.hidden, quoted=part.quoted, oddities=part.removed, place="message")
        )
        found += (injection_in(attachment.name, place="attachment") for attachment in message.attachments)
    return together(*found)


def known_in(ticket: Ticket) -> Iterator[Known]:
    """What the ticket's own record says of its people."""
    people = [ticket.requester, *ticket.participants, *(message.author for message in ticket.messages)]
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


def _regions(walk: Walk) -> tuple[str, ...]:
    return walk.desk.phone_regions


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
    }


def _content(screened: Screened) -> dict[str, Any]:
    return {
        "question": screened.question,
        "subject": screened.subject,
        "thread": [asdict(said) for said in screened.thread],
        "attachments": list(screened.attachments),
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
        empty=data["empty"],
    )
