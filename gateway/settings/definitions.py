"""`facts` of an account: where it is told what a customer is, and whose word counts where two tell it differently."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from gateway.settings.entry import RULES

Meaning = dict[str, str]  # its word -> ours
FactName = Annotated[Literal["tier", "plan", "region"], Field(description="becomes requester.tier, .plan or .region")]


class OriginEntry(BaseModel):
    """One source. A field without `values` is taken at its word."""

    model_config = RULES

    tags: Meaning | None = Field(None, min_length=1)
    field: str | None = Field(None, min_length=1)
    organisation: Meaning | None = Field(None, min_length=1)
    domain: Meaning | None = Field(None, min_length=1)
    values: Meaning = {}
    at: str | None = Field(None, min_length=1)  # the field of the ticket that tells since when

    @model_validator(mode="after")
    def _one_place(self) -> "OriginEntry":
        if len([place for place in (self.tags, self.field, self.organisation, self.domain) if place]) != 1:
            raise ValueError("give one of tags, field, organisation and domain")
        if self.values and not self.field:
            raise ValueError("values belongs to a field; the others have theirs behind their name")
        return self

    @property
    def meaning(self) -> Mapping[str, str]:
        """What the words of this source mean."""
        return self.tags or self.organisation or self.domain or self.values


class DefinitionEntry(BaseModel):
    """A fact: its sources, the one that is believed first at the head."""

    model_config = RULES

    sources: list[OriginEntry] = Field(min_length=1)
    when_they_differ: Literal["first", "newest", "most_cautious"] = "first"
    most_cautious_first: list[str] = []

    @model_validator(mode="after")
    def _can_be_told(self) -> "DefinitionEntry":
        if self.when_they_differ == "most_cautious":
            meant = {value for source in self.sources for value in source.meaning.values()}
            if left := sorted(meant - set(self.most_cautious_first)):
                raise ValueError(f"most_cautious_first must have every value in order; {', '.join(left)} is missing")
        if self.when_they_differ == "newest" and not any(source.at for source in self.sources):
            raise ValueError("no source has at: the field that tells since when its value holds")
        return self
