"""Does each statement rest on a source that it names, and on one that this reader may see?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from gateway.knowledge.terms import telling_terms
from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity, Source, whole
from gateway.workflow.checks.sentences import Sentence, sentences
from gateway.workflow.checks.shingles import folded, overlaps, shingles

_NUMBER = re.compile(r"\d[\d.,:/'’\u202f\xa0-]*\d|\d")
_NUMBER_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12", "fourteen": "14", "fifteen": "15", "twenty": "20", "thirty": "30", "sixty": "60",
    "ninety": "90", "hundred": "100", "zwei": "2", "drei": "3", "vier": "4", "fünf": "5", "sechs": "6", "sieben": "7",
    "acht": "8", "neun": "9", "zehn": "10", "zwölf": "12", "vierzehn": "14", "dreißig": "30", "deux": "2", "trois": "3",
    "quatre": "4", "cinq": "5", "dix": "10", "quatorze": "14", "trente": "30", "dos": "2", "tres": "3", "cuatro": "4",
    "cinco": "5", "diez": "10", "catorce": "14", "treinta": "30",
}  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
_ITEM = re.compile(r"^\d{1,2}[.)]\s")
_QUOTE = re.compile(r"[\"“„«]([^\"“”„»\n]{20,400})[\"”“»]")
_IDENTIFIER = re.compile(r"\b(?=\w*_)(?=\w*[a-z])[a-z]\w{5,80}\b", re.IGNORECASE)
_COPIED_WORDS = 8
_FEWEST_TERMS = 5
_SUPPORT = 0.3


def uncited(checked: Checked) -> Iterator[Finding]:
    if checked.unknown_citations:
        yield whole(Kind.UNCITED, Severity.STOP, "The draft cites a source that it was not given.")
    elif checked.text.strip() and not checked.cited:
        yield whole(Kind.UNCITED, Severity.STOP, "The draft names no source.")


def uncited_claim(checked: Checked) -> Iterator[Finding]:
    """A number, date or amount that neither the sources of its sentence nor the requester said; and, more softly, a
    sentence that has next to no word in common with what it rests on."""
    grounds = _Grounds(checked)
    for sentence in sentences(checked.text):
        sources = grounds.of(sentence)
        if _numbers(_ITEM.sub("", sentence.text), least_word=3) - grounds.numbers(sources):
            detail = "A number in this sentence is not in the sources that it rests on."
            yield Finding(Kind.UNCITED_CLAIM, Severity.CONCERN, sentence.start, sentence.end, detail)
        elif grounds.misses(sentence, sources):
            detail = "This sentence says something that its sources do not."
            yield Finding(Kind.UNCITED_CLAIM, Severity.NOTE, sentence.start, sentence.end, detail)


def gone_source(checked: Checked) -> Iterator[Finding]:
    """What was taken back while the draft was written is no ground any more."""
    for span in checked.citations:
        if set(span.numbers) & set(checked.gone):
            detail = "The article that this sentence cites is not in the help centre any more."
            yield Finding(Kind.GONE_SOURCE, Severity.STOP, span.start, span.end, detail)


def invented_quote(checked: Checked) -> Iterator[Finding]:
    quotes = list(_QUOTE.finditer(checked.text))
    said = [checked.question, *(f"{source.title} {source.text}" for source in checked.sources)]
    haystack = folded(" ".join(said)) if quotes else ""
    for match in quotes:
        if folded(match.group(1)).strip(" .,") not in haystack:
            detail = "These words are quoted, and nobody said them."
            yield Finding(Kind.INVENTED_QUOTE, Severity.CONCERN, *match.span(), detail)


def internal_quoted(checked: Checked) -> Iterator[Finding]:
    """Words of an internal source in a text for the requester: a run of words, a name of a tool, or a citation."""
    internal = [source for source in checked.sources if not source.quotable]
    if not checked.to_requester or not internal:
        return
    public = [source.text for source in checked.sources if source.quotable] + [checked.question]
    secret = shingles((source.text for source in internal), _COPIED_WORDS)
    for start, end in overlaps(checked.text, secret, _COPIED_WORDS, except_in=public):
        yield Finding(Kind.INTERNAL_QUOTED, Severity.STOP, start, end, "These words are from an internal article.")
    names = set(_IDENTIFIER.findall(" ".join(source.text for source in internal))) - set(
        _IDENTIFIER.findall(" ".join(public))
    )
    for match in _IDENTIFIER.finditer(checked.text):
        if match.group() in names:
            yield Finding(Kind.INTERNAL_QUOTED, Severity.STOP, *match.span(), "This name is from an internal article.")
    for span in checked.citations:
        if any(source.number in span.numbers for source in internal):
            detail = "This sentence cites an internal article."
            yield Finding(Kind.INTERNAL_QUOTED, Severity.STOP, span.start, span.end, detail)


def support(checked: Checked) -> float | None:
    """The share of the draft's telling words that its sources or the question hold, 0 to 1; None without sources."""
    sources = checked.cited or checked.sources
    return _Grounds(checked).share(checked.text, sources) if sources else None


