"""Where sentences begin and end: enough for letters in European languages, in one pass over the text."""

import re
from collections.abc import Iterator

# A stop, closing quotes or brackets, space; or a line break. What follows a bare number or a short word with a stop
# ("1.", "Nr.", "z.B.") is no new sentence.
END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)|\n+")
SHORT = re.compile(
    r"(?<![^\s(])(?:\d{1,3}|[A-Za-zÀ-ÿ]|Nr|Abs|Art|bzw|ca|etc|vs|Mr|Mrs|Ms|Dr|Hr|Fr|No|z\.B|e\.g|i\.e|p\.ej|d\.h|u\.a)$"
)


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, without the space around it."""
    start = 0
    for end in END.finditer(text):
        if end.group()[0] == "." and SHORT.search(text, max(start, end.start() - 8), end.start()):
            continue
        yield from trimmed(text, start, end.end())
        start = end.end()
    yield from trimmed(text, start, len(text))


def trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without white space at its ends; nothing where nothing is left."""
    sentence = text[start:end]
    start += len(sentence) - len(sentence.lstrip())
    end -= len(sentence) - len(sentence.rstrip())
    if start < end:
        yield start, end
