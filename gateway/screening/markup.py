"""HTML mail becomes plain text: what a reader sees stays, what is quoted, hidden or tracking goes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from gateway.screening.elements import (
    BLOCKS,
    NEVER,
    PARAGRAPHS,
    Part,
    hiding_selectors,
    is_pixel,
    part_of,
    rest_is_quote,
    sets_background,
)

LIMIT = 500_000
"""Characters of HTML that are parsed, pictures inside it not counted: mark-up takes ten times the room of the text."""
_DEEPEST = 600  # elements within elements: the parser's time grows with the square of it
_DATA_URL = re.compile(r"data:[\w/+.-]{1,60};base64,[A-Za-z0-9+/=\s]*+")
# Elements that are closed by themselves or by their neighbour do not nest.
_TAG = re.compile(
    r"<(/?)(?!(?:br|img|hr|input|meta|link|col|wbr|area|base|p|li|td|th|tr|dt|dd|option)\b)[a-z]", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\r\n\f]+")


@dataclass(slots=True)
class Page:
    """The visible text of a page, what was removed by kind, and the text that a reader cannot see."""

    text: str = field(default="", repr=False)
    quoted: str = field(default="", repr=False)
    hidden: str = field(default="", repr=False)
    removed: set[str] = field(default_factory=set)


def page_text(html: str) -> Page:
    """The text of an HTML body. Walks without recursion: nesting may be as deep as the sender likes."""
    page = Page()
    html, cut = _bounded(html)
    if cut:
        page.removed.add("cut")
    root = LexborHTMLParser(html).root
    if root is not None:
        _Walk(page, hiding_selectors(html)).over(root)
    return page


def _bounded(html: str) -> tuple[str, bool]:
    """At most `LIMIT` characters and not beyond the place where elements are nested too deep; whether that cut it."""
    if len(html) > LIMIT:
        html = _DATA_URL.sub("", html[: 40 * LIMIT])
    end = min(LIMIT, len(html))
    depth = 0
    for match in _TAG.finditer(html, 0, end):
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        if depth > _DEEPEST:
            end = match.start()
            break
    return html[:end], end < len(html)


class _Sink:
    """Collects text. Breaks wait until there is text again, and the longest of those that meet wins."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._break = 0

    def add(self, text: str) -> None:
        if self._break or not self._parts or self._parts[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self._parts += ["\n" * self._break if self._parts else "", text]
            self._break = 0

    def pause(self, lines: int) -> None:
        self._break = max(self._break, lines)

    def line(self) -> None:
        """A break that somebody typed: two of them make an empty line."""
        self._break = min(self._break + 1, 2)

    def text(self) -> str:
        return "".join(self._parts).strip()


class _Walk:
    """One pass over the tree in document order. What it meets goes to the visible, the quoted or the hidden text."""

    def __init__(self, page: Page, hiding: frozenset[str]) -> None:
        self._page = page
        self._hiding = hiding
        self._sinks = {Part.TEXT: _Sink(), Part.QUOTE: _Sink(), Part.HIDDEN: _Sink()}
        self._rest_is_quote = False

    def over(self, root: Any) -> None:
        stack: list[tuple[Any, Part, bool]] = [(root, Part.TEXT, False)]
        while stack:
            node, part, dark = stack.pop()
            if isinstance(node, int):
                self._sinks[part].pause(node)
            else:
                stack += self._enter(node, Part.QUOTE if self._rest_is_quote and part is Part.TEXT else part, dark)
        self._page.text = self._sinks[Part.TEXT].text()
        self._page.quoted = self._sinks[Part.QUOTE].text()
        self._page.hidden = self._sinks[Part.HIDDEN].text()

    def _enter(self, node: Any, part: Part, dark: bool) -> list[tuple[Any, Part, bool]]:
        """What is to be visited next: the children of an element, last one first, and the break behind them."""
        tag = node.tag
        if tag == "-text":
            self._sinks[part].add(_SPACE.sub(" ", node.text_content or ""))
        elif tag == "br":
            self._sinks[part].line()
        elif tag in NEVER:
            self._note(NEVER[tag])
        elif tag == "img":
            self._note("tracking" if is_pixel(node.attributes) else None)
        else:
            attributes = node.attributes
            dark = dark or sets_background(attributes)
            part = self._within(part, part_of(tag, attributes, self._hiding, dark=dark), attributes)
            lines = self._begin(tag, part)
            return [(lines, part, dark), *((child, part, dark) for child in reversed(list(_children(node))))]
        return []

    def _within(self, outer: Part, own: Part, attributes: dict[str, str | None]) -> Part:
        """Nothing in a hidden or quoted element becomes visible again; what is hidden in a quote is hidden."""
        if rest_is_quote(attributes):
            self._rest_is_quote = True
            own = Part.QUOTE
        if outer is Part.HIDDEN or own is Part.HIDDEN:
            self._note("hidden")
            return Part.HIDDEN
        if own is not Part.TEXT and outer is Part.TEXT:
            self._note(own.value)
        return Part.QUOTE if own is not Part.TEXT else outer

    def _begin(self, tag: str, part: Part) -> int:
        """The break before an element; how many lines the one behind it has."""
        lines = 2 if tag in PARAGRAPHS else 1 if tag in BLOCKS else 0
        for either in {part, Part.TEXT}:
            self._sinks[either].pause(lines)
        if tag == "li":
            self._sinks[part].add("- ")
        elif tag in ("td", "th"):
            self._sinks[part].add(" ")
        return lines

    def _note(self, kind: str | None) -> None:
        if kind:
            self._page.removed.add(kind)


def _children(node: Any) -> Iterator[Any]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next
