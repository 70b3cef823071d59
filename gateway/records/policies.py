"""Policies as they were when they decided, so that an old decision can still be explained."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment


class PolicySet(SQLModel, table=True):
    """The full text of a set of policy files. `version` is the SHA-256 over them."""

    __tablename__ = "policy_set"

    version: str = Field(primary_key=True)
    files: Any = json()
    first_seen_at: datetime = moment(now=True)


class PolicyPublication(SQLModel, table=True):
    """Which set binds, since when, and by whom. The newest row is the one in force."""

    __tablename__ = "policy_publication"

    id: int = identity()
    version: str = Field(foreign_key="policy_set.version")
    at: datetime = moment(now=True)
    by: str
    reason: str | None = Field(default=None, nullable=True)


class PolicyFolder(SQLModel, table=True):
    """What was last seen in the watched folder: its last good version, and why a later edit is refused. One row."""

    __tablename__ = "policy_folder"

    name: str = Field(primary_key=True)  # always "watched"
    version: str | None = Field(default=None, nullable=True)
    refused_at: datetime | None = moment(nullable=True)
    problems: Any = json(nullable=True)
