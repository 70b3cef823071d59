"""Turns an HTML page into an article: its main part as plain text with headings, and what its head says of it."""

import re
from collections.abc import Iterator
from typing import Any

from selectolax.lexbor import LexborHTMLParser

LIMIT = 400_000  # characters of HTML that are parsed
_MOST_ELEMENTS = 50_000
_NEVER = frozenset(
    (
        *("head", "title", "script", "style", "noscript", "template", "iframe", "svg", "math"),
        *("nav", "header", "footer", "aside", "form", "button", "select", "dialog"),
    )
)
_BLOCKS = frozenset(
    (
        *("p", "div", "section", "article", "main", "ul", "ol", "dl", "dt", "dd", "table", "tr", "blockquote", "pre"),
        *("figure", "figcaption", "details", "summary", "hr"),
    )
)
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_SPACE = re.compile(r"\s+")
_META = {
    "audience": "audience",
    "owner": "owner",
    "brand": "brand",
    "updated": "updated",
    "article:modified_time": "updated",
}


def article_text(html: str) -> str:
    """The text of a page or a piece of one. Where it marks its main part, only that."""
    tree = LexborHTMLParser(html[:LIMIT])
    chosen = tree.css_first("main") or tree.css_first("article") or tree.body or tree.root
    return _tidied("".join(_pieces(chosen))) if chosen is not None else ""


def told_by(html: str) -> dict[str, Any]:
    """What a page says of itself: title, language, address, and the metas that a front matter would have."""
    tree = LexborHTMLParser(html[:LIMIT])
    heading, title = tree.css_first("h1"), tree.css_first("title")
    root, canonical = tree.css_first("html"), tree.css_first("link[rel=canonical]")
    said: dict[str, Any] = {
        "title": next((words for node in (heading, title) if node and (words := _words(node.text()))), None),
        "language": (root.attributes.get("lang") if root else None) or None,
        "url": canonical.attributes.get("href") if canonical else None,
    }
    for meta in tree.css("meta"):
        key = _META.get((meta.attributes.get("name") or meta.attributes.get("property") or "").lower())
        if key and key not in said:
            said[key] = meta.attributes.get("content")
    return {key: value for key, value in said.items() if value}


def _pieces(root: Any) -> Iterator[str]:
    """Text in the order of the page. Without recursion: nesting may be as deep as the page likes."""
    waiting: list[tuple[Any, bool]] = [(root, True)]
    for _ in range(_MOST_ELEMENTS):
        if not waiting:
            return
        node, enters = waiting.pop()
        tag = node.tag
        if not enters:
            yield "\n\n"
        elif tag == "-text":
            yield _SPACE.sub(" ", node.text_content or "")
        elif tag == "br":
            yield "\n"
        elif tag not in _NEVER and "hidden" not in node.attributes:
            if heading := _HEADINGS.get(tag):
                yield f"\n\n{heading} "
            elif tag in _BLOCKS or tag == "li":
                yield "\n- " if tag == "li" else "\n\n"
            elif tag in ("td", "th"):
                yield " "
            if heading or tag in _BLOCKS:
                waiting.append((node, False))
            waiting.extend((child, True) for child in reversed(list(node.iter(include_text=True))))


def _tidied(text: str) -> str:
    lines = (_words(line) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?m)^(-|#{1,6})\n+", r"\1 ", "\n".join(lines))).strip()


def _words(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