class _Grounds:
    """What the sources and the requester said, read once for all sentences of a draft."""

    def __init__(self, checked: Checked) -> None:
        self._checked = checked
        self._asked = _numbers(checked.question) | _numbers(" ".join(known.value for known in checked.own))
        self._numbers: dict[int, frozenset[str]] = {}
        self._terms: dict[int, frozenset[str]] = {}

    def of(self, sentence: Sentence) -> tuple[Source, ...]:
        """What a sentence cites; one that cites nothing itself may rest on whatever the draft cites."""
        named = {
            number
            for span in self._checked.citations
            if span.start < sentence.end and span.end > sentence.start
            for number in span.numbers
        }
        return tuple(source for source in self._checked.sources if source.number in named) or self._checked.cited

    def numbers(self, sources: Iterable[Source]) -> set[str]:
        """The numbers that may be said: those of the sources and of the requester."""
        said = set(self._asked)
        for source in sources:
            if source.number not in self._numbers:
                self._numbers[source.number] = _numbers_of(f"{source.title} {source.text} {source.url or ''}")
            said |= self._numbers[source.number]
        return said

    def misses(self, sentence: Sentence, sources: Sequence[Source]) -> bool:
        """Whether a sentence of some length has next to nothing of what it rests on."""
        share = self.share(sentence.text, sources, fewest=_FEWEST_TERMS) if sources else None
        return share is not None and share < _SUPPORT

    def share(self, text: str, sources: Sequence[Source], *, fewest: int = 1) -> float | None:
        """How much of a text's telling words its sources or the question hold. None where the sources are in another
        language, for words cannot be compared then; 1 where there are fewer words than `fewest`."""
        language = self._checked.language
        if any(source.language and language and source.language != language for source in sources):
            return None
        own = set(telling_terms(text, language))
        if len(own) < fewest:
            return 1.0
        return len(own & set().union(*map(self._said, sources), self._said(None))) / len(own)

    def _said(self, source: Source | None) -> frozenset[str]:
        language = self._checked.language
        number = source.number if source else -1
        if number not in self._terms:
            self._terms[number] = (
                _terms_of(f"{source.title} {source.text}", language)
                if source
                else frozenset(telling_terms(self._checked.question, language))
            )
        return self._terms[number]


# The same few articles are the sources of most drafts.
@lru_cache(maxsize=2048)
def _terms_of(article: str, language: str | None) -> frozenset[str]:
    return frozenset(telling_terms(article, language))


@lru_cache(maxsize=2048)
def _numbers_of(article: str) -> frozenset[str]:
    return frozenset(_numbers(article))


def _numbers(text: str, *, least_word: int = 1) -> set[str]:
    """Numbers in one spelling: no marks between digits, each part of a date, and words from `least_word` on, since
    "two" photographs are no fact that needs a source."""
    found: set[str] = set()
    for match in _NUMBER.finditer(text):
        parts = re.split(r"\D", match.group())
        found.update(_digits(part) for part in (parts if len(parts) > 2 else ["".join(parts)]))
    words = (_NUMBER_WORDS.get(word) for word in _WORD.findall(text.lower()))
    return found | {number for number in words if number and int(number) >= least_word}


def _digits(part: str) -> str:
    return part.lstrip("0") or "0"
