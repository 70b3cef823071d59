"""The passages of one language with their postings: which words stand where, and what that is worth."""

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gateway.knowledge.passages import Passage
from gateway.knowledge.reader import Reader
from gateway.knowledge.terms import telling_terms, terms

if TYPE_CHECKING:
    from gateway.knowledge.meaning import Meaning

_SATURATION = 1.2
_LENGTH_WEIGHT = 0.5
_TITLE_WEIGHT = 2
_MOST_TERMS = 200
_FUSED = 30  # the places of each search that count
_DAMPING, _WORDS, _SENSE = 60, 2, 1  # of reciprocal ranks: words weigh more


class Shard:
    """BM25 over passages of one language. `_postings` holds for each term the passages that have it, and the score that
    each gets for it, computed once. `meaning`: passages are found by what they mean too."""

    def __init__(self, language: str, passages: Sequence[Passage], meaning: "Meaning | None" = None) -> None:
        self._language = language
        self._passages = tuple(passages)
        self._public = np.array([passage.quotable for passage in passages], dtype=bool)
        self._seen_by: dict[Reader, Any] = {}
        texts = [f"{passage.title}\n{passage.heading or ''}\n{passage.text}" for passage in passages]
        self._vectors = meaning.of(texts) if meaning and texts else None
        counts = [self._counts(passage) for passage in passages]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        damping = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * lengths / max(1.0, float(lengths.mean())))
        self._postings = {
            term: (ids, self._idf(len(ids)) * times * (_SATURATION + 1) / (times + damping[ids]))
            for term, ids, times in _inverted(counts)
        }

    def __len__(self) -> int:
        return len(self._passages)

    @property
    def unheard(self) -> float:
        """The most that a word could be worth which no passage has."""
        return self._idf(0) * (_SATURATION + 1)

    def weights(self, question: str) -> dict[str, float]:
        """The telling terms of a question. A word said three times is the matter of a mail more than a rare one."""
        counts = Counter(telling_terms(question, self._language))
        weights = {term: 1.0 + math.log(times) for term, times in counts.items()}
        if len(weights) <= _MOST_TERMS:
            return weights
        heaviest = sorted(weights, key=lambda term: weights[term] * self._rarity(term), reverse=True)
        return {term: weights[term] for term in heaviest[:_MOST_TERMS]}

    def most(self, weights: Mapping[str, float]) -> float:
        """The highest score that a passage could have for these terms."""
        return (_SATURATION + 1) * sum(weight * self._rarity(term) for term, weight in weights.items())

    def best(
        self, weights: Mapping[str, float], reader: Reader, limit: int, vector: Any | None = None
    ) -> Iterator[tuple[Passage, float, float]]:
        """Passages that the reader may see, each with its score, and its rank among all: `limit` that may be quoted,
        then `limit` that may not, so that neither hides the other. With the `vector` of the question those that are
        near to it are among them; their score is still that of their words."""
        scores = np.zeros(len(self._passages), dtype=np.float32)
        for term, weight in weights.items():
            if term in self._postings:
                ids, impacts = self._postings[term]
                scores[ids] += impacts * weight
        visible = self._visible_to(reader)
        scores *= visible
        order = scores
        if vector is not None and self._vectors is not None:
            order = _fused(scores, (self._vectors @ vector) * visible)
        for kind in (self._public, ~self._public):
            for number in _largest(order * kind, limit):
                if kind[number] and order[number] > 0:
                    yield self._passages[number], float(scores[number]), float(order[number])

    def _visible_to(self, reader: Reader) -> Any:
        """1 where the reader may see a passage, else 0. An installation has few kinds of readers, so they are kept."""
        if reader not in self._seen_by:
            if len(self._seen_by) > 1_000:
                self._seen_by.clear()
            self._seen_by[reader] = np.array([reader.may_see(passage) for passage in self._passages], dtype=np.float32)
        return self._seen_by[reader]

    def _counts(self, passage: Passage) -> Counter[str]:
        counts = Counter(terms(f"{passage.heading or ''}\n{passage.text}", self._language))
        for term in terms(passage.title, self._language):
            counts[term] += _TITLE_WEIGHT
        return counts

    def _rarity(self, term: str) -> float:
        return self._idf(len(self._postings[term][0]) if term in self._postings else 0)

    def _idf(self, having: int) -> float:
        return math.log(1 + (len(self._passages) - having + 0.5) / (having + 0.5))


def _fused(scores: Any, near: Any) -> Any:
    """One order of two: each gives by a passage's place in it (reciprocal ranks), and nothing beyond `_FUSED`."""
    total = np.zeros(len(scores), dtype=np.float64)
    for values, weight in ((scores, _WORDS), (near, _SENSE)):
        places = np.searchsorted(np.sort(-values), -values) + 1
        total += np.where((values > 0) & (places <= _FUSED), weight / (_DAMPING + places), 0.0)
    return total


def _inverted(counts: Sequence[Counter[str]]) -> Iterator[tuple[str, Any, Any]]:
    """Each term with the numbers of the passages that have it, and how often they do."""
    found: dict[str, tuple[array[int], array[int]]] = {}
    for number, count in enumerate(counts):
        for term, times in count.items():
            ids, frequencies = found.setdefault(term, (array("i"), array("i")))
            ids.append(number)
            frequencies.append(times)
    for term, (ids, frequencies) in found.items():
        yield term, np.frombuffer(ids, dtype=np.int32), np.frombuffer(frequencies, dtype=np.int32).astype(np.float32)


def _largest(scores: Any, limit: int) -> list[int]:
    """The places of the highest scores, best first; equal ones in order of their place."""
    if len(scores) > 4 * limit:
        candidates = np.sort(np.argpartition(-scores, limit)[: limit + 1])
    else:
        candidates = np.arange(len(scores))
    order = np.argsort(-scores[candidates], kind="stable")[:limit]
    return [int(candidates[place]) for place in order]
