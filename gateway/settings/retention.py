"""How long what is kept. Content is short, records are long; the audit record itself is never shortened."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, model_validator

from gateway.settings.entry import RULES

_DAYS = {"d": 1, "w": 7, "y": 365}
_SPAN = re.compile(r"([1-9][0-9]{0,3})([dwy])", re.ASCII)


def _span(told: str) -> str:
    if told != "never" and not _SPAN.fullmatch(told):
        raise ValueError("write a time such as 30d, 12w or 7y, or never")
    return told


Span = Annotated[str, AfterValidator(_span), Field(description="30d, 12w, 7y, or never")]


class RetentionEntry(BaseModel):
    """After this time it is gone. `never` keeps it for ever."""

    model_config = RULES

    content: Span = "90d"  # texts: tickets as they were read, drafts, facts, reasons
    deliveries: Span = "30d"  # webhooks as they arrived, those in quarantine too
    records: Span = "7y"  # runs with all that belongs to them: decisions, attempts, reviews, outcomes

    @model_validator(mode="after")
    def _in_order(self) -> "RetentionEntry":
        spans = self.spans
        records = spans["records"]
        for name in ("content", "deliveries"):
            span = spans[name]
            if records is not None and (span is None or span > records):
                raise ValueError(f"records must be kept as long as {name}: the texts belong to them")
        return self

    @property
    def spans(self) -> Mapping[str, timedelta | None]:
        """By kind; None: for ever."""
        return {name: _timedelta(getattr(self, name)) for name in ("content", "deliveries", "records")}


def _timedelta(told: str) -> timedelta | None:
    found = _SPAN.fullmatch(told)
    return timedelta(days=int(found[1]) * _DAYS[found[2]]) if found else None
