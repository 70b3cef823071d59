"""What the note tells an agent, from what the steps found: short, in the order in which it is needed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from gateway.policy import Decision
from gateway.workflow.check import Findings
from gateway.workflow.checks import Severity
from gateway.workflow.context import Reading
from gateway.workflow.draft import Drafted
from gateway.workflow.ground import Grounded, Quotable
from gateway.workflow.note import Note, SourceLine
from gateway.workflow.screen import Screened
from gateway.workflow.walk import Walk

OLD_AFTER_DAYS = 365
MOST_FINDINGS = 4
MOST_REASONS = 3
MOST_FILES = 3
MOST_TAGS = 5
MOST_INTERNAL = 2
FITS = 0.7  # of the best score


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that was found out about one draft."""

    walk: Walk
    reading: Reading
    screened: Screened
    grounded: Grounded
    drafted: Drafted
    checked: Findings
    decision: Decision
    because: tuple[str, ...]


def note_for(told: Told, mark: str, *, with_draft: bool) -> Note:
    """The note. The draft shows its citations; the text that would be sent has none."""
    return Note(
        heading=_heading(told),
        draft=told.drafted.marked if with_draft else None,
        reasons=_reasons(told.because),
        noticed=list(_noticed(told)),
        sources=list(_sources(told)),
        action="Reply here with /approve, /send and your text, /reject why, /redraft how, or review it on its page:",
        link=told.walk.line.review_link(told.walk.run_id),
        last_line=_last_line(told, mark),
    )


def _reasons(because: tuple[str, ...]) -> list[str]:
    """The weightiest few: a list that nobody reads to its end hides what matters."""
    more = len(because) - MOST_REASONS
    return [*because[:MOST_REASONS], *([f"and {more} more"] if more > 0 else [])]


def _heading(told: Told) -> str:
    groups = ", ".join(who.group for who in told.decision.approvers)
    heading = f"Draft reply, waiting for {groups}" if groups else "Draft reply, for a person to read"
    if told.walk.past["drafts_waiting"]:
        heading += ", in place of the earlier one"
    escalation = told.decision.escalation
    if escalation is not None and escalation.due is not None:
        heading += f" (until {escalation.due.astimezone(UTC):%d %b %H:%M} UTC)"
    return heading


def _noticed(told: Told) -> Iterator[str]:
    if told.drafted.offline:
        asked = "; what was asked to be different was not heeded" if told.walk.is_redraft else ""
        yield f"put together from the help centre without a language model{asked}"
    if told.drafted.used_up:
        asked = "no language model" if told.drafted.offline else "a cheaper model"
        yield f"the budget {' and '.join(told.drafted.used_up)} is used up, so {asked} was asked"
    gravest = [finding for finding in told.checked.findings if finding.severity is not Severity.NOTE]
    seen: set[str] = set()
    for finding in gravest:
        if finding.detail not in seen and len(seen) < MOST_FINDINGS:
            seen.add(finding.detail)
            yield finding.detail
    if told.screened.pii:
        kinds = ", ".join(sorted(kind.lower().replace("_", " ") for kind in told.screened.pii))
        yield f"kept from the model: {kinds}"
    for passage in told.grounded.passages:
        if passage.suspect:
            yield f"not used, because it reads like an instruction to a model: {passage.title[:80]}"
    if told.drafted.suggested_tags:
        yield f"tags that the model would set: {', '.join(told.drafted.suggested_tags[:MOST_TAGS])}"
    if len(told.screened.questions) > 1:
        yield f"{len(told.screened.questions)} questions in the message: check that each is answered"
    if told.screened.attachments:
        yield f"not read: {told.screened.vault.restore(_several(told.screened.attachments))}"
    if told.screened.left_out:
        yield f"{told.screened.left_out} messages of the thread were not shown to the model"


def _several(files: Sequence[str]) -> str:
    """The files by name, type and size, as an agent may see them; a heap of them by its number."""
    more = len(files) - MOST_FILES
    return ", ".join([*files[:MOST_FILES], *([f"and {more} more files"] if more > 0 else [])])


def _sources(told: Told) -> Iterator[SourceLine]:
    """What the draft rests on, then what only the agent may read, where it fits the question as well."""
    pages_url, passages = told.walk.line.pages_url, told.grounded.passages
    for passage in told.grounded.public:
        if passage.number in told.drafted.cited:
            yield _source(passage, pages_url)
    best = max((passage.score for passage in passages), default=0.0)
    internal = {
        passage.article: passage
        for passage in reversed(passages)
        if not passage.public and not passage.suspect and passage.score >= FITS * best
    }
    for passage in [*reversed(internal.values())][:MOST_INTERNAL]:
        line = _source(passage, pages_url)
        yield replace(line, detail=f"internal, not in the draft {line.detail}".strip())


def _source(passage: Quotable, pages_url: str) -> SourceLine:
    """An article without an address of its own is read on a page of ours, which only people who sign in can open."""
    ours = f"{pages_url}/knowledge/{quote(passage.source, safe='')}/{quote(passage.article, safe='')}"
    safe = passage.url if passage.url and urlsplit(passage.url).scheme in ("http", "https") else ours
    return SourceLine(passage.number, passage.title, safe, _age(passage.updated_at))


def _age(updated_at: datetime | None) -> str:
    if updated_at is None:
        return ""
    days = (datetime.now(UTC) - updated_at.astimezone(UTC)).days
    age = f"{days // 365} years old" if days >= 2 * 365 else f"{days} days old"
    return f"({age}: check)" if days > OLD_AFTER_DAYS else f"({age})"


def _last_line(told: Told, mark: str) -> str:
    drafted = told.drafted
    cost = (
        "cost not known" if drafted.cost_usd is None else f"{drafted.cost_usd:.4f} USD" if drafted.cost_usd else "0 USD"
    )
    parts = (mark, cost, f"{drafted.latency_ms / 1000:.1f} s", drafted.model, f"policy {told.decision.version[:6]}")
    return " · ".join(parts)
