"""Ground: what the knowledge base says to the question, as far as the requester may know it."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter

from gateway.screening import injection_in
from gateway.workflow.facts import INJECTION_SIGNAL
from gateway.workflow.screen import Screened
from gateway.workflow.walk import Walk

STEP = "ground"
PASSAGES = 5


@dataclass(frozen=True, slots=True)
class Quotable:
    """A passage as the draft gets it, numbered as it is cited. Not `public`: for the agent's eyes alone. `suspect`: it
    reads like an instruction to a model, so no draft is made of it."""

    number: int
    source: str
    article: str
    title: str
    text: str
    url: str | None
    public: bool
    language: str | None
    score: float
    updated_at: datetime | None
    suspect: bool = False


@dataclass(frozen=True, slots=True)
class Grounded:
    """`grounding` 0..1: how well the question is covered at all; None where no source was searched."""

    passages: tuple[Quotable, ...]
    grounding: float | None

    @property
    def public(self) -> tuple[Quotable, ...]:
        return tuple(passage for passage in self.passages if passage.public)


_ROW = TypeAdapter(Grounded)


async def ground(walk: Walk, screened: Screened, brand: str | None) -> Grounded:
    """Passages, from the row of an earlier try or searched now among those of the ticket's brand and of every brand."""
    if kept := walk.kept(STEP):
        return _ROW.validate_python(kept.data)
    with walk.timed(STEP):
        grounded = await _search(walk, screened, brand)
    walk.keep(STEP, _ROW.dump_python(grounded, mode="json"))
    return grounded


async def _search(walk: Walk, screened: Screened, brand: str | None) -> Grounded:
    desk = walk.desk
    if not desk.knowledge or screened.empty:
        return Grounded((), None)
    question = f"{screened.subject}\n{screened.question}"
    found = await walk.line.library.search(
        desk.knowledge, question, language=screened.language, brand=brand, limit=PASSAGES
    )
    suspects = [_is_suspect(f"{hit.passage.title}\n{hit.passage.text}") for hit in found.passages]
    passages = tuple(
        Quotable(
            number=number,
            source=hit.passage.source,
            article=hit.passage.article_id,
            title=hit.passage.title,
            text=hit.passage.text,
            url=hit.passage.url,
            public=hit.quotable and not suspect,
            language=hit.passage.language,
            score=round(hit.score, 4),
            updated_at=hit.passage.updated_at,
            suspect=suspect,
        )
        for number, (hit, suspect) in enumerate(zip(found.passages, suspects, strict=True), start=1)
    )
    return Grounded(passages, found.grounding)


@lru_cache(maxsize=2048)
def _is_suspect(text: str) -> bool:
    """An article is data like a ticket: somebody may have got an instruction into it. The same few articles answer most
    questions."""
    return injection_in(text, place="article").score >= INJECTION_SIGNAL
