"""Turns a message into HTML that is safe to show, whoever wrote it."""

import re
from datetime import datetime
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from connectors.contract import BodyFormat, Message

# js-default: no raw HTML, no javascript: links. Line breaks stay, as agents expect of a note.
markdown = MarkdownIt("js-default", {"breaks": True})
TAGS = {
    *("a", "b", "blockquote", "br", "code", "del", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "li"),
    *("ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
HEADING = re.compile(r"<(/?)h[1-6]>")


@lru_cache(maxsize=2000)
def shown(message: Message) -> Markup:
    """HTML for a page: no scripts, no styles, no pictures from elsewhere, and no headings among the page's own."""
    match message.format:
        case BodyFormat.TEXT:
            return Markup('<div class="text">{}</div>').format(message.body)
        case BodyFormat.MARKDOWN:
            found = markdown.render(message.body)
        case BodyFormat.HTML:
            found = message.body
    clean = nh3.clean(
        found,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(HEADING.sub(r"<\1p>", clean))  # noqa: S704 - cleaned one line above


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in the one unit that matters."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"
