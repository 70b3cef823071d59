"""Searches passages in memory by their words (BM25), and says how well a question is covered at all."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from gateway.knowledge.articles import Audience
from gateway.knowledge.passages import Passage
from gateway.knowledge.reader import Reader

if TYPE_CHECKING:
    from gateway.knowledge.meaning import Meaning
    from gateway.knowledge.shard import Shard

_READ = 20_000
_UNRELATED, _ANSWERED = 0.15, 0.60
"""What chance gives, and what a question that is fully answered reaches: measured by `bench/retrieval.py`."""


@dataclass(frozen=True, slots=True)
class ScoredPassage:
    """A passage with its BM25 `score` (comparable within one search) and its `grounding` (0 to 1, comparable between
    searches): how well it alone covers the question."""

    passage: Passage
    score: float
    grounding: float

    @property
    def quotable(self) -> bool:
        """Whether a requester may read it."""
        return self.passage.quotable


@dataclass(frozen=True, slots=True)
class Found:
    """The best passages first. `grounding` is that of the best one which may be quoted to a requester, and
    `internal_grounding` that of the best one of all; 0 where nothing was found."""

    passages: tuple[ScoredPassage, ...] = ()
    grounding: float = 0.0
    internal_grounding: float = 0.0

    @property
    def quotable(self) -> tuple[ScoredPassage, ...]:
        """The passages that a requester may read."""
        return tuple(scored for scored in self.passages if scored.quotable)


class Index:
    """All passages of an installation. Built once and never changed; a new version replaces it. Searching is safe from
    several threads.

    `default_language` is that of passages that do not say theirs. A question is searched among the passages of its own
    language and, where there are none, among all.
    """

    def __init__(self, shards: dict[str, "Shard"], meaning: "Meaning | None" = None) -> None:
        self._shards = shards
        self._meaning = meaning

    @classmethod
    def build(
        cls, passages: Iterable[Passage], *, default_language: str = "en", meaning: "Meaning | None" = None
    ) -> Self:
        """CPU work: about 0.3 s per 1,000 passages, and 5 s where their `meaning` is looked at. Give it to a thread."""
        from gateway.knowledge.shard import Shard  # with numpy, which only a worker needs

        groups: dict[str, list[Passage]] = {}
        for passage in sorted(passages, key=_weight):  # the shards keep this order where scores are equal
            groups.setdefault(passage.language or default_language, []).append(passage)
        return cls({language: Shard(language, group, meaning) for language, group in groups.items()}, meaning)

    def __len__(self) -> int:
        return sum(len(shard) for shard in self._shards.values())

    def search(
        self,
        question: str,
        *,
        language: str | None = None,
        brand: str | None = None,
        audience: Audience = Audience.INTERNAL,
        sources: Iterable[str] | None = None,
        limit: int = 6,
    ) -> Found:
        """The passages nearest to a question. `audience` is who reads the result: `INTERNAL` sees everything, and
        `quotable` tells what a requester may see; `PUBLIC` sees only that. A passage without a brand is of every
        brand; `sources` None means all. At most half of the places go to internal ones, as long as there are others.
        Under 1 ms for 1,000 passages and a normal mail. Any text is a valid question."""
        reader = Reader(brand, audience, None if sources is None else frozenset(sources))
        chosen = [self._shards[language]] if language in self._shards else list(self._shards.values())
        question = question[:_READ]
        vector = self._meaning.of_question(question) if self._meaning else None
        ranked = [found for shard in chosen for found in _hits(shard, question, reader, limit, vector)]
        ranked.sort(key=lambda found: (-found[1], *_weight(found[0].passage)))
        hits = [hit for hit, _ in ranked]
        return Found(
            _mixed(hits, limit),
            grounding=max((hit.grounding for hit in hits if hit.quotable), default=0.0),
            internal_grounding=max((hit.grounding for hit in hits), default=0.0),
        )


def _weight(passage: Passage) -> tuple[int, float]:
    """Of passages that fit equally well the one of most authority comes first, then the newest."""
    return -passage.authority, -passage.updated_at.timestamp() if passage.updated_at else math.inf


def _mixed(hits: Sequence[ScoredPassage], limit: int) -> tuple[ScoredPassage, ...]:
    """The best of both kinds: what may be quoted has at least half of the places, if there is as much of it."""
    room = max(limit // 2, limit - sum(hit.quotable for hit in hits))
    taken: list[ScoredPassage] = []
    for hit in hits:
        if hit.quotable or room > 0:
            taken.append(hit)
            room -= not hit.quotable
    return tuple(taken[:limit])


def _hits(
    shard: "Shard", question: str, reader: Reader, limit: int, vector: Any | None
) -> Sequence[tuple[ScoredPassage, float]]:
    weights = shard.weights(question)
    if not weights:
        return ()
    scale = math.sqrt(shard.most(weights) * shard.unheard)
    return [
        (ScoredPassage(passage, round(score, 4), _grounding(score / scale)), round(rank, 4 if vector is None else 9))
        for passage, score, rank in shard.best(weights, reader, limit, vector)
    ]


def _grounding(reached: float) -> float:
    """The score, over the geometric mean of the highest score that this question could have and the worth of one word
    that no passage holds. Divided by the first alone, long mails would never be covered; by neither, they always
    are."""
    return round(min(1.0, max(0.0, (reached - _UNRELATED) / (_ANSWERED - _UNRELATED))), 3)
