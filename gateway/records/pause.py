"""Stops of the line: who stopped what, why, and until when. A row is never deleted, so that a stop can be explained."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, moment, reference


class Pause(SQLModel, table=True):
    """While `resumed_at` is null nothing is written or sent for `account`; `*` is every account."""

    __tablename__ = "pause"
    __table_args__ = (Index("ix_pause_open", "account", unique=True, postgresql_where="resumed_at is null"),)

    id: int = identity()
    account: str
    by: str
    because: str
    since: datetime = moment(now=True)
    resumed_at: datetime | None = moment(nullable=True)
    resumed_by: str | None = Field(default=None, nullable=True)


class Parked(SQLModel, table=True):
    """An event whose walk met a pause: it waits without a job, until the pause ends and it is enqueued again."""

    __tablename__ = "parked"

    event_id: int = reference("event.id", primary_key=True)
    at: datetime = moment(now=True)
