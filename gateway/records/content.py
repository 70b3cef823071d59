"""All personal text, in one place, so that erasing a requester is one statement."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment


class Content(SQLModel, table=True):
    """A text or structure with personal data in it. Other rows point here and survive its erasure."""

    __tablename__ = "content"
    __table_args__ = (
        Index("ix_content_account_ticket_id", "account", "ticket_id"),
        Index("ix_content_requester", "account", "requester"),
        Index("ix_content_kept", "created_at", postgresql_where="body is not null"),
    )

    id: int = identity()
    account: str
    ticket_id: str | None = Field(default=None, nullable=True)
    requester: str | None = Field(default=None, nullable=True)  # the help desk's id; null until the ticket was read
    kind: str
    body: Any = json(nullable=True)  # null once erased
    created_at: datetime = moment(now=True)
    erased_at: datetime | None = moment(nullable=True)
