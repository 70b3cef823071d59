"""The part `knowledge` of `countersign.yaml`: where articles come from, who may read them, how often they are read."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from gateway.settings.entry import RULES, Name, Owner

PLACES = ("folder", "jsonl", "account", "sitemap", "solved")
_SECONDS = {"m": 60.0, "h": 3600.0, "d": 86_400.0}


class KnowledgeEntry(BaseModel):
    """A source that drafts may quote. Exactly one of `PLACES` says where it is."""

    model_config = RULES

    owner: Owner
    folder: Path | None = None  # Markdown with front matter, and HTML
    jsonl: Path | None = None
    account: Name | None = None  # the help centre of this account
    sitemap: str | None = Field(None, pattern=r"^https?://")
    solved: Name | None = None  # solved tickets of this account, with the replies that solved them
    # What solved tickets teach is for agents, unless this says otherwise.
    audience: Literal["public", "internal"] | None = None
    internal_titles: list[Annotated[str, Field(min_length=1, max_length=200)]] = []  # "Runbook:*"
    language: str | None = Field(None, pattern=r"^[a-z]{2}$")
    brand: str | None = None
    authority: int = Field(5, ge=1, le=9)  # of two articles that say the same, the one with more is shown first
    every: str | None = Field(None, description="15m, 1h, or 1d")
    # Help desks do not tell of deletions: that often all articles are read, and what is not there any more goes.
    whole_every: str | None = Field(None, description="15m, 6h, or 1d")
    allow_private_network: bool = False  # of a sitemap inside
    most_pages: int = Field(2_000, ge=1, le=20_000)  # of a sitemap

    @property
    def kind(self) -> str:
        """Which of `PLACES` it is."""
        return next(place for place in PLACES if getattr(self, place) is not None)

    @property
    def every_seconds(self) -> float | None:
        return _seconds(self.every)

    @property
    def whole_every_seconds(self) -> float | None:
        return _seconds(self.whole_every)

    @field_validator("every", "whole_every", mode="before")
    @classmethod
    def _interval(cls, told: object) -> object:
        if told is None or (isinstance(told, str) and re.fullmatch(r"[1-9][0-9]{0,3}[mhd]", told)):
            return told
        raise ValueError("write an interval such as 15m, 1h or 1d")

    @model_validator(mode="after")
    def _one_place(self) -> "KnowledgeEntry":
        if sum(getattr(self, place) is not None for place in PLACES) != 1:
            raise ValueError(f"give exactly one of {', '.join(PLACES)}")
        return self


def _seconds(interval: str | None) -> float | None:
    return float(interval[:-1]) * _SECONDS[interval[-1]] if interval else None
