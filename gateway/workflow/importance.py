"""What of a long thread a model is shown: cut to a budget of tokens by importance, and not by position alone."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from connectors.contract import Message
from gateway.screening import Cleaned, clean

THREAD_TOKENS = 3_000  # of earlier messages together
MESSAGE_TOKENS = 500  # of each
SHORTEST_TOKENS = 30  # less than that of a message tells nothing
NEWEST = 2  # earlier messages of the requester that come before everything else
MOST_MESSAGES = 40  # that are looked at; behind a mail bomb nobody finds anything anyway
MOST_CHARACTERS = 2_000_000  # of their bodies together, as they came
_WORD = re.compile(r"[^\W\d_]{3,30}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A message, cleaned. `asking`: it is of the requester's side."""

    asking: bool
    cleaned: Cleaned = field(repr=False)
    message: Message = field(repr=False)

    @property
    def text(self) -> str:
        return self.cleaned.text


def pieces(messages: Sequence[Message], asking: Sequence[bool]) -> list[Piece]:
    """The messages that are looked at, cleaned, oldest first: the newest as far as the bounds go, and the first."""
    chosen: list[int] = []
    left = MOST_CHARACTERS
    for at in range(len(messages) - 1, -1, -1):
        left -= len(messages[at].body)
        if len(chosen) == MOST_MESSAGES or (chosen and left < 0):
            break
        chosen.append(at)
    if messages and 0 not in chosen and len(messages[0].body) <= MOST_CHARACTERS // 10:
        chosen.append(0)
    return [
        Piece(asking[at], clean(messages[at].body, messages[at].format), messages[at]) for at in sorted(set(chosen))
    ]


def newest_within(texts: Sequence[str], limit: int) -> list[int]:
    """Which of several texts fit into so many characters together, the newest before all others; in their order."""
    chosen: list[int] = []
    for at in range(len(texts) - 1, -1, -1):
        size = len(texts[at]) + 2
        if texts[at] and (size <= limit or not chosen):
            chosen.append(at)
            limit -= size
    return sorted(chosen)


def shares(thread: Sequence[Piece], question: str, budget: int = THREAD_TOKENS) -> dict[int, int]:
    """How many characters of which earlier message are shown. What is not named is left out."""
    taken: dict[int, int] = {}
    for at in dict.fromkeys(_by_importance(thread, question)):
        text = thread[at].text
        tokens = min(tokens_of(text), MESSAGE_TOKENS)
        if not tokens or (tokens > budget and budget < SHORTEST_TOKENS):
            continue
        tokens = min(tokens, budget)
        taken[at] = math.floor(len(text) * tokens / tokens_of(text))
        budget -= tokens
    return taken


def tokens_of(text: str) -> int:
    """About how many tokens a text is: four bytes each, in Latin script as in others."""
    return math.ceil(len(text.encode(errors="replace")) / 4)


def _by_importance(thread: Sequence[Piece], question: str) -> Iterator[int]:
    """The requester's newest messages and our last answer, then how it began, then what speaks of the same things."""
    asked = [at for at, piece in enumerate(thread) if piece.asking]
    answered = [at for at, piece in enumerate(thread) if not piece.asking]
    yield from reversed(asked[-NEWEST:])
    yield from answered[-1:]
    yield from range(len(thread))[:1]
    words = [set(_words(piece.text)) for piece in thread]
    frequent = Counter(word for found in words for word in found)
    wanted = set(_words(question))

    def overlap(at: int) -> tuple[float, int]:
        """Rare words count for more; among equals the newer message is first."""
        return sum(1 / frequent[word] for word in wanted & words[at]), at

    yield from sorted(range(len(thread)), key=overlap, reverse=True)


def _words(text: str) -> Iterator[str]:
    return (match.group().casefold() for match in _WORD.finditer(text[:20_000]))
