"""Names that are known by now, and where they stand in a text: word by word, so that no text takes long."""

import re

WORD = re.compile(r"\w+")
SHORTEST = 3  # characters: shorter ones are parts of too many texts
LONGEST = 8  # words


class Known:
    """Phrases in any case and with any space between their words, and what takes their place."""

    def __init__(self) -> None:
        self._instead: dict[tuple[str, ...], str] = {}
        self._longest = 0

    def add(self, phrase: str, instead: str) -> None:
        """The first meaning of a phrase stays. One that is too short or too long to be told apart is left out."""
        words = tuple(word.casefold() for word in WORD.findall(phrase))
        if 0 < len(words) <= LONGEST and len("".join(words)) >= SHORTEST:
            self._instead.setdefault(words, instead)
            self._longest = max(self._longest, len(words))

    def without(self, text: str) -> str:
        """The text with each phrase replaced, the longest one first."""
        found = list(WORD.finditer(text))
        words = [one[0].casefold() for one in found]
        parts: list[str] = []
        done = at = 0
        while at < len(found):
            length = next((n for n in range(self._longest, 0, -1) if tuple(words[at : at + n]) in self._instead), 0)
            if length:
                parts += [text[done : found[at].start()], self._instead[tuple(words[at : at + length])]]
                done = found[min(at + length, len(found)) - 1].end()
            at += length or 1
        return "".join([*parts, text[done:]])


def folded(value: str) -> str:
    """How two spellings of one value are one."""
    return " ".join(value.casefold().split())
