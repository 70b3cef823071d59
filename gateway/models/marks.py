"""Reads the citation marks in a reply: [1], [1, 2], [^1] and 【1】 mean a passage, [1](link) is a link."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from gateway.models.reply import SentenceCitation
from gateway.models.sentences import spans

MARK = re.compile(
    r"[ \t]*(?:\[\^?(\d{1,3}(?:[ \t]{0,2}[,;][ \t]{0,2}\d{1,3}){0,9})\](?!\()|【(\d{1,3})[^】\n]{0,20}】)"
)


@dataclass(frozen=True, slots=True)
class Cited:
    """A reply with its marks read. `text` is without them; `unknown` are numbers that no passage has."""

    text: str
    citations: tuple[SentenceCitation, ...]
    cited: tuple[int, ...]
    unknown: tuple[int, ...]


def read_marks(marked: str, offered: Collection[int], by_sentence: Sequence[Sequence[int]] = ()) -> Cited:
    """Take the marks out and say which sentence named which passage.

    `by_sentence` is the model's separate list: it counts where the text has no marks of its own.
    """
    parts: list[str] = []
    places: list[tuple[int, tuple[int, ...]]] = []  # where a mark stood in the clean text, and its numbers
    size = last = 0
    for mark in MARK.finditer(marked):
        parts.append(marked[last : mark.start()])
        size += mark.start() - last
        last = mark.end()
        places.append((size, tuple(int(number) for number in re.findall(r"\d+", mark.group(1) or mark.group(2)))))
    text = "".join([*parts, marked[last:]])
    sentences = list(spans(text))
    if not places and len(by_sentence) == len(sentences):
        places = [(end, tuple(numbers)) for (_, end), numbers in zip(sentences, by_sentence, strict=True) if numbers]
    named = [number for _, numbers in places for number in numbers] or [n for numbers in by_sentence for n in numbers]
    return Cited(
        text=text,
        citations=tuple(attributed(sentences, places, offered)),
        cited=tuple(dict.fromkeys(number for number in named if number in offered)),
        unknown=tuple(dict.fromkeys(number for number in named if number not in offered)),
    )


def attributed(
    sentences: Sequence[tuple[int, int]], places: Sequence[tuple[int, tuple[int, ...]]], offered: Collection[int]
) -> list[SentenceCitation]:
    """Each mark goes to the sentence that it stands in or right behind."""
    found: dict[int, dict[int, None]] = {}
    at = 0
    for place, numbers in places:
        while at + 1 < len(sentences) and sentences[at + 1][0] < place:
            at += 1
        if sentences and sentences[at][0] < place:
            found.setdefault(at, {}).update(dict.fromkeys(number for number in numbers if number in offered))
    return [SentenceCitation(*sentences[index], tuple(numbers)) for index, numbers in found.items() if numbers]
