"""What people were told outside the help desk, and what is still to be told."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.records.columns import json, moment


class Notice(SQLModel, table=True):
    """One notice to one address. `key` names what happened, so that nobody hears of it twice. No text of a ticket."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_waiting", "next_at", postgresql_where="state = 'waiting'"),
        Index("ix_notice_at", "at"),
    )

    key: str = Field(primary_key=True)
    address: str = Field(primary_key=True)  # an e-mail address, `webhook`, or empty where nobody is known
    kind: str
    at: datetime = moment(now=True)
    said: Any = json()  # subject, text, link, account, ticket
    state: str
    tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    next_at: datetime = moment(now=True)
    sent_at: datetime | None = moment(nullable=True)
    error: str | None = Field(default=None, nullable=True)
