"""What is known of a customer, where several systems say it: the declared sources in order, and what to do where they
differ. Every value keeps where it came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from connectors.contract import Ticket

LONGEST_VALUE = 60  # characters of a value without a mapping


class Place(StrEnum):
    """Where a source of a fact is, in what is read of a ticket."""

    TAG = "tag"
    FIELD = "field"
    ORGANISATION = "organisation"
    DOMAIN = "domain"


class Differing(StrEnum):
    """Whose word counts where sources differ."""

    FIRST = "first"
    NEWEST = "newest"
    MOST_CAUTIOUS = "most_cautious"


@dataclass(frozen=True, slots=True)
class Origin:
    """One source of a fact. `name` is the field's; `values` says what its words mean, and where it is empty each means
    itself. `at` names the field that tells since when."""

    place: Place
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    at: str | None = None

    def __str__(self) -> str:
        return f"{self.place} {self.name}".strip()

    def meaning(self, said: str) -> str | None:
        """What a word of this source means; None where nobody declared it."""
        word = " ".join(said.split())
        if not self.values:
            return word[:LONGEST_VALUE] or None
        return next((value for name, value in self.values.items() if name.lower() == word.lower()), None)


@dataclass(frozen=True, slots=True)
class Definition:
    """A fact of the catalogue and its sources in order. `caution` lists values, the most cautious first."""

    fact: str
    origins: tuple[Origin, ...]
    differing: Differing = Differing.FIRST
    caution: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """What one source says, and where exactly."""

    value: str
    origin: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The value of a fact, who said so, and whoever says something else."""

    fact: str
    value: str
    origin: str
    differing: Differing
    others: tuple[Word, ...]

    def to_dict(self) -> dict[str, Any]:
        others = [{"value": word.value, "origin": word.origin} for word in self.others]
        return {"value": self.value, "origin": self.origin, "differing": self.differing.value, "others": others}


def known_of(definitions: Sequence[Definition], ticket: Ticket) -> list[Known]:
    """Every declared fact of which some source says something."""
    return [known for definition in definitions if (known := _known(definition, ticket)) is not None]


def by_tags(fact: str, tags: Mapping[str, str]) -> Definition:
    """A fact that tags alone tell."""
    return Definition(fact, (Origin(Place.TAG, values=tags),))


def _known(definition: Definition, ticket: Ticket) -> Known | None:
    words = [word for origin in definition.origins for word in _words(origin, ticket)]
    if not words:
        return None
    chosen = _chosen(definition, words)
    others = tuple(word for word in words if word.value != chosen.value)
    return Known(definition.fact, chosen.value, chosen.origin, definition.differing, others)


def _chosen(definition: Definition, words: Sequence[Word]) -> Word:
    """Among equals the first. A value whose caution nobody declared counts as the most cautious one."""
    match definition.differing:
        case Differing.NEWEST:
            return max(words, key=lambda word: word.at or datetime.min.replace(tzinfo=UTC))
        case Differing.MOST_CAUTIOUS:
            order = {value: place for place, value in enumerate(definition.caution)}
            return min(words, key=lambda word: order.get(word.value, -1))
        case Differing.FIRST:
            return words[0]


def _words(origin: Origin, ticket: Ticket) -> Iterator[Word]:
    for said, where in _said(origin, ticket):
        if value := origin.meaning(said):
            yield Word(value, where, _moment(ticket.fields.get(origin.at)) if origin.at else None)


def _said(origin: Origin, ticket: Ticket) -> Iterator[tuple[str, str]]:
    """The raw words, each with where it stands. A source that is declared but empty says nothing."""
    match origin.place:
        case Place.TAG:
            yield from ((tag, f"tag {tag}") for tag in ticket.tags)
        case Place.FIELD:
            found = ticket.fields.get(origin.name)
            for value in found if isinstance(found, list | tuple) else [found]:
                if isinstance(value, str | int | float):
                    yield str(value), str(origin)
        case Place.ORGANISATION:
            yield ticket.requester.organisation or "", str(origin)
        case Place.DOMAIN:
            yield (ticket.requester.email or "").rpartition("@")[2], str(origin)


def _moment(told: object) -> datetime | None:
    """A time as help desks write it; None where it is none."""
    try:
        if isinstance(told, int | float) and not isinstance(told, bool):
            return datetime.fromtimestamp(told, UTC)
        found = datetime.fromisoformat(str(told).replace("Z", "+00:00"))
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
