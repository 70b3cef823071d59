"""What vendors changed: the shapes that deliveries had, and authentic deliveries that lacked what we need."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment, reference


class Shape(SQLModel, table=True):
    """The shape of an account's good deliveries of one kind: paths and types, and no value."""

    __tablename__ = "shape"

    account: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    known: Any = json()  # every path that was ever there
    last: Any = json()  # those of the newest shape
    seen_at: datetime = moment(now=True)


class Quarantine(SQLModel, table=True):
    """An authentic delivery that could not be read. It waits for a fix, and is then translated again."""

    __tablename__ = "quarantine"
    __table_args__ = (
        UniqueConstraint("account", "digest"),
        Index("ix_quarantine_waiting", "id", postgresql_where="replayed_at is null"),
    )

    id: int = identity()
    account: str
    received_at: datetime = moment()
    size: int  # bytes
    digest: str  # SHA-256 of all that is kept: the same request sent again is kept once
    reason: str  # what it lacked, in the connector's words
    like_kind: str | None = Field(default=None, nullable=True)  # the kind of event whose shape it is nearest to
    missing: Any = json()
    added: Any = json()
    content_id: int | None = reference("content.id", nullable=True)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    error: str | None = Field(default=None, nullable=True)  # why the last replay did not work
    replayed_at: datetime | None = moment(nullable=True)
