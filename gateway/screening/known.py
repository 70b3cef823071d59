"""What the ticket's record already knows of its people, found again wherever they wrote it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from gateway.screening.personal import Kind, Match

# Names that are also plain words: alone they count only with a capital.
_COMMON = frozenset(
    word
    for line in (
        "will may mark bill grant hope grace joy faith rose lily art rich sue pat bob jack frank ray max dawn summer",
        "april june august king young long short brown white black green gray grey smart price page cook baker major",
        "best good day love case order fall winter stark klein lang kurz weiß schwarz braun jung petit grand blanc",
        "cruz paz luz sol rey leal",
    )
    for word in line.split()
)
_PARTICLES = frozenset(
    {"van", "von", "del", "der", "den", "dos", "das", "the", "and", "bin", "ibn", "mrs", "mr", "ms", "dr", "prof"}
)


@dataclass(frozen=True, slots=True)
class Known:
    """Something that the ticket's record says is personal: a name, an address, an order number."""

    kind: Kind
    value: str = field(repr=False)


class KnownValues:
    """Finds known values whatever their case and spacing; people also by first and by last name."""

    __slots__ = ("_pattern",)

    def __init__(self, known: Iterable[Known]) -> None:
        values: dict[Kind, set[str]] = {}
        for entry in known:
            value = " ".join(entry.value.split())
            if len(value) >= 2:
                values.setdefault(entry.kind, set()).update([value, *_parts(entry)])
        groups = [f"(?P<{kind}>{'|'.join(map(_loose, _longest_first(found)))})" for kind, found in values.items()]
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)", re.IGNORECASE) if groups else None

    def find(self, text: str) -> Iterator[Match]:
        if self._pattern is None:
            return
        for match in self._pattern.finditer(text):
            kind, value = Kind(match.lastgroup or Kind.PERSON), match.group()
            if kind is not Kind.PERSON or value.lower() not in _COMMON or value[0].isupper():
                yield Match(kind, *match.span())


def _parts(entry: Known) -> list[str]:
    if entry.kind is not Kind.PERSON:
        return []
    words = [word.strip(".,()\"'") for word in entry.value.split()]
    return [word for word in words if len(word) >= 3 and word.lower() not in _PARTICLES]


def _longest_first(values: Iterable[str]) -> list[str]:
    return sorted(values, key=lambda value: (-len(value), value))


def _loose(value: str) -> str:
    """Any run of white space counts as one: a name may be broken over two lines."""
    return r"\s{1,3}".join(map(re.escape, value.split()))
