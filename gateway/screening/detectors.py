"""Detectors that an installation may add to ours: a language model of its own for names, a classifier for attacks.

Both are optional extras and both only add: what our own patterns find stays found, and nothing that they say makes a
text harmless."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.screening.injection import Injection, Signal
from gateway.screening.personal import Match

Finder = Callable[[str], Iterable[Match]]
Suspects = Callable[[str], bool]
WEIGHT = 0.6  # enough for a signal: a person looks, and nothing else happens
READ = 20_000  # characters; both are slow


@dataclass(frozen=True, slots=True)
class Detectors:
    """`personal` finds personal data, `attack` says whether a text reads like one. Both take milliseconds of CPU and
    must be kept off the event loop. None: the extra is not in use."""

    personal: Finder | None = None
    attack: Suspects | None = None

    @property
    def slow(self) -> bool:
        return self.personal is not None or self.attack is not None

    def find(self, text: str) -> list[Match]:
        return list(self.personal(text[:READ])) if self.personal else []

    def injection(self, texts: Iterable[str], place: str) -> Injection:
        """One signal where any of the texts reads like an attack."""
        if self.attack is None or not any(self.attack(text[:READ]) for text in texts if text.strip()):
            return Injection(0.0)
        return Injection(WEIGHT, (Signal("classifier", WEIGHT, place),))
