"""Finds where one text repeats another word by word."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"\w+")
Shingles = frozenset[tuple[str, ...]]


def shingles(sources: Iterable[str], length: int) -> Shingles:
    """All runs of `length` words in a row."""
    return frozenset(shingle for source in sources for shingle in _shingles(source, length))


def overlaps(text: str, taken: Shingles, length: int, *, except_in: Iterable[str] = ()) -> Iterator[tuple[int, int]]:
    """Spans of `text` of at least `length` words that stand in `taken`, which are those of the sources, and in none of
    `except_in`."""
    if not taken:
        return
    allowed: Shingles | None = None  # gathered at the first hit: most texts repeat nothing
    words = [(match.group().lower(), *match.span()) for match in _WORD.finditer(text)]
    start = end = -1
    for at in range(len(words) - length + 1):
        shingle = tuple(word for word, _, _ in words[at : at + length])
        if shingle not in taken:
            continue
        if allowed is None:
            allowed = shingles(except_in, length)
        if shingle in allowed:
            continue
        if words[at][1] > end:
            if end > 0:
                yield start, end
            start = words[at][1]
        end = words[at + length - 1][2]
    if end > 0:
        yield start, end


def _shingles(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = [word.lower() for word in _WORD.findall(text)]
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


def folded(text: str) -> str:
    """The words alone, in lower case with one space between: how quotes are compared."""
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))
