"""The sentences of a draft, with their places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[.!?…]+[\"'”’)\]]{0,3}(?=\s|$)|[。！？]|\n+")
_NOT_AN_END = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|nr|vs|etc|approx|bzw|ca|inkl|ggf|usw|e\.g|i\.e|z\.\s?b|d\.\s?h|art|abs|tel|max"
    r"|min)"
    r"|(?:^|\s)[A-Za-z]|(?:^|\n)\s{0,4}\d{1,3})\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    start: int
    end: int
    text: str


def sentences(text: str) -> Iterator[Sentence]:
    """Sentences and lines that hold at least one letter or digit."""
    start = 0
    for match in _END.finditer(text):
        if match.group()[0] == "." and _NOT_AN_END.search(text[max(start, match.end() - 12) : match.end()]):
            continue
        yield from _sentence(text, start, match.end())
        start = match.end()
    yield from _sentence(text, start, len(text))


def _sentence(text: str, start: int, end: int) -> Iterator[Sentence]:
    piece = text[start:end]
    stripped = piece.strip()
    if any(map(str.isalnum, stripped)):
        begin = start + len(piece) - len(piece.lstrip())
        yield Sentence(begin, begin + len(stripped), stripped)
