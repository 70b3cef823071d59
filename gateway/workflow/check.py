"""Check: what is wrong with a draft, or worth knowing of it, before anybody sees it."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from connectors.contract import Person, Role, Visibility
from gateway.screening import Known, clean
from gateway.screening.personal import Kind as Personal
from gateway.store import knowledge
from gateway.workflow import checks
from gateway.workflow.checks import Checked, Confidence, Finding, Severity, Source
from gateway.workflow.context import Reading
from gateway.workflow.draft import Drafted
from gateway.workflow.ground import Grounded
from gateway.workflow.screen import Screened
from gateway.workflow.walk import Walk

STEP = "check"


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings, the gravest first, the `draft.*` facts made of them, and how sure we are of the draft."""

    findings: tuple[Finding, ...]
    facts: Mapping[str, Any]
    confidence: Confidence

    @property
    def stops(self) -> Sequence[Finding]:
        return [finding for finding in self.findings if finding.severity is Severity.STOP]


_ROW = TypeAdapter(Findings)


async def check(walk: Walk, reading: Reading, screened: Screened, grounded: Grounded, drafted: Drafted) -> Findings:
    """Findings, from the row of an earlier try or made now."""
    if (kept := walk.kept(STEP)) and kept.content is not None:
        return _ROW.validate_python(kept.content)
    with walk.timed(STEP):
        subject = replace(
            _subject(walk, reading, screened, grounded, drafted), gone=await _gone(walk, grounded, drafted)
        )
        # A draft of usual length is read in place; a monstrous one must not hold up everybody else's.
        found = (
            await asyncio.to_thread(_look, subject, grounded, drafted)
            if len(drafted.text) > 8_000
            else _look(subject, grounded, drafted)
        )
    data = {
        "findings": [
            {"kind": finding.kind, "severity": finding.severity, "start": finding.start, "end": finding.end}
            for finding in found.findings
        ],
        "confidence": asdict(found.confidence),
    }
    walk.keep(STEP, data, _ROW.dump_python(found, mode="json"))
    return found


def _look(subject: Checked, grounded: Grounded, drafted: Drafted) -> Findings:
    findings = checks.check_all(subject)
    sure = checks.confidence(subject, findings, grounding=grounded.grounding, said=drafted.confidence)
    facts = {**checks.summarise(subject, findings), "draft.confidence": sure.value}
    return Findings(findings, facts, sure)


def _subject(walk: Walk, reading: Reading, screened: Screened, grounded: Grounded, drafted: Drafted) -> Checked:
    return Checked.of(
        drafted.masked,
        screened.vault,
        citations=[(span.start, span.end, span.passages) for span in drafted.citations],
        sources=tuple(
            Source(p.number, p.text, p.title, p.url, quotable=p.public, language=p.language) for p in grounded.passages
        ),
        question=screened.vault.restore(screened.question),
        heard=screened.vault.restore("\n".join(_heard(screened))),
        language=walk.desk.language or screened.language,
        unknown_citations=drafted.unknown_citations,
        own=tuple(_values(reading.ticket.requester)),
        others=tuple(
            value
            for person in reading.ticket.participants
            if person.role is not Role.AGENT
            for value in _values(person)
        ),
        ours="\n".join(_ours(walk, reading)),
        prompt=walk.line.drafter.instructions,
        allowed_domains=frozenset(walk.desk.allowed_domains),
        currency=walk.desk.currency,
        cut=drafted.cut,
        most_characters=checks.most_characters(reading.ticket.channel),
    )


async def _gone(walk: Walk, grounded: Grounded, drafted: Drafted) -> tuple[int, ...]:
    """Cited passages whose article was taken back, or is not for everybody any more, since it was searched."""
    cited = [passage for passage in grounded.passages if passage.number in drafted.cited]
    standing = await knowledge.public_of(walk.line.database, {(passage.source, passage.article) for passage in cited})
    return tuple(passage.number for passage in cited if (passage.source, passage.article) not in standing)


def _heard(screened: Screened) -> Iterator[str]:
    """What the requester's side wrote besides the question, as the model was shown it."""
    yield screened.subject
    yield from screened.attachments
    yield from (f"{file.name}\n{file.text}" for file in screened.files)
    yield from (said.text for said in screened.thread if said.role == "requester")


def _ours(walk: Walk, reading: Reading) -> Iterator[str]:
    """By what names the account answers: its brand, its sign-off, its agents, and what these said before."""
    voice = walk.desk.voice
    yield from (voice.brand, voice.sign_off, reading.ticket.brand or "")
    for message in reading.ticket.messages:
        if message.author.role is Role.AGENT:
            yield message.author.name or ""
            if message.visibility is Visibility.PUBLIC:
                yield clean(message.body, message.format).text


def _values(person: Person) -> list[Known]:
    known = ((Personal.PERSON, person.name), (Personal.EMAIL, person.email), (Personal.PHONE, person.phone))
    return [Known(kind, value) for kind, value in known if value]
