"""Chooses what to quote: the units that cover most of what each question asks, or none where too little is covered."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.models.offline.terms import terms
from gateway.models.offline.units import Unit, units_of
from gateway.models.request import DraftRequest
from gateway.models.sentences import spans

MOST_QUESTIONS = 4
LONGEST_QUOTE = 480  # characters for one question
CONTEXT_WEIGHT = 0.35  # a word of the rest of the message, against one of the question
ABOVE_WEIGHT = 0.8  # a word that only the title or the heading has
COVERED = 0.45  # the coverage below which a quote is no answer
NEAR = 0.55  # of the best score, for a sentence that goes on


@dataclass(frozen=True, slots=True)
class Quote:
    """What answers one question, and how much of it is covered, 0 to 1."""

    units: tuple[Unit, ...]
    coverage: float


@dataclass(frozen=True, slots=True)
class Chosen:
    """All quotes, and the questions that none answers."""

    quotes: tuple[Quote, ...]
    open_questions: tuple[str, ...]


class Library:
    """The units of a request's passages with the weight of each word among them."""

    def __init__(self, request: DraftRequest) -> None:
        self.units = [unit for passage in request.visible_passages() for unit in units_of(passage)]
        self._terms = [frozenset(terms(unit.text)) for unit in self.units]
        headings = {(unit.passage.title, unit.above) for unit in self.units}
        terms_above = {heading: frozenset(terms(" ".join(heading))) for heading in headings}
        self._above = [terms_above[unit.passage.title, unit.above] for unit in self.units]
        self._seen = Counter(term for own, above in zip(self._terms, self._above, strict=True) for term in own | above)
        places = {passage.number: place for place, passage in enumerate(request.visible_passages())}
        self._lengths = [len(unit.text.split()) for unit in self.units]
        self._prior = [1.0 / (1.0 + 0.25 * places[unit.passage.number]) for unit in self.units]

    def weight(self, term: str) -> float:
        """Rare words weigh more; one that no passage has weighs as much as one that stands in a single unit."""
        return math.log(1.0 + (len(self.units) + 1) / (max(self._seen[term], 1) + 0.5))

    def score(self, index: int, asked: Counter[str], context: frozenset[str]) -> float:
        """How well a unit answers, before length."""
        own, above = self._terms[index], self._above[index]
        found = sum(self.weight(term) for term in asked.keys() & own)
        found += ABOVE_WEIGHT * sum(self.weight(term) for term in (asked.keys() & above) - own)
        found += CONTEXT_WEIGHT * sum(self.weight(term) for term in (context & own) - asked.keys())
        words = self._lengths[index]
        return found * self._prior[index] / (1.0 + 0.01 * max(0, words - 25)) * (0.6 if words < 4 else 1.0)

    def coverage(self, quoted: Sequence[int], asked: Counter[str]) -> float:
        """The share of the question's weight that the quote and its title have, less where that is a word or two."""
        own = frozenset[str]().union(*(self._terms[index] for index in quoted))
        above = frozenset[str]().union(*(self._above[index] for index in quoted))
        evidence = asked.keys() & (own | above)
        if not asked.keys() & own or (len(evidence) < 2 and not evidence <= above):
            return 0.0
        whole = sum(self.weight(term) for term in asked)
        share = sum(self.weight(term) for term in evidence) / whole
        return share * len(evidence) / (len(evidence) + 0.5)


def choose(request: DraftRequest) -> Chosen:
    """A quote for each question of the newest message."""
    library = Library(request)
    context = frozenset(terms(f"{request.subject} {request.question}"))
    quotes: list[Quote] = []
    left: list[str] = []
    used: set[int] = set()
    for question in questions_in(request):
        asked = Counter(terms(question if "?" in question else f"{request.subject} {question}"))
        picked = pick(library, asked, context)
        coverage = library.coverage(picked, asked) if picked else 0.0
        if not picked or coverage < COVERED:
            left += [question] if "?" in question else []
            continue
        fresh = [index for index in picked if index not in used]
        used.update(picked)
        if fresh:
            quotes.append(Quote(tuple(library.units[index] for index in fresh), coverage))
    return Chosen(tuple(quotes), tuple(left))


def pick(library: Library, asked: Counter[str], context: frozenset[str]) -> list[int]:
    """The best unit, and those right behind it that go on with the matter."""
    scores = [library.score(index, asked, context) for index in range(len(library.units))]
    if not scores or max(scores) <= 0:
        return []
    best = max(range(len(scores)), key=scores.__getitem__)
    picked, size = [best], len(library.units[best].text)
    for index in range(best + 1, len(scores)):
        unit = library.units[index]
        size += len(unit.text)
        together = unit.passage.number == library.units[best].passage.number
        goes_on = unit.paragraph == library.units[best].paragraph and (unit.listed or index == best + 1)
        if not together or size > LONGEST_QUOTE or not (goes_on or scores[index] >= NEAR * scores[best]):
            break
        picked.append(index)
    return picked


def questions_in(request: DraftRequest) -> list[str]:
    """The questions of the newest message; without a question mark the whole message is one."""
    text = request.question[:6000]
    asked = [text[start:end] for start, end in spans(text) if text[start:end].rstrip("\"')”»").endswith(("?", "？"))]
    asked = [question for question in asked if terms(question)]
    return asked[:MOST_QUESTIONS] or [re.sub(r"\s+", " ", text).strip()[:1500] or request.subject]
