"""Finds the words of topics in a text in one pass, however the text is written and however long it is.

A pattern is one word or several. `refund*` takes any ending, `*erstattung` any beginning, and `...` between two words
lets up to three others stand there. Case, accents, width, punctuation and invisible characters do not matter.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

MAX_PATTERN = 80
MAX_TEXT = 20_000
"""Characters of a text that are looked at: of a longer one the beginning and the end."""

GAP_WORDS = 3
_MAX_WORDS = 8
_MAX_GAPS = 2
_FEWEST_LETTERS = 3
_ANY_LETTERS, _GAP = "*", "..."
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def fold(text: str) -> str:
    """Lower case, without accents, width and invisible characters; a single blank around each word."""
    if len(text) > MAX_TEXT:
        text = f"{text[: MAX_TEXT * 3 // 4]} {text[-MAX_TEXT // 4 :]}"
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)[: 2 * MAX_TEXT].translate(_LETTERS)
        text = "".join(char for char in text if char.isascii() or unicodedata.category(char) not in ("Mn", "Cf"))
    return f" {' '.join(_WORD.findall(text))} "


def read_pattern(text: str) -> str:
    """A pattern as it may stand in a file. Raises ValueError that says what is expected."""
    words = text.split()
    if len(text) > MAX_PATTERN or len(words) > _MAX_WORDS:
        raise ValueError(f"at most {_MAX_WORDS} words and {MAX_PATTERN} characters")
    if not words or words[0] == _GAP or words[-1] == _GAP or words.count(_GAP) > _MAX_GAPS:
        raise ValueError('"..." stands between two words, at most twice, as in: money ... back')
    for number, word in enumerate(word for word in words if word != _GAP):
        bare = word.removesuffix("*")
        bare = bare.removeprefix("*") if number == 0 else bare
        if "*" in bare or not fold(bare).strip():
            raise ValueError('words with "*" at the end of each, or before the first, as in: refund*')
        if "*" in word and len(bare) < _FEWEST_LETTERS:
            raise ValueError(f'a word with "*" needs at least {_FEWEST_LETTERS} letters')
    return " ".join(words)


Name = TypeVar("Name", bound=Hashable)


@dataclass(slots=True)
class _Node(Generic[Name]):
    below: dict[str, "_Node[Name]"] = field(default_factory=dict)
    found: set[Name] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Hit(Generic[Name]):
    """A pattern was met, from `start` to `end` of the folded text; `found` is what it stands for."""

    found: Name
    start: int
    end: int


class Matcher(Generic[Name]):
    """Patterns, each with what it stands for."""

    def __init__(self) -> None:
        self._at_words: _Node[Name] = _Node()
        self._anywhere: _Node[Name] = _Node()

    def add(self, pattern: str, name: Name) -> None:
        """Take up one pattern; a German umlaut also matches written as two letters."""
        lowered = unicodedata.normalize("NFC", pattern.casefold())
        for spelling in {lowered, lowered.translate(_UMLAUTS)}:
            node = self._anywhere if spelling.startswith("*") else self._at_words
            for sign in _signs(spelling.split()):
                node = node.below.setdefault(sign, _Node())
            node.found.add(name)

    def find(self, folded: str) -> list[Hit[Name]]:
        """Every place in a folded text where a pattern stands. Time grows with the length of the text and no faster."""
        ends = _word_ends(folded)
        found: list[Hit[Name]] = []
        for at, char in enumerate(folded):
            if char == " ":
                found += (Hit(name, at, end) for name, end in _follow(self._at_words, folded, at, ends))
            elif char in self._anywhere.below:
                found += (Hit(name, at, end) for name, end in _follow(self._anywhere, folded, at, ends))
        return found


def _signs(words: Sequence[str]) -> Iterator[str]:
    """A pattern letter by letter; a blank before each word and after the last."""
    if not words[0].startswith("*"):
        yield " "
    for word in words:
        if word == _GAP:
            yield _GAP
            continue
        yield from fold(word).strip()
        if word.endswith("*"):
            yield _ANY_LETTERS
        yield " "


def _word_ends(text: str) -> list[int]:
    """For each place, where the word that it stands in ends."""
    ends, end = [0] * len(text), len(text) - 1
    for at in range(len(text) - 1, -1, -1):
        if text[at] == " ":
            end = at
        ends[at] = end
    return ends


def _follow(root: _Node[Name], text: str, at: int, ends: Sequence[int]) -> Iterator[tuple[Name, int]]:
    """Every name whose pattern begins at this place, with the place where it ends.

    It branches at `*` and `...` alone, so that the pattern bounds the work.
    """
    pending = [(root, at)]
    while pending:
        node, place = pending.pop()
        yield from ((name, place) for name in node.found)
        if not node.below or place >= len(text):
            continue
        if (after := node.below.get(text[place])) is not None:
            pending.append((after, place + 1))
        if (after := node.below.get(_ANY_LETTERS)) is not None:
            pending.append((after, ends[place]))
        if (after := node.below.get(_GAP)) is not None:
            pending += ((after, start) for start in _next_words(text, place, ends))


def _next_words(text: str, place: int, ends: Sequence[int]) -> Iterator[int]:
    """Where the word at a place begins, and the words after it that a gap may lead to."""
    for _ in range(GAP_WORDS + 1):
        if place >= len(text):
            return
        yield place
        place = ends[place] + 1
