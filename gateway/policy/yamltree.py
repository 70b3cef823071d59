"""Reads YAML into a tree in which every node knows its place, with nothing in it that can surprise or explode.

Scalars stay texts, so that `no` is not false and `1e3` is not a number until somebody asks for one. Aliases, tags,
repeated keys and several documents are refused; depth and size are bounded while reading, because libyaml needs
more than a minute for 200 kB of opening brackets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from gateway.policy.yamlwords import explain, repair

MAX_DEPTH = 24
MAX_NODES = 20_000
MAX_REPAIRS = 20
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `style` is the quote or block sign, empty for a plain one; `start` and `end` count characters."""

    value: str
    line: int
    column: int
    start: int
    end: int
    style: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list. `flow`: written in brackets."""

    line: int
    column: int
    flow: bool
    items: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fields:
    """A map: the keys in the order of the file, each with its own place."""

    line: int
    column: int
    flow: bool
    pairs: dict[str, tuple[Scalar, "Node"]] = field(default_factory=dict)


Node = Scalar | Items | Fields


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the YAML. `line` and `column` count from 1."""

    message: str
    line: int
    column: int


class _Stop(Exception):
    """Reading cannot go on from here."""

    def __init__(self, mistake: Mistake, *, repairable: bool = False) -> None:
        super().__init__(mistake.message)
        self.mistake = mistake
        self.repairable = repairable


@dataclass(slots=True)
class Document:
    """What a file says: its tree, and the mistakes met on the way.

    `patched`: lines were left out to read on, so that what seems to be missing may only be unread.
    """

    text: str
    root: Node | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    patched: bool = False


def read_yaml(text: str) -> Document:
    """Read one file. Never raises for what the file says; see `Document.mistakes`.

    After a mistake the line is quoted or left out and the rest is read all the same, so that one run tells everything.
    """
    document = Document(text)
    if strange := _FORBIDDEN.search(text):
        line, column = place(text, strange.start())
        name = f"U+{ord(strange.group()):04X}"
        document.mistakes.append(
            Mistake(f"a character that no text has ({name}); save the file as UTF-8", line, column)
        )
        return document
    readable = text
    for _ in range(MAX_REPAIRS):
        mistakes: list[Mistake] = []
        try:
            document.root = _Builder(readable, mistakes).build()
            document.mistakes += mistakes
            break
        except _Stop as stop:
            document.mistakes.append(stop.mistake)
            repaired = repair(readable, stop.mistake.line) if stop.repairable else None
            if repaired is None:
                document.root = None
                document.mistakes += mistakes
                break
            readable, exact = repaired
            document.patched |= not exact
    return document


def place(text: str, index: int) -> tuple[int, int]:
    """Line and column, from 1, of a character."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1


class _Builder:
    """Builds the tree from libyaml's events, one by one."""

    def __init__(self, text: str, mistakes: list[Mistake]) -> None:
        self._text = text
        self._mistakes = mistakes
        self._nodes = 0
        self._open: list[Items | Fields] = []
        self._keys: list[Scalar | None] = []

    def build(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Stop(_at(event, 'a file is one document: remove the second "---"'))
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                self._open.pop()
                self._keys.pop()
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event)
                root = root or node
                self._enter(node)
        return root

    def _enter(self, node: Node) -> None:
        if self._open:
            self._attach(self._open[-1], node)
        if isinstance(node, Scalar):
            return
        self._open.append(node)
        self._keys.append(None)
        if len(self._open) > MAX_DEPTH:
            raise _Stop(Mistake(f"nested more than {MAX_DEPTH} levels deep", node.line, node.column))

    def _events(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self._text, Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            raise _Stop(Mistake(*explain(self._text, error)), repairable=True) from None
        except yaml.YAMLError as error:
            raise _Stop(Mistake(f"this is not YAML ({type(error).__name__})", 1, 1)) from None

    def _node(self, event: Any) -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _Stop(_at(event, f"more than {MAX_NODES:,} entries in one file"))
        start, end = event.start_mark, event.end_mark
        if isinstance(event, yaml.AliasEvent):
            self._mistakes.append(_at(event, f"aliases are not read (*{event.anchor}): a condition goes in quotes"))
            return Scalar("", start.line + 1, start.column + 1, 0, 0, "*")
        if event.anchor:
            self._mistakes.append(_at(event, f"anchors are not read (&{event.anchor}): a condition goes in quotes"))
        if event.tag not in (None, "!"):
            self._mistakes.append(_at(event, f"tags are not read ({event.tag[:40]}): a condition goes in quotes"))
        line, column = start.line + 1, start.column + 1
        if isinstance(event, yaml.ScalarEvent):
            style = event.style if event.style in ('"', "'", "|", ">") else ""
            return Scalar(event.value, line, column, start.index, end.index, style)
        flow = start.index < end.index
        return Items(line, column, flow) if isinstance(event, yaml.SequenceStartEvent) else Fields(line, column, flow)

    def _attach(self, parent: Items | Fields, node: Node) -> None:
        if isinstance(parent, Items):
            parent.items.append(node)
            return
        key, self._keys[-1] = self._keys[-1], None
        if key is None:
            if not isinstance(node, Scalar):
                raise _Stop(Mistake("a key must be a plain word", node.line, node.column), repairable=True)
            self._keys[-1] = node
        elif key.value in parent.pairs:
            first = parent.pairs[key.value][0].line
            message = f'"{key.value[:60]}" stands twice in this map (first in line {first})'
            self._mistakes.append(Mistake(message, key.line, key.column))
        else:
            parent.pairs[key.value] = (key, node)


def _at(event: Any, message: str) -> Mistake:
    return Mistake(message, event.start_mark.line + 1, event.start_mark.column + 1)
