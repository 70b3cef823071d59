"""Whose eyes a search has."""

from dataclasses import dataclass

from gateway.knowledge.articles import Audience
from gateway.knowledge.passages import Passage


@dataclass(frozen=True, slots=True)
class Reader:
    """A brand (None: any), an audience, and the sources that an account may use (None: all)."""

    brand: str | None
    audience: Audience
    sources: frozenset[str] | None

    def may_see(self, passage: Passage) -> bool:
        return (
            (self.audience is Audience.INTERNAL or passage.quotable)
            and (self.brand is None or passage.brand in (None, self.brand))
            and (self.sources is None or passage.source in self.sources)
        )
