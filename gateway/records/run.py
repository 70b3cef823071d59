"""One event's walk down the line: a row a step, and what came of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment, money, reference
from gateway.records.states import LastTry


class Run(SQLModel, table=True):
    """The summary of a walk. Its id is its event's id. Costs in USD, durations in ms."""

    __tablename__ = "run"
    __table_args__ = (
        Index("ix_run_account_ticket_id", "account", "ticket_id", "id"),
        Index("ix_run_started_at", "started_at"),
        Index("ix_run_troubled", "finished_at", postgresql_where="state in ('failed', 'uncertain')"),
    )

    id: int = reference("event.id", primary_key=True)
    account: str
    ticket_id: str
    requester: str | None = Field(default=None, nullable=True)
    ticket_version: str | None = Field(default=None, nullable=True)
    state: str
    reason: str | None = Field(default=None, nullable=True)  # why it ended so, in a sentence
    started_at: datetime = moment()
    finished_at: datetime | None = moment(nullable=True)
    waited_ms: float | None = Field(default=None, nullable=True)  # from acceptance to the first step
    took_ms: float | None = Field(default=None, nullable=True)
    step_ms: Any = json(nullable=True)
    verdict: str | None = Field(default=None, nullable=True)
    model: str | None = Field(default=None, nullable=True)
    input_tokens: int | None = Field(default=None, nullable=True)
    output_tokens: int | None = Field(default=None, nullable=True)
    cost_usd: Decimal | None = money()
    unpriced_attempts: int = Field(default=0)
    policy_version: str | None = Field(default=None, nullable=True)
    queue: str | None = Field(default=None, nullable=True)  # the help desk's, as the ticket was read
    desk_calls: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # to the help desk, repeats counted
    # Tries that have not told how many calls they made: the one under way, and those whose process died.
    untold_tries: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Step(SQLModel, table=True):
    """What a step found. The first writer wins: a second one learns that the run is not its own any more."""

    __tablename__ = "step"
    __table_args__ = (Index("ix_step_deadline", "at", postgresql_where="name = 'deadline'"),)

    run_id: int = reference("run.id", primary_key=True)
    name: str = Field(primary_key=True)
    at: datetime = moment()
    ms: float
    data: Any = json(nullable=True)  # without personal text
    content_id: int | None = reference("content.id", nullable=True)


class Decision(SQLModel, table=True):
    """What the policies said, and everything needed to explain or replay it."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_notified", "at", postgresql_where='explanation @? \'$."escalation"."notify"[*]\''),
    )

    run_id: int = reference("run.id", primary_key=True)
    at: datetime = moment()
    verdict: str
    policy_version: str
    explanation: Any = json()
    facts_id: int | None = reference("content.id", nullable=True)


class Draft(SQLModel, table=True):
    """Text that the model proposes, bound to the ticket's version that it answers."""

    __tablename__ = "draft"
    __table_args__ = (
        Index("ix_draft_account_ticket_id", "account", "ticket_id"),
        Index("ix_draft_state", "state"),
    )

    run_id: int = reference("run.id", primary_key=True)  # a run makes one draft at most, so it needs no other id
    account: str
    ticket_id: str
    ticket_version: str
    answers: str  # the id of the message that it answers
    state: str
    text_hash: str
    language: str | None = Field(default=None, nullable=True)
    content_id: int | None = reference("content.id", nullable=True)
    created_at: datetime = moment()
    changed_at: datetime = moment()
    deadline: datetime | None = moment(nullable=True)
    shadow: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})  # nobody was ever shown it


class WriteBack(SQLModel, table=True):
    """One write into the help desk: the intent is committed before the call, the receipt after it."""

    __tablename__ = "write_back"
    __table_args__ = (
        UniqueConstraint("run_id", "purpose"),
        Index("ix_write_back_entry_id", "account", "entry_id"),
        Index("ix_write_back_open", "state", postgresql_where="state = 'intent'"),
    )

    id: int = identity()
    run_id: int = reference("run.id")
    purpose: str  # draft | note | reply | routing
    account: str
    ticket_id: str
    ticket_version: str
    mark: str = Field(unique=True)
    text_hash: str
    state: str
    intended_at: datetime = moment()
    tries: int = 1
    tried_at: datetime = moment(now=True)  # when the last of them began
    last_try: str = Field(default=LastTry.BEGUN, sa_column_kwargs={"server_default": "begun"})
    entry_id: str | None = Field(default=None, nullable=True)
    version_after: str | None = Field(default=None, nullable=True)
    written_at: datetime | None = moment(nullable=True)
    detail: str | None = Field(default=None, nullable=True)


class Outcome(SQLModel, table=True):
    """What people did with a draft, and what came after it. `similarity` 0..1 between it and what was really sent,
    `kept` the share of it that was sent; what was changed is in `content`, masked."""

    __tablename__ = "outcome"
    __table_args__ = (Index("ix_outcome_at", "at"),)

    run_id: int = reference("run.id", primary_key=True)  # the run that made the draft
    kind: str  # sent_as_is | light_edit | rewritten | not_used
    at: datetime = moment()
    similarity: float | None = Field(default=None, nullable=True)
    message_id: str | None = Field(default=None, nullable=True)
    sent_by: str | None = Field(default=None, nullable=True)  # policy | approval | agent, on their own
    kept: float | None = Field(default=None, nullable=True)
    content_id: int | None = reference("content.id", nullable=True)
    groups: Any = json(nullable=True)  # of the agent who sent it, at that moment; never who it was
    estimated_ms: int | None = Field(default=None, nullable=True)  # reading time, where no page has measured it
    watched_until: datetime | None = moment(nullable=True)  # what comes later counts neither way
    reopened_at: datetime | None = moment(nullable=True)  # the requester wrote again
    answered_again_at: datetime | None = moment(nullable=True)
    sampled: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})  # a reviewer looks afterwards
    finding: str | None = Field(default=None, nullable=True)  # of that reviewer: good | flawed
