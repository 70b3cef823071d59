"""What arrived, and what it means."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, moment, reference
from gateway.records.states import EventState


class Delivery(SQLModel, table=True):
    """An authentic webhook. Its body is kept as content, because vendors change shapes."""

    __tablename__ = "delivery"

    id: UUID = Field(primary_key=True)
    account: str
    received_at: datetime = moment()
    size: int  # bytes
    content_id: int | None = reference("content.id", nullable=True)


class Event(SQLModel, table=True):
    """Something happened to a ticket. Unique by the help desk's own id of it; one run walks it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("account", "event_id"),
        Index("ix_event_account_ticket_id", "account", "ticket_id", "id"),
        Index("ix_event_state", "state", postgresql_where="state <> 'done'"),
    )

    id: int = identity()
    account: str
    event_id: str
    delivery_id: UUID | None = Field(default=None, nullable=True)
    kind: str
    ticket_id: str
    author: str | None = Field(default=None, nullable=True)
    visibility: str | None = Field(default=None, nullable=True)
    message_id: str | None = Field(default=None, nullable=True)
    occurred_at: datetime | None = moment(nullable=True)
    received_at: datetime = moment()
    supersedes: bool  # may change what is to be answered, and so ends older runs of its ticket
    traceparent: str | None = Field(default=None, nullable=True)
    state: str = Field(default=EventState.WAITING, sa_column_kwargs={"server_default": EventState.WAITING})
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    error: str | None = Field(default=None, nullable=True)  # the last failure, in a sentence for operations
    retry_at: datetime | None = moment(nullable=True)
    finished_at: datetime | None = moment(nullable=True)
