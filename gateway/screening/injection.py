"""Signs that a text was written to steer a model rather than to tell us something. A signal, never a gate."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.screening.injection_words import RULES

_READ = 50_000
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\xad]")
_MIXED = re.compile(r"\b(?=\w*[a-z])(?=\w*[\u0370-\u03ff\u0400-\u04ff])\w{3,}\b")
_TWINS = str.maketrans("аеорсухкмтнвіѕјԁԛԝαορνικτ", "aeopcyxkmtnbisjdqwaopviкt".replace("к", "k"))
_BLOB = re.compile(r"(?<![\w/+=-])(?:[A-Za-z0-9+/]{80,}={0,2}|(?:[0-9a-fA-F]{2}[\s:]?){60,})(?![\w/+=])")
_SPACED = re.compile(r"(?:\b\w[ .\-_*]){4,}\w\b")
_SPACING = re.compile(r"(?<=\w)[ .\-_*](?=\w\b)")
_ODDITIES = {"tags": 0.9, "bidi": 0.3, "zero_width": 0.3, "wide": 0.2}


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign: its name, and how far it alone raises the score (0 to 1). `place` is the text it stood in."""

    name: str
    weight: float
    place: str = "text"


@dataclass(frozen=True, slots=True)
class Injection:
    """`score` is 0 (nothing seen) to 1. Holds no text of the ticket."""

    score: float
    signals: tuple[Signal, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(signal.name for signal in self.signals))


def injection_in(
    text: str, *, hidden: str = "", quoted: str = "", oddities: Iterable[str] = (), place: str = "text"
) -> Injection:
    """Looks at a text, at what was `hidden` from its reader, at what was taken off as `quoted`, and at the `oddities`
    that cleaning removed. Hidden text weighs more: nobody hides a question."""
    signals = [Signal(name, weight, place) for name, weight in _seen(text)]
    if hidden.strip():
        signals += (Signal(name, min(1.0, weight + 0.3), "hidden") for name, weight in _seen(hidden))
    if quoted.strip():
        signals += (Signal(name, weight, "quoted") for name, weight in _seen(quoted))
    signals += (Signal(name, _ODDITIES[name], place) for name in oddities if name in _ODDITIES)
    return together(Injection(0.0, tuple(signals)))


def together(*found: Injection) -> Injection:
    """One result for several texts of a ticket. A second sign raises the score, the same sign twice does not."""
    signals = [signal for one in found for signal in one.signals]
    strongest: dict[str, float] = {}
    for signal in signals:
        strongest[signal.name] = max(signal.weight, strongest.get(signal.name, 0.0))
    innocent = 1.0
    for weight in strongest.values():
        innocent *= 1.0 - weight
    return Injection(round(1.0 - innocent, 3), tuple(signals))


def _seen(text: str) -> Sequence[tuple[str, float]]:
    text = text[:_READ]
    folded = _folded(text)
    seen = [(rule.name, rule.weight) for rule in RULES if rule.pattern.search(folded)]
    if _MIXED.search(text.lower()):
        seen.append(("look_alikes", 0.3))
    if _BLOB.search(text):
        seen.append(("encoded", 0.3))
    return seen


def _folded(text: str) -> str:
    """Lower case, invisible characters gone, look-alike letters as the Latin ones, s p a c e d words joined."""
    folded = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).lower()
    if not folded.isascii():
        folded = _MIXED.sub(lambda match: match.group().translate(_TWINS), folded)
    folded = _SPACED.sub(lambda match: _SPACING.sub("", match.group()), folded)
    return re.sub(r"[ \t]+", " ", folded)
