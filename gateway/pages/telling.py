"""Filters of the templates: times, durations, links, and text in which placeholders and citations can be seen."""

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from markupsafe import Markup, escape

LONGEST_TEXT = 20_000  # characters of one text that a page shows
_PLACEHOLDER = re.compile(r"&lt;([A-Z][A-Z_]{1,30}_\d{1,6}|MASKED)&gt;")
_CITATION = re.compile(r"\[(\d{1,3})\]")
_STEPS = ((60, "s"), (60, "min"), (24, "h"), (30, "days"))


def moment(at: datetime | str | None, now: datetime) -> Markup:
    """A `<time>`: relative, with the exact one on hover."""
    when = _parsed(at)
    if when is None:
        return Markup('<span class="unknown">not known</span>')
    exact = when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    markup = Markup('<time datetime="{}" title="{}">{}</time>')
    return markup.format(when.isoformat(), exact, relative(when, now))


def relative(when: datetime, now: datetime) -> str:
    """`just now`, `3 min ago`, `in 2 h`; beyond a month the date."""
    seconds = (now - when).total_seconds()
    if abs(seconds) < 5:
        return "just now"
    amount = abs(seconds)
    for size, unit in _STEPS:
        if amount < size:
            told = f"{amount:.0f} {'day' if unit == 'days' and round(amount) == 1 else unit}"
            return f"{told} ago" if seconds > 0 else f"in {told}"
        amount /= size
    return when.astimezone(UTC).strftime("%Y-%m-%d")


def text(value: Any, passages: Collection[int] = ()) -> Markup:
    """A text of the ticket or the model, escaped. Placeholders stand out, and [n] links to a passage that is shown."""
    if not isinstance(value, str):
        return Markup('<span class="unknown">not kept</span>')
    shown = value[:LONGEST_TEXT]
    marked = _PLACEHOLDER.sub(
        r'<span class="masked" title="masked before the model saw it">\1</span>', str(escape(shown))
    )
    linked = _CITATION.sub(lambda match: _cited(match, passages), marked)
    cut = f"\n[{len(value) - LONGEST_TEXT:,} more characters]" if len(value) > LONGEST_TEXT else ""
    return Markup(linked + cut)  # noqa: S704 - escaped above, before the first tag of our own


def link(url: Any) -> str | None:
    """An address that may stand in a link: http and https alone, because sources and help desks name their own."""
    if not isinstance(url, str) or len(url) > 2000:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def segment(value: str) -> str:
    """One piece of a path, whatever characters a help desk uses in its ids."""
    return quote(value, safe="")


def sentence(value: str) -> str:
    """Reasons are kept as parts of a line of the log; on a page they begin with a capital."""
    return value[:1].upper() + value[1:]


def share(value: float | None) -> str:
    """0..1 as a percentage."""
    return "not known" if value is None else f"{value * 100:.0f} %"


def _cited(match: re.Match[str], passages: Collection[int]) -> str:
    number = int(match[1])
    return f'<a class="cite" href="#passage-{number}">[{number}]</a>' if number in passages else match[0]


def _parsed(at: datetime | str | None) -> datetime | None:
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    if not isinstance(at, str):
        return None
    try:
        return _parsed(datetime.fromisoformat(at))
    except ValueError:
        return None
