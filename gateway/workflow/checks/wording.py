"""What a draft says that nobody here may say, or not without a person: refusals, promises, advice, leaks, rudeness."""

import re
from collections.abc import Iterator
from functools import lru_cache

from gateway.screening import Language, language_of
from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity, whole
from gateway.workflow.checks.sentences import sentences
from gateway.workflow.checks.shingles import Shingles, folded, overlaps, shingles
from gateway.workflow.checks.words import ADVICE, DONE, FOR_STAFF, LEAK, PROFANITY, PROMISE, REFUSAL, TONE

_LETTERS = 40
_SURE = 0.8
_LEAKED_WORDS = 9


def refusal(checked: Checked) -> Iterator[Finding]:
    if checked.refused:
        yield whole(Kind.REFUSAL, Severity.STOP, "The model refused to answer.")
    yield from _phrases(REFUSAL, checked, Kind.REFUSAL, Severity.STOP, "The draft refuses, or speaks as a machine.")


def promise(checked: Checked) -> Iterator[Finding]:
    """Commitments, and claims that something was done: a draft has done nothing. What a cited public source promises in
    the same words is a note: the help centre says it to everybody."""
    for sentence in sentences(checked.text):
        promises = [match.span() for match in PROMISE.finditer(checked.text, sentence.start, sentence.end)]
        if promises:
            severity = Severity.NOTE if _public(sentence.text, checked) else Severity.CONCERN
            yield from (Finding(Kind.PROMISE, severity, *span, "The draft promises something.") for span in promises)
    yield from _phrases(DONE, checked, Kind.PROMISE, Severity.CONCERN, "The draft says that something was done.")


def _public(sentence: str, checked: Checked) -> bool:
    """Does a public source say it in the same words?"""
    said = folded(sentence)
    return any(said in folded(source.text) for source in checked.cited if source.quotable)


def advice(checked: Checked) -> Iterator[Finding]:
    for name, pattern in ADVICE.items():
        yield from _phrases(pattern, checked, Kind.ADVICE, Severity.CONCERN, f"The draft reads like {name} advice.")


def tone(checked: Checked) -> Iterator[Finding]:
    for name, pattern in TONE.items():
        yield from _phrases(pattern, checked, Kind.TONE, Severity.CONCERN, f"The draft sounds {name}.")


def for_staff(checked: Checked) -> Iterator[Finding]:
    """An article that colleagues wrote for each other, and that nobody marked as internal."""
    detail = "The draft speaks of the customer as if to a colleague."
    yield from _phrases(FOR_STAFF, checked, Kind.FOR_STAFF, Severity.CONCERN, detail)


def profanity(checked: Checked) -> Iterator[Finding]:
    yield from _phrases(PROFANITY, checked, Kind.PROFANITY, Severity.STOP, "The draft is rude.")


def prompt_leak(checked: Checked) -> Iterator[Finding]:
    yield from _phrases(LEAK, checked, Kind.PROMPT_LEAK, Severity.STOP, "The draft speaks of its own instructions.")
    for start, end in overlaps(checked.text, _instructions(checked.prompt), _LEAKED_WORDS):
        yield Finding(Kind.PROMPT_LEAK, Severity.STOP, start, end, "The draft repeats its own instructions.")


@lru_cache(maxsize=4)
def _instructions(prompt: str) -> Shingles:
    """The same for every draft until the prompt is another."""
    return shingles([prompt], _LEAKED_WORDS)


def wrong_language(checked: Checked) -> Iterator[Finding]:
    if checked.language is None or sum(map(str.isalpha, checked.text)) < _LETTERS:
        return
    found = written_in(checked.masked)
    if found.code and found.confidence >= _SURE and found.code != checked.language:
        detail = f"The draft is written in {found.code}; the requester wrote in {checked.language}."
        yield whole(Kind.WRONG_LANGUAGE, Severity.CONCERN, detail)


@lru_cache(maxsize=4)
def written_in(masked: str) -> Language:
    """The language of a draft; asked for by a check and again for the facts."""
    return language_of(masked)


def _phrases(
    pattern: re.Pattern[str], checked: Checked, kind: Kind, severity: Severity, detail: str
) -> Iterator[Finding]:
    for match in pattern.finditer(checked.text):
        yield Finding(kind, severity, *match.span(), detail)
