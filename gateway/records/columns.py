"""Column shapes that every table shares, so that a time is always UTC and an id always a 64-bit identity."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Identity, Numeric, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def identity() -> Any:
    """A 64-bit id that the database gives."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))


def reference(target: str, *, nullable: bool = False, primary_key: bool = False, index: bool = False) -> Any:
    """The id of a row in another table."""
    return Field(
        default=None,
        sa_column=Column(
            BigInteger, ForeignKey(target), nullable=nullable and not primary_key, primary_key=primary_key, index=index
        ),
    )


def moment(*, nullable: bool = False, now: bool = False) -> Any:
    """A time with its zone."""
    column: Column[datetime] = Column(
        DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None
    )
    return Field(default=None, sa_column=column)


def json(*, nullable: bool = False) -> Any:
    """A JSON value."""
    return Field(default=None, sa_column=Column(JSONB, nullable=nullable))


def money() -> Any:
    """USD to 1e-12; null is "not known", never zero."""
    return Field(default=None, sa_column=Column(Numeric(24, 12), nullable=True))


def owed() -> Any:
    """USD to 1e-12 that somebody has counted."""
    return Field(sa_column=Column(Numeric(24, 12), nullable=False))
