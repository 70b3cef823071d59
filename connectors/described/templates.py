"""Requests are built, never pasted together: `${...}` in a description stands for a value, whatever its text is.

In a body it becomes a JSON value, in a path one quoted segment, in a query a parameter, in a header a line without
breaks. What stands between the braces is JMESPath over the names that a call is given.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from connectors.described.expression import Chain, Expression
from connectors.errors import Rejected

DEEPEST = 12  # levels of a body
Context = Mapping[str, Any]
_LEFT_OUT = object()


class Text:
    """A text with placeholders. Raises `ValueError` where one is not closed, or is no JMESPath."""

    __slots__ = ("parts", "source")

    def __init__(self, source: str) -> None:
        self.source = source
        self.parts = tuple(_parts(source))

    def value(self, context: Context) -> Any:
        """The value itself where the text is one placeholder; else a text."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Expression):
            return self.parts[0].find(context)
        return "".join(part if isinstance(part, str) else _written(part, context) for part in self.parts)

    def path(self, context: Context) -> str:
        """Each value is one segment, or a part of one, and leads nowhere else."""
        return "".join(part if isinstance(part, str) else _segment(part, context) for part in self.parts)

    def line(self, context: Context) -> str | None:
        """The value of a header; None where it is one placeholder that finds nothing."""
        found = self.value(context)
        if found is None:
            return None
        line = _scalar(found, self.source)
        if not (line.isascii() and line.isprintable()):
            raise Rejected(
                f"{self.source} would put a line break, or a character that does not belong there, into a header"
            )
        return line

    def names(self) -> Iterator[Chain]:
        for part in self.parts:
            if isinstance(part, Expression):
                yield from part.names()


class Tree:
    """The JSON of a body, with placeholders in its texts."""

    __slots__ = ("_root",)

    def __init__(self, source: Any) -> None:
        self._root = _read(source, 0)

    def value(self, context: Context) -> Any:
        """What finds nothing is left out, and so is a map or a list of nothing else."""
        found = _filled(self._root, context)
        return {} if found is _LEFT_OUT else found

    def names(self) -> Iterator[Chain]:
        yield from _tree_names(self._root)


def _parts(source: str) -> Iterator[str | Expression]:
    before = 0
    while (begin := source.find("${", before)) >= 0:
        if begin > before:
            yield source[before:begin]
        end = _end(source, begin + 2)
        yield Expression(source[begin + 2 : end].strip())
        before = end + 1
    if before < len(source) or not source:
        yield source[before:]


def _end(source: str, position: int) -> int:
    """Where the brace of a placeholder closes; JMESPath has braces and quotes of its own."""
    depth, quoted = 0, ""
    for at in range(position, len(source)):
        character = source[at]
        if quoted:
            quoted = "" if character == quoted and source[at - 1] != "\\" else quoted
        elif character in "'\"`":
            quoted = character
        elif character == "{":
            depth += 1
        elif character == "}":
            if depth == 0:
                return at
            depth -= 1
    raise ValueError(f"a placeholder is never closed: {source[position - 2 : position + 40]!r}")


def _read(source: Any, level: int) -> Any:
    if level > DEEPEST:
        raise ValueError(f"a body has at most {DEEPEST} levels")
    if isinstance(source, Mapping):
        return {str(key): _read(value, level + 1) for key, value in source.items()}
    if isinstance(source, list):
        return [_read(value, level + 1) for value in source]
    return Text(source) if isinstance(source, str) else source


def _filled(node: Any, context: Context) -> Any:
    if isinstance(node, Text):
        found = node.value(context)
        return _LEFT_OUT if found is None else found
    if isinstance(node, dict):
        filled = {key: _filled(value, context) for key, value in node.items()}
        kept: Any = {key: value for key, value in filled.items() if value is not _LEFT_OUT}
    elif isinstance(node, list):
        kept = [value for value in (_filled(one, context) for one in node) if value is not _LEFT_OUT]
    else:
        return node
    return _LEFT_OUT if node and not kept else kept


def _tree_names(node: Any) -> Iterator[Chain]:
    if isinstance(node, Text):
        yield from node.names()
    elif isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from _tree_names(child)


def _written(part: Expression, context: Context) -> str:
    found = part.find(context)
    return "" if found is None else _scalar(found, f"${{{part.text}}}")


def _segment(part: Expression, context: Context) -> str:
    found = _scalar(part.find(context), f"${{{part.text}}}")
    if found in ("", ".", ".."):
        raise Rejected(f"${{{part.text}}} is nothing that can stand in a path")
    return quote(found, safe="")


def _scalar(found: Any, source: str) -> str:
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str | int | float):
        return str(found)
    raise Rejected(f"{source} is neither a text nor a number, and cannot stand inside a text")
