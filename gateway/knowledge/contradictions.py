"""Finds sentences of two articles that say the same with different numbers. Simple and honest: it reads words and not
sense, so a person looks at what it finds."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gateway.knowledge.articles import Article
from gateway.knowledge.terms import telling_terms

ALIKE = 0.6  # the share of words that two sentences have in common
FEWEST = 3  # words that they must have in common
MOST_PAIRS = 200  # that are reported
_COMMON = 40  # a word of so many sentences finds no pair
_LONGEST = 400
_OF_TITLES = frozenset(telling_terms("internal policy guide overview information rules faq 2024 2025 2026 2027", "en"))

_UNITS = {
    "minute": "minutes? minuten?",
    "hour": "hours? stunden? heures?",
    "day": "days? tage?n? jours? working-days? business-days?",
    "week": "weeks? wochen? semaines?",
    "month": "months? monate?n? mois",
    "year": "years? jahre?n? ans? années?",
    "percent": "% percent prozent",
    "EUR": "€ eur euros?",
    "GBP": "£ gbp pounds?",
    "USD": r"\$ usd dollars?",
    "km": "km kilometers? kilometres?",
    "kg": "kg kilograms?",
    "cm": "cm",
    "mb": "mb",
}
_UNIT = {re.compile(pattern): unit for unit, patterns in _UNITS.items() for pattern in patterns.split()}
_NUMBER = r"\d{1,9}(?:[.,]\d{1,3})*"
_AFTER = re.compile(
    rf"({_NUMBER})(?:\s*(?:-|–|to|bis|à|or|and)\s*({_NUMBER}))?[\s-]*(?:(?:working|business|calendar|full)\s)?"
    r"([€£$%]|[a-zA-Zäöüé]{2,12})"
)
_BEFORE = re.compile(rf"([€£$])\s?({_NUMBER})()")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sentences, and the unit whose numbers differ. `older`: the first article is known to be the older one."""

    source: str
    article: str
    sentence: str
    other_source: str
    other_article: str
    other_sentence: str
    unit: str
    older: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Claim:
    article: Article
    sentence: str
    unit: str
    numbers: frozenset[str]
    words: frozenset[str] = field(repr=False)
    topic: frozenset[str] = field(repr=False)


def contradictions_in(articles: Sequence[Article]) -> list[Contradiction]:
    """Pairs of sentences of different articles in one language and for one brand. The older article comes first."""
    claims = [claim for article in articles for claim in _certain(list(_claims(article)))]
    by_word: dict[tuple[str | None, str, str], list[int]] = defaultdict(list)
    for number, claim in enumerate(claims):
        for word in claim.words:
            by_word[claim.article.language, claim.unit, word].append(number)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for numbers in by_word.values():
        if len(numbers) <= _COMMON:
            for at, first in enumerate(numbers):
                for second in numbers[at + 1 :]:
                    shared[first, second] += 1
    pairs = (pair for pair, words in shared.items() if words >= FEWEST)
    found = (_told(claims[first], claims[second]) for first, second in pairs if _differ(claims[first], claims[second]))
    return sorted(found, key=lambda one: (one.source, one.article, one.sentence, one.other_article))[:MOST_PAIRS]


def _differ(one: _Claim, other: _Claim) -> bool:
    same = (one.article.source, one.article.id) == (other.article.source, other.article.id)
    brands = {one.article.brand, other.article.brand} - {None}
    return (
        not same
        and len(brands) < 2
        and not one.numbers & other.numbers
        and (one.topic <= other.topic or other.topic <= one.topic)  # else each is about something of its own
        and len(one.words & other.words) / len(one.words | other.words) >= ALIKE
    )


def _told(one: _Claim, other: _Claim) -> Contradiction:
    """The older one first, then the one with less authority."""
    first, second = sorted((one, other), key=lambda claim: (_age(claim.article), claim.article.authority))
    return Contradiction(
        first.article.source,
        first.article.id,
        first.sentence,
        second.article.source,
        second.article.id,
        second.sentence,
        first.unit,
        older=_age(first.article) != _age(second.article) and first.article.updated_at is not None,
    )


def _age(article: Article) -> float:
    return article.updated_at.timestamp() if article.updated_at else 0.0


def _certain(claims: Sequence[_Claim]) -> list[_Claim]:
    """Without those that the article itself says several times with different numbers: it speaks of several things."""
    numbers: dict[tuple[str, frozenset[str]], set[frozenset[str]]] = defaultdict(set)
    for claim in claims:
        numbers[claim.unit, claim.words].add(claim.numbers)
    return [claim for claim in claims if len(numbers[claim.unit, claim.words]) == 1]


def _claims(article: Article) -> Iterator[_Claim]:
    """Sentences with a number that has a unit, each with the words that say what the number is of."""
    heading = ""
    topic = frozenset(telling_terms(article.title, article.language)) - _OF_TITLES
    for line in _SENTENCE.split(article.text):
        sentence = line.strip(" -*#|\t")
        if line.startswith("#"):
            heading = sentence
        elif sentence and len(sentence) <= _LONGEST:
            measured = _measured(sentence)
            bare = _BEFORE.sub(" ", _AFTER.sub(" ", sentence))
            words = frozenset(
                word for word in telling_terms(f"{heading} {bare}", article.language) if not word.isdigit()
            )
            for unit, numbers in measured.items() if len(words) >= FEWEST else ():
                yield _Claim(article, sentence, unit, frozenset(numbers), words, topic)


def _measured(sentence: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for low, high, unit in _AFTER.findall(sentence):
        if known := _unit(unit):
            found[known] |= {_plain(number) for number in (low, high) if number}
    for unit, number, _ in _BEFORE.findall(sentence):
        if known := _unit(unit):
            found[known].add(_plain(number))
    return found


def _unit(word: str) -> str | None:
    return next((unit for pattern, unit in _UNIT.items() if pattern.fullmatch(word.lower())), None)


def _plain(number: str) -> str:
    """1,000 and 1.000 are the same; 1.5 and 1.50 too."""
    grouped = re.sub(r"[.,](?=\d{3}\b)", "", number).replace(",", ".")
    return grouped.rstrip("0").rstrip(".") if "." in grouped else grouped
