"""Every call to a model, from before it was made."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, moment, money, reference


class Attempt(SQLModel, table=True):
    """One call to one model. Inserted before the call, so that a process that dies leaves a trace of it.

    Tokens and cost are null when not known. `outcome` is null while the call is under way, or for ever if it died.
    """

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_run_id", "run_id"), Index("ix_attempt_started_at", "started_at"))

    id: int = identity()
    run_id: int = reference("run.id")
    number: int
    purpose: str  # draft | repair | judge | embed | classify
    route: str
    provider: str
    model: str
    prompt: str
    prompt_version: str
    retry: int
    fallback: int
    streamed: bool | None = Field(default=None, nullable=True)
    started_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)
    latency_ms: float | None = Field(default=None, nullable=True)
    time_to_first_token_ms: float | None = Field(default=None, nullable=True)
    outcome: str | None = Field(default=None, nullable=True)
    error_kind: str | None = Field(default=None, nullable=True)
    finish_reason: str | None = Field(default=None, nullable=True)
    input_tokens: int | None = Field(default=None, nullable=True)
    output_tokens: int | None = Field(default=None, nullable=True)
    cached_read_tokens: int | None = Field(default=None, nullable=True)
    cached_write_tokens: int | None = Field(default=None, nullable=True)
    reasoning_tokens: int | None = Field(default=None, nullable=True)
    cost_usd: Decimal | None = money()
    bound_usd: Decimal | None = money()
    price_state: str | None = Field(default=None, nullable=True)  # priced | unpriced | free
    price_version: str | None = Field(default=None, nullable=True)
