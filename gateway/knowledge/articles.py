"""Articles that a draft may draw on, and who may read them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Self

INTERNAL_PREFIX = "internal:"


class Audience(StrEnum):
    """Who may read an article. What is `INTERNAL` informs a note to an agent and never a public reply."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Article:
    """One article of one source. `text` is plain text or Markdown; unknown is None; `updated_at` is aware."""

    source: str
    id: str
    title: str
    text: str = field(repr=False)
    url: str | None = None
    language: str | None = None
    audience: Audience = Audience.PUBLIC
    brand: str | None = None
    owner: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An article that could not be read: where, and what to do about it. `line` counts from 1."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a source says of all its articles; an article's own word is stronger. A title that begins with "Internal:"
    is internal whatever else is said."""

    source: str
    language: str | None = None
    audience: Audience = Audience.PUBLIC
    brand: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a source held. One bad article does not hide the good ones: the rest is in `problems`."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, entries: list[Article | Problem]) -> Self:
        return cls(
            tuple(entry for entry in entries if isinstance(entry, Article)),
            tuple(entry for entry in entries if isinstance(entry, Problem)),
        )


def audience_of(title: str, said: Audience) -> Audience:
    """The narrower of what was said and what the title says."""
    return Audience.INTERNAL if title.strip().lower().startswith(INTERNAL_PREFIX) else said
