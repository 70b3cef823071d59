"""How much of a draft is in what was really sent, word by word, and what was changed. Plain texts in, numbers out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Indel, Levenshtein

AS_IS = 0.98  # similarity from which a reply counts as the draft itself, unless a number was changed
LIGHT_EDIT = 0.75
MOSTLY_KEPT, MOSTLY_OURS = 0.9, 0.5  # or nearly all of the draft was sent, with less added to it than it is long
REWRITTEN = 0.30  # below it, and with less than half of the draft kept, the agent wrote something else
HALF_KEPT = 0.5
PHRASE = 3  # words in a row that tell that a text was kept: single words are in every text
MOST_WORDS = 4_000  # of each text, where changes are listed: the comparison's memory grows with their product
MOST_CHANGES = 40
LONGEST_CHANGE = 400  # characters
GAP = 2  # words between two changes that are told as one

_NO_SPACES = "\u3040-\u30ff\u3400-\u9fff"  # scripts that put none between words: there a character is a word
_PART = rf"[^\W{_NO_SPACES}]+"
_WORD = re.compile(rf"<[A-Z]+(?:_[A-Z]+)*_\d+>|https?://\S*[\w/]|[{_NO_SPACES}]|{_PART}(?:[-'.,@/]{_PART})*|[^\w\s]")
_TYPOGRAPHY = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u00a0", "''\"\"-- ")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`kind`: sent_as_is | light_edit | rewritten | not_used. `similarity` 0..1 of the words in order; `kept`: the
    share of the draft that was sent, wherever it stands. Both None where the draft was erased: then nobody knows."""

    kind: str
    similarity: float | None = None
    kept: float | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """One place where the texts differ; either side may be empty."""

    removed: str = field(repr=False)
    added: str = field(repr=False)


def compare(draft: str | None, sent: str) -> Comparison:
    """Compare cleaned texts. White space and typographic quotes are no difference."""
    if draft is None:
        return Comparison("not_used")
    before, after = _words(draft), _words(sent)
    similarity = round(Levenshtein.normalized_similarity(before, after), 4)
    kept = round(_kept(before, after), 4)
    return Comparison(_kind(before, after, similarity, kept), similarity, kept)


def edits(draft: str, sent: str) -> list[Edit]:
    """What was taken out of the draft and what was put in, in order, as far as it is short enough to be told."""
    draft, sent = draft.translate(_TYPOGRAPHY), sent.translate(_TYPOGRAPHY)
    before, after = (list(_WORD.finditer(text))[:MOST_WORDS] for text in (draft, sent))
    found: list[Edit] = []
    for removed, added in _places([word.group() for word in before], [word.group() for word in after]):
        if len(found) == MOST_CHANGES:
            break
        found.append(Edit(_between(draft, before[removed]), _between(sent, after[added])))
    return found


def _kind(before: Sequence[str], after: Sequence[str], similarity: float, kept: float) -> str:
    if similarity >= AS_IS and _numbers(before) == _numbers(after):
        return "sent_as_is"
    if similarity >= LIGHT_EDIT or (kept >= MOSTLY_KEPT and similarity >= MOSTLY_OURS):
        return "light_edit"
    return "rewritten" if similarity >= REWRITTEN or kept >= HALF_KEPT else "not_used"


def _words(text: str) -> list[str]:
    return _WORD.findall(text.translate(_TYPOGRAPHY))


def _numbers(words: Sequence[str]) -> list[str]:
    """In a long draft one changed amount is hardly a difference, and yet it is an edit."""
    return [word for word in words if any(map(str.isdigit, word))]


def _kept(before: Sequence[str], after: Sequence[str]) -> float:
    """The share of words that stand in a phrase which the other text has too."""
    size = min(PHRASE, len(before))
    if not size:
        return 0.0
    sent = set(_phrases(after, size))
    kept: set[int] = set()
    for at, phrase in enumerate(_phrases(before, size)):
        if phrase in sent:
            kept.update(range(at, at + size))
    return len(kept) / len(before)


def _phrases(words: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def _places(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[slice, slice]]:
    """Where the words differ; places with hardly a word between them are one."""
    places: list[list[int]] = []
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            continue
        if places and step.src_start - places[-1][1] <= GAP:
            places[-1][1], places[-1][3] = step.src_end, step.dest_end
        else:
            places.append([step.src_start, step.src_end, step.dest_start, step.dest_end])
    return ((slice(*place[:2]), slice(*place[2:])) for place in places)


def _between(text: str, words: Sequence[re.Match[str]]) -> str:
    return text[words[0].start() : words[-1].end()][:LONGEST_CHANGE] if words else ""
