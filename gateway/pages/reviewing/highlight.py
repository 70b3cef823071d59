"""Which sentences of a source a draft rests on, so that a reader's eye finds them in the paragraph."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

ALIKE = 62.0  # 0..100: from here on two sentences say enough of the same words
LONGEST = 20_000  # characters of a passage and of a draft that are compared
MOST = 200  # sentences of each
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*\s*|\n+")


def quoted_parts(passage: str, draft: str) -> Sequence[tuple[str, bool]]:
    """The passage in parts, in order and without a gap: (text, whether a sentence of the draft says the same)."""
    said = [one for one in _sentences(draft[:LONGEST]) if len(one.split()) > 2][:MOST]
    parts: list[tuple[str, bool]] = []
    for number, sentence in enumerate(_sentences(passage[:LONGEST])):
        alike = number < MOST and len(sentence.split()) > 2 and any(_alike(sentence, one) for one in said)
        if parts and parts[-1][1] == alike:
            parts[-1] = (parts[-1][0] + sentence, alike)
        else:
            parts.append((sentence, alike))
    return parts


def _alike(sentence: str, other: str) -> bool:
    return fuzz.token_set_ratio(sentence.casefold(), other.casefold(), score_cutoff=ALIKE) > 0


def _sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text)
