"""Draft: a model proposes a reply to what is left of the question, from the passages that were found."""

from dataclasses import dataclass, field
from decimal import Decimal

from pydantic import TypeAdapter

from gateway.errors import NothingOwed
from gateway.models import DraftRequest, ModelReply, PromptPassage, ReadFile, Route, SentenceCitation, ThreadMessage
from gateway.store import reviews
from gateway.workflow.ground import Grounded
from gateway.workflow.screen import Screened
from gateway.workflow.walk import Walk

STEP = "draft"


@dataclass(frozen=True, slots=True)
class Drafted:
    """The proposed reply: `text` would be sent, `marked` shows citations as [n], `masked` is what the model wrote."""

    text: str = field(repr=False)
    marked: str = field(repr=False)
    masked: str = field(repr=False)
    citations: tuple[SentenceCitation, ...]
    cited: tuple[int, ...]
    unknown_citations: tuple[int, ...]
    unknown_placeholders: tuple[str, ...]
    open_questions: tuple[str, ...] = field(repr=False)
    suggested_tags: tuple[str, ...]
    confidence: float | None
    knows: bool | None
    cut: bool
    offline: bool
    form: str
    language: str | None  # the one that was asked for
    provider: str
    model: str
    route: str
    latency_ms: float
    cost_usd: Decimal | None  # of all attempts; None where one of them has no known price
    used_up: tuple[str, ...] = ()  # budgets that had nothing left for a better model
    skipped: tuple[str, ...] = ()  # models that were not called, and why


_CITATIONS = TypeAdapter(tuple[SentenceCitation, ...])
PERSONAL = ("text", "marked", "masked", "citations", "open_questions", "unknown_placeholders")
_ROW = TypeAdapter(Drafted)


async def draft(walk: Walk, screened: Screened, grounded: Grounded, route: Route) -> Drafted:
    """A draft, from the row of an earlier try or asked for now. Raises what the models raise."""
    if kept := walk.kept(STEP):
        if kept.content is None:
            raise NothingOwed("the requester's data was erased")
        return _ROW.validate_python({**kept.data, **kept.content})
    with walk.timed(STEP):
        request = await _request(walk, screened, grounded)
        reply = await walk.line.drafter.draft(request, route, walk.line.attempts, walk.stand)
        drafted = _restored(reply, screened, request.language)
    row = _ROW.dump_python(drafted, mode="json")
    data = {key: value for key, value in row.items() if key not in PERSONAL}
    data |= {"attempts": list(reply.attempts), "prompt": reply.prompt, "prompt_version": reply.prompt_version}
    walk.keep(STEP, data, {key: row[key] for key in PERSONAL})
    return drafted


async def _request(walk: Walk, screened: Screened, grounded: Grounded) -> DraftRequest:
    desk = walk.desk
    instruction, previous = await _asked_for(walk, screened)

    def shown(text: str) -> str:
        return screened.vault.show(text, walk.shown)

    return DraftRequest(
        run_id=walk.run_id,
        origin=walk.origin,
        question=shown(screened.question),
        subject=shown(screened.subject),
        language=desk.language or screened.language or "en",
        thread=tuple(ThreadMessage(said.role, shown(said.text)) for said in screened.thread),
        # Internal passages never go into a prompt whose answer a requester may read.
        passages=tuple(
            PromptPassage(passage.number, passage.title, passage.text, quotable=True, language=passage.language)
            for passage in grounded.public
        ),
        unread_attachments=tuple(map(shown, screened.attachments)),
        files=tuple(ReadFile(shown(file.name), shown(file.text)) for file in screened.files),
        questions=tuple(map(shown, screened.questions)),
        left_out=screened.left_out,
        voice=desk.voice,
        attempts_before=walk.attempts_before,
        instruction=shown(instruction),
        previous=shown(previous),
    )


async def _asked_for(walk: Walk, screened: Screened) -> tuple[str, str]:
    """What a person wants different, and the draft that it speaks of: both as a model may see them."""
    if not walk.is_redraft:
        return "", ""
    run_id, review_id = reviews.of_event(walk.event)
    words = await reviews.words_of(walk.line.database, review_id)
    draft = await reviews.draft_of(walk.line.database, run_id)
    if words is None or draft is None or not draft["content"]:
        raise NothingOwed("the requester's data was erased")
    return screened.vault.mask(words), screened.vault.mask(draft["content"]["text"])


def _restored(reply: ModelReply, screened: Screened, language: str) -> Drafted:
    restore = screened.vault.restore
    return Drafted(
        text=restore(reply.text),
        marked=restore(reply.marked_text),
        masked=reply.text,
        citations=reply.citations,
        cited=reply.cited,
        unknown_citations=reply.unknown_citations,
        unknown_placeholders=tuple(screened.vault.unknown_placeholders(reply.text)),
        open_questions=tuple(restore(question) for question in reply.open_questions),
        suggested_tags=reply.suggested_tags,
        confidence=reply.confidence,
        knows=reply.knows,
        cut=reply.cut,
        offline=reply.offline,
        form=reply.form,
        language=language,
        provider=reply.provider,
        model=reply.model,
        route=reply.route,
        latency_ms=reply.latency_ms,
        cost_usd=reply.cost_usd,
        used_up=reply.used_up,
        skipped=reply.skipped,
    )
