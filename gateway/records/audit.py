"""The record of who did what. Rows are added and never changed: the database refuses it, and the tree would tell."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment


def octets() -> Any:
    """Bytes."""
    return Field(sa_column=Column(LargeBinary, nullable=False))


def number() -> Any:
    """A 64-bit number that we give ourselves. No reference: the record must be able to tell of a row that is gone."""
    return Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


class AuditEntry(SQLModel, table=True):
    """One act, committed together with what it did. Nothing personal is in it."""

    __tablename__ = "audit_entry"

    id: int = identity()
    at: datetime = moment(now=True)
    who: str
    act: str
    on_what: str
    from_where: str
    detail: Any = json(nullable=True)
    content_hash: str | None = Field(default=None, nullable=True)  # of the text that the act was about
    personal_hash: str | None = Field(default=None, nullable=True)  # of the encrypted part beside it


class AuditWaiting(SQLModel, table=True):
    """An entry that is in no tree yet. A trigger adds it with its entry, the seal takes it away."""

    __tablename__ = "audit_waiting"

    entry_id: int = number()


class AuditLeaf(SQLModel, table=True):
    """The place of an entry in the tree. An entry that was committed late has a later place than its number says."""

    __tablename__ = "audit_leaf"

    place: int = number()
    entry_id: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    hash: bytes = octets()


class AuditHead(SQLModel, table=True):
    """A signed head of the tree. `edge`: the hashes of its complete subtrees, which is all that going on needs."""

    __tablename__ = "audit_head"

    size: int = number()
    at: datetime = moment()
    root: bytes = octets()
    edge: bytes = octets()
    signature: bytes = octets()
    key: str


class AuditPersonal(SQLModel, table=True):
    """The personal part of an entry, encrypted with its requester's key."""

    __tablename__ = "audit_personal"

    entry_id: int = number()
    account: str
    requester: str
    at: datetime = moment(now=True)
    sealed: bytes = octets()


class RequesterKey(SQLModel, table=True):
    """A requester's key. Without it, what it encrypted is gone, also from every backup that has no key either."""

    __tablename__ = "requester_key"

    account: str = Field(primary_key=True)
    requester: str = Field(primary_key=True)
    key: bytes = octets()
    made_at: datetime = moment(now=True)
