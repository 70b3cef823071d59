"""What people said of a draft. Rows are added and never changed, so that who allowed what can be read for ever."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment, reference


class Review(SQLModel, table=True):
    """One word of one person on one draft, bound to the text and the version of the ticket that it was said of.

    `entry_id` is the note in the help desk that said it: a note acts once, also one that nobody understood. Texts
    (an edit, a reason, an instruction) are in `content`.
    """

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_run_id", "run_id"),
        Index("ix_review_account_at", "account", "at"),
        Index("ix_review_entry", "account", "entry_id", unique=True, postgresql_where="entry_id is not null"),
    )

    id: int = identity()
    account: str
    ticket_id: str
    run_id: int | None = reference("run.id", nullable=True)  # null: a command where there was no draft
    act: str  # approve | reject | redraft | hold | escalate | reopen | checked | misunderstood | status
    by: str  # the person's name in countersign.yaml, else account:id as the help desk tells it
    groups: Any = json()  # those that the person was in at that moment
    via: str  # page | sidebar | note | system
    at: datetime = moment(now=True)
    text_hash: str | None = Field(default=None, nullable=True)  # of the text that was approved
    ticket_version: str | None = Field(default=None, nullable=True)
    edited: bool = False  # the person changed the text with this word
    content_id: int | None = reference("content.id", nullable=True)
    entry_id: str | None = Field(default=None, nullable=True)
    detail: Any = json(nullable=True)  # what changed, which team, ...: nothing personal
    reading_ms: int | None = Field(default=None, nullable=True)  # active time on the page, as the page measured it
    sources_opened: int | None = Field(default=None, nullable=True)
