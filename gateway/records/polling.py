"""Where polling of an account stands: what it has seen, and when it is asked next."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from gateway.records.columns import moment


class Poll(SQLModel, table=True):
    """The cursor is committed together with the events before it. Whoever polls holds the row's lock."""

    __tablename__ = "poll"

    account: str = Field(primary_key=True)
    source: str  # which help desk gave the cursor: another one begins anew
    cursor: str | None = Field(default=None, nullable=True)
    next_at: datetime = moment(now=True)
    polled_at: datetime | None = moment(nullable=True)  # the last time that went well
    failures: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # in a row
    error: str | None = Field(default=None, nullable=True)
