"""Makes an article of what a file or a page says about itself; every complaint says what to do."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from gateway.knowledge.articles import Article, Audience, Defaults

MAX_ARTICLE = 500_000
"""Bytes of one article; beyond it somebody put the wrong file into the folder."""
KEYS = frozenset({"id", "title", "url", "language", "audience", "owner", "brand", "updated", "text", "content"})


class Unreadable(Exception):
    """One article is wrong at one line. Becomes a `Problem`."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def article_of(entry: Mapping[str, Any], text: object, id: object, defaults: Defaults) -> Article:
    """The article, with what the source says where it says nothing. Raises `Unreadable`."""
    title = entry.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Unreadable("has no title")
    if not isinstance(text, str) or not text.strip():
        raise Unreadable("has no text")
    if not isinstance(id, str | int) or not str(id).strip():
        raise Unreadable("has no id")
    return Article(
        source=defaults.source,
        id=str(id),
        title=_storable(title.strip()),
        text=_storable(text.strip()),
        url=_url(entry.get("url")),
        language=language_code(entry.get("language")) or defaults.language,
        audience=defaults.audience_of(title, _audience(entry.get("audience"))),
        brand=_text(entry, "brand") or defaults.brand,
        owner=_text(entry, "owner") or defaults.owner,
        updated_at=moment(entry.get("updated")),
        authority=defaults.authority,
    )


def _storable(text: str) -> str:
    """Postgres keeps no text with a zero byte, and no half of a character."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _text(entry: Mapping[str, Any], key: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{key} must be text; put it in quotes")
    return value.strip() or None if value else None


def _url(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.startswith(("https://", "http://")) or any(map(str.isspace, value)):
        raise Unreadable("url must begin with https:// and hold no spaces")
    return value


def language_code(value: object) -> str | None:
    """The language of a code such as pt-BR: pt."""
    if value is None or value == "":
        return None
    if value is False:
        return "no"  # YAML reads the code of Norwegian as a truth value
    if not isinstance(value, str) or not value.replace("-", "").replace("_", "").isalnum():
        raise Unreadable("language must be a code such as en or pt-BR")
    return value.replace("_", "-").split("-")[0].lower()


def _audience(value: object) -> Audience | None:
    if value is None:
        return None
    try:
        return Audience(str(value).lower())
    except ValueError:
        raise Unreadable('audience must be "public" or "internal"') from None


def moment(value: object) -> datetime | None:
    """A date, or a time that says or leaves out its zone."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise Unreadable("updated must be a date such as 2026-05-31") from None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise Unreadable("updated must be a date such as 2026-05-31")
