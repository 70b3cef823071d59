"""What a draft may quote, as it was last read from its sources."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from gateway.records.columns import moment


class Source(SQLModel, table=True):
    """A knowledge source, its owner, and when it was last read. `version` changes when any of its articles does."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    owner: str
    version: str
    articles: int
    read_at: datetime = moment()


class Article(SQLModel, table=True):
    """One article. `audience` is public or internal; internal ones never reach a requester."""

    __tablename__ = "article"

    source: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    title: str
    text: str
    url: str | None = Field(default=None, nullable=True)
    language: str | None = Field(default=None, nullable=True)
    audience: str
    brand: str | None = Field(default=None, nullable=True)
    owner: str | None = Field(default=None, nullable=True)
    updated_at: datetime | None = moment(nullable=True)
