"""Articles that a draft may draw on, and who may read them."""

import hashlib
import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Self

_MARK = r"(?:internal(?: only| use only)?|intern|interne|interno|interna|staff only|agents only)"
_AHEAD = re.compile(rf"\s*{_MARK}\s*(?::|[|–—-](?:\s|$))", re.IGNORECASE)
_BRACKETED = re.compile(rf"[(\[]\s*{_MARK}\s*[)\]]", re.IGNORECASE)
"""How people mark a title: "Internal: refunds", "Internal - refunds", "Refunds (internal)", "[Staff only] Refunds"."""
AUTHORITY = 5  # of 1 to 9, where a source does not say


class Audience(StrEnum):
    """Who may read an article. What is `INTERNAL` informs a note to an agent and never a public reply."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Article:
    """One article of one source. `text` is plain text or Markdown; unknown is None; `updated_at` is aware.
    `authority`, 1 to 9: of two that say the same, the higher one is shown first."""

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
    authority: int = AUTHORITY

    @property
    def version(self) -> str:
        """Changes with anything that is said above."""
        told = [getattr(self, field.name) for field in fields(self)]
        return hashlib.sha256(repr(told).encode(errors="replace")).hexdigest()[:16]


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
    """What a source says of all its articles; an article's own word is stronger. A title that is marked as internal,
    or looks like one of `internal_titles`, is internal whatever else is said."""

    source: str
    language: str | None = None
    audience: Audience = Audience.PUBLIC
    brand: str | None = None
    owner: str | None = None
    authority: int = AUTHORITY
    internal_titles: tuple[str, ...] = ()

    def audience_of(self, title: str, said: Audience | None) -> Audience:
        """The narrower of what was said and what the title says."""
        folded = title.strip().casefold()
        listed = any(fnmatchcase(folded, pattern.casefold()) for pattern in self.internal_titles)
        if listed or _AHEAD.match(title) or _BRACKETED.search(title):
            return Audience.INTERNAL
        return said or self.audience


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
