"""Atlassian's document format: text becomes a document word for word, and a document becomes text.

Source: developer.atlassian.com, "Atlassian Document Format".
"""

import re
from collections.abc import Iterator
from typing import Any

from connectors.values import mapping, objects, storable, text

DEEPEST = 60
_PARAGRAPH = re.compile(r"\n[ \t]*\n\s*")
_SAID = {
    "mention": "text",
    "emoji": "text",
    "inlineCard": "url",
    "blockCard": "url",
    "embedCard": "url",
    "status": "text",
}
_INLINE = {"text", "hardBreak", *_SAID}


def document(words: str) -> dict[str, Any]:
    """Paragraphs of plain text. Nothing in a text node is markup, so nothing has to be escaped."""
    parts = (part.strip() for part in _PARAGRAPH.split(storable(words)))
    return {"type": "doc", "version": 1, "content": [_paragraph(part) for part in parts if part]}


def _paragraph(part: str) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = []
    for line in part.split("\n"):
        if nodes:
            nodes.append({"type": "hardBreak"})
        if line:
            nodes.append({"type": "text", "text": line})
    return {"type": "paragraph", "content": nodes}


def words(body: Any) -> str:
    """The text of a document, or of a body that came as text. Links show where they lead."""
    if isinstance(body, str):
        return text(body) or ""
    return "".join(_said(mapping(body), 0)).strip()


def _said(node: dict[str, Any], depth: int) -> Iterator[str]:
    kind = node.get("type")
    if depth > DEEPEST or not isinstance(kind, str):
        return
    if kind == "text":
        yield from _linked(node)
    elif kind == "hardBreak":
        yield "\n"
    elif kind in _SAID:
        attributes = mapping(node.get("attrs"))
        yield text(attributes.get(_SAID[kind])) or text(attributes.get("shortName")) or ""
    else:
        inside = objects(node.get("content"))
        for child in inside:
            yield from _said(child, depth + 1)
        if kind != "doc":
            yield "\n\n" if inside and str(inside[-1].get("type")) in _INLINE else ""


def _linked(node: dict[str, Any]) -> Iterator[str]:
    shown = text(node.get("text")) or ""
    yield shown
    for mark in objects(node.get("marks")):
        target = text(mapping(mark.get("attrs")).get("href"))
        if mark.get("type") == "link" and target and target.rstrip("/") != shown.rstrip("/"):
            yield f" ({target})"
