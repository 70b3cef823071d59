"""Where something is in a document: JMESPath of an admin's file, over what a stranger sent, in bounded steps."""

from collections.abc import Iterator
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

LONGEST = 500  # characters
MOST_STEPS = 200_000  # parts that are looked at, and entries of lists that are made, for one question
Chain = tuple[str, ...]


class TooMuch(Exception):
    """The document makes an expression look at more than anybody would send."""


class Expression:
    """One JMESPath expression. Raises `ValueError` where it is none."""

    __slots__ = ("_parsed", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise ValueError(f"the expression is longer than {LONGEST} characters")
        try:
            self._parsed = jmespath.compile(text).parsed
        except JMESPathError as error:
            position = getattr(error, "lex_position", None)
            where = f" at character {position + 1}" if isinstance(position, int) and position >= 0 else ""
            raise ValueError(f"this is not JMESPath{where}: {text[:60]!r}") from None
        except (ValueError, RecursionError):
            raise ValueError(f"this is not JMESPath: {text[:60]!r}") from None

    def find(self, document: Any) -> Any:
        """What is there; None where nothing is, or where a function was given another type. Raises `TooMuch`."""
        try:
            return _Bounded().visit(self._parsed, document)
        except RecursionError:
            raise TooMuch from None
        except (JMESPathError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
            return None

    def names(self) -> set[Chain]:
        """The names that the expression looks up in the document itself, each with what it looks up in them."""
        return set(_names(self._parsed))

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class _Bounded(TreeInterpreter):  # type: ignore[misc]
    """Counts, because a short expression can make lists of lists, and a payload can be made for that."""

    def __init__(self) -> None:
        super().__init__()
        self._left = MOST_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._spend(1)
        found = super().visit(node, *args, **kwargs)
        if isinstance(found, list):
            self._spend(len(found))
        elif isinstance(found, str):
            self._spend(len(found) // 1000)
        return found

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooMuch


def _names(node: Any) -> Iterator[Chain]:
    kind, children = node["type"], node["children"]
    if kind == "field":
        yield (str(node["value"]),)
    elif kind == "subexpression":
        first = list(_names(children[0]))
        fields = [child["value"] for child in children[1:] if child["type"] == "field"]
        if children[0]["type"] == "field" and fields:
            yield (*first[0], str(fields[0]))
        else:
            yield from first
    elif kind in ("pipe", "index_expression", "projection", "value_projection", "filter_projection", "flatten"):
        yield from _names(children[0])  # the rest looks at what this found
    elif kind != "expref":
        for child in children:
            if isinstance(child, dict):
                yield from _names(child)
