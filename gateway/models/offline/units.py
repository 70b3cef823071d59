"""Cuts a passage into what can be quoted whole: a sentence, or a list with the line that leads to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.models.request import PromptPassage
from gateway.models.sentences import spans

ITEM = re.compile(r"^\s{0,8}(?:[-*•]|\d{1,2}[.)])\s+(.*)$")
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
TABLE = re.compile(r"^\s*\|")
EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")
LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\(([^()\s]{0,500})[^()\n]{0,100}\)")
MOST_ITEMS = 8


@dataclass(frozen=True, slots=True)
class Unit:
    """Something to quote: its lines, the passage it is from, and what stood above it."""

    passage: PromptPassage
    lines: tuple[str, ...]
    above: str  # the heading
    paragraph: int  # units with the same number follow one another in one paragraph
    listed: bool = False

    @property
    def text(self) -> str:
        """All of it in one line."""
        return " ".join(self.lines)


def units_of(passage: PromptPassage) -> list[Unit]:
    """The units of a passage in order."""
    found: list[Unit] = []
    prose: list[str] = []
    items: list[str] = []
    above, paragraph = "", 0

    def flush() -> None:
        nonlocal paragraph
        paragraph += 1
        sentences = list(sentences_in(" ".join(prose)))
        lead = sentences.pop() if items and sentences and sentences[-1].endswith(":") else None
        found.extend(Unit(passage, (sentence,), above, paragraph) for sentence in sentences)
        if items:
            lead = lead or heading_line(above)
            lines = (*([lead] if lead else []), *(f"- {item}" for item in items[:MOST_ITEMS]))
            found.append(Unit(passage, lines, above, paragraph, listed=True))
        prose.clear()
        items.clear()

    for line in passage.text.split("\n"):
        if heading := HEADING.match(line):
            flush()
            above = clean(heading.group(1))
        elif item := ITEM.match(line):
            items.append(clean(item.group(1)))
        elif not line.strip():
            if items or not (prose and prose[-1].rstrip().endswith(":")):
                flush()
        elif TABLE.match(line):
            flush()
        else:
            if items:
                flush()
            prose.append(clean(line))
    flush()
    return found


def heading_line(above: str) -> str | None:
    """The line over a list that has no sentence of its own to lead to it."""
    return (above if above.endswith((":", "?", "!")) else f"{above}:") if above else None


def sentences_in(text: str) -> Iterator[str]:
    """The sentences of a paragraph that say something."""
    return (text[start:end] for start, end in spans(text) if end - start > 8)


def clean(text: str) -> str:
    """Markdown off; of a link its words stay, of a picture nothing."""
    text = LINK.sub(lambda link: "" if link.group().startswith("!") else link.group(1), text)
    return EMPHASIS.sub("", text).strip()
