"""What a draft may quote, as it was last read from its sources."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from gateway.records.columns import identity, json, moment


class Source(SQLModel, table=True):
    """A knowledge source and how reading it went. `version` changes when any of its articles does.

    `cursor` is where reading goes on and `whole_at` when the source was last read from its beginning; whoever reads it
    holds it until `lease_until`. `settings` changes with what `countersign.yaml` says of the source. `error`: why the
    last try brought nothing; what was read before stays."""

    __tablename__ = "source"

    name: str = Field(primary_key=True)
    owner: str
    contact: str | None = Field(default=None, nullable=True)
    place: str
    settings: str
    authority: int
    version: str
    articles: int
    read_at: datetime | None = moment(nullable=True)
    cursor: str | None = Field(default=None, nullable=True)
    whole_at: datetime | None = moment(nullable=True)
    tried_at: datetime | None = moment(nullable=True)
    lease_until: datetime | None = moment(nullable=True)
    error: str | None = Field(default=None, nullable=True)
    problems: list[str] | None = json(nullable=True)


class Article(SQLModel, table=True):
    """One article. `audience` is public or internal; internal ones never reach a requester. `version` changes with
    anything that is said here, and `kept_at` is when it last did."""

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
    authority: int
    version: str
    kept_at: datetime = moment(now=True)


class Contradiction(SQLModel, table=True):
    """Two articles that name different numbers for what looks like the same thing; `older`: the first is the older one
    of the two. Found anew whenever an article changes."""

    __tablename__ = "contradiction"

    id: int | None = identity()
    source: str
    article: str
    sentence: str
    other_source: str
    other_article: str
    other_sentence: str
    unit: str
    older: bool
