"""What all workers know of the providers of models, and the events that wait for one of them."""

from datetime import datetime

from sqlalchemy import Column, Index, String
from sqlmodel import Field, SQLModel

from gateway.records.columns import moment, reference


class Provider(SQLModel, table=True):
    """One model at one place. Its circuit is open where `opened_at` is set; `probe_at` is when the next call may find
    out whether it answers. A row is there from the first failure on, or where limits are declared."""

    __tablename__ = "provider"

    key: str = Field(primary_key=True)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # in a row, of all workers
    because: str | None = Field(default=None, nullable=True)  # the last failure, in one word
    opened_at: datetime | None = moment(nullable=True)
    probe_at: datetime | None = moment(nullable=True)
    probes: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # that failed since it opened
    not_before: datetime | None = moment(nullable=True)  # its Retry-After
    requests_left: float | None = Field(default=None, nullable=True)  # of the declared limits, at `refilled_at`
    tokens_left: float | None = Field(default=None, nullable=True)
    refilled_at: datetime | None = moment(nullable=True)


class Held(SQLModel, table=True):
    """An event that waits without a job until a provider may be called again: a row for each that could serve it."""

    __tablename__ = "held"
    __table_args__ = (Index("ix_held_key", "key", "at"),)

    event_id: int = reference("event.id", primary_key=True)
    key: str = Field(sa_column=Column(String, primary_key=True))
    at: datetime = moment(now=True)


class DeskLimit(SQLModel, table=True):
    """A help desk named a time before which it wants no call of an account."""

    __tablename__ = "desk_limit"

    account: str = Field(primary_key=True)
    not_before: datetime = moment()
