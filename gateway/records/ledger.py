"""Every call to a model, from before it was made; what budgets have left; what was declared of money, and prices that
became known later."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment, money, owed, reference


class Attempt(SQLModel, table=True):
    """One call to one model. Inserted before the call, so that a process that dies leaves a trace of it.

    Tokens and cost are null when not known. `outcome` is null while the call is under way; `abandoned` where its
    process died. `charged` names the rows of `spending` that hold its bound, and later its cost.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_run_id", "run_id"),
        Index("ix_attempt_started_at", "started_at"),
        Index("ix_attempt_account_ticket_id", "account", "ticket_id"),
        Index("ix_attempt_open", "kept_at", postgresql_where="outcome is null"),
    )

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
    account: str = Field(default="", sa_column_kwargs={"server_default": ""})
    ticket_id: str = Field(default="", sa_column_kwargs={"server_default": ""})
    queue: str = Field(default="", sa_column_kwargs={"server_default": ""})
    policy_version: str | None = Field(default=None, nullable=True)  # of the rules that chose the models
    kept_at: datetime = moment(now=True)  # by the database's clock, which all workers share
    suspect: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})  # told tokens cannot be right
    charged: Any = json(nullable=True)


class Declared(SQLModel, table=True):
    """A budget, the prices of a route or a rate, as `countersign.yaml` declared it when a process last started."""

    __tablename__ = "declared"

    name: str = Field(primary_key=True)  # budget NAME, prices of route NAME, rates, rates of account NAME
    told: Any = json()
    since: datetime = moment(now=True)


class Spending(SQLModel, table=True):
    """What has been used of one budget in one period. `key` is both of them in one word.

    Budgets of `countersign.yaml` have a limit; `account:NAME` counts for everybody's eyes and has none. `held_usd` is
    the upper bound of calls under way.
    """

    __tablename__ = "spending"

    key: str = Field(primary_key=True)
    budget: str
    period: str  # "ticket acme#7", "2026-11-26" or "2026-11", by the database's clock
    limit_usd: Decimal | None = money()
    spent_usd: Decimal = owed()
    held_usd: Decimal = owed()


class BudgetNotice(SQLModel, table=True):
    """The owner of a budget was told, once, that so much of it is used: 50, 80 or 100 per cent."""

    __tablename__ = "budget_notice"
    __table_args__ = (Index("ix_budget_notice_at", "at"),)

    budget: str = Field(primary_key=True)
    period: str = Field(primary_key=True)
    share: int = Field(primary_key=True)
    at: datetime = moment(now=True)
    spent_usd: Decimal = owed()
    limit_usd: Decimal = owed()


class Repricing(SQLModel, table=True):
    """An attempt got another price later. Rows are added and never changed; the attempt has the newest price."""

    __tablename__ = "repricing"

    id: int = identity()
    attempt_id: int = reference("attempt.id", index=True)
    at: datetime = moment(now=True)
    old_usd: Decimal | None = money()
    old_state: str | None = Field(default=None, nullable=True)
    old_version: str | None = Field(default=None, nullable=True)
    new_usd: Decimal | None = money()
    new_state: str
    new_version: str | None = Field(default=None, nullable=True)


class Baseline(SQLModel, table=True):
    """How soon tickets were first answered in a time before the gateway, by the help desk's own history. Rows are added
    and never changed; the newest counts. `low_ms` to `high_ms`: where the median lies at 95 %."""

    __tablename__ = "baseline"

    id: int = identity()
    account: str
    queue: str | None = Field(default=None, nullable=True)  # null: all queues
    at: datetime = moment(now=True)
    since: datetime = moment()
    until: datetime = moment()
    tickets: int
    median_ms: float
    low_ms: float
    high_ms: float
