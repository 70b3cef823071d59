"""Takes the typed parts out of a YAML tree and writes down each mistake with its place, without ever stopping."""

from collections.abc import Callable, Collection, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from gateway.policy.errors import Problem, did_you_mean
from gateway.policy.yamltree import Document, Fields, Items, Node, Scalar, place

T = TypeVar("T")
_BLANK_ESCAPES = set("\n \ttnvfrNLP_")
MAX_PROBLEMS = 100
"""Problems kept of one file."""


class Reader:
    """One file under examination."""

    def __init__(self, file: str, document: Document) -> None:
        self.file = file
        self.document = document
        self.problems: list[Problem] = []
        self._bad_lines = {mistake.line for mistake in document.mistakes}
        for mistake in document.mistakes:
            self._add(mistake.line, mistake.column, mistake.message)

    def problem(self, node: Node, message: str) -> None:
        """Write down a mistake at a node. A line that YAML could not read is reported once."""
        if node.line not in self._bad_lines:
            self._add(node.line, node.column, message)

    def problem_inside(self, scalar: Scalar, position: int, message: str) -> None:
        """Write down a mistake at a character of a text."""
        line, column = self.inside(scalar, position)
        if line not in self._bad_lines:
            self._add(line, column, message)

    def inside(self, scalar: Scalar, position: int) -> tuple[int, int]:
        """Line and column of a character of a text, through quotes, folds and blocks: both are walked past the same
        number of visible characters, since only blanks are ever folded."""
        source, at = self.document.text, scalar.start
        if scalar.style in ("|", ">"):
            at = source.find("\n", scalar.start) + 1
        elif scalar.style:
            at += 1
        left = sum(not char.isspace() for char in scalar.value[:position])
        while left and at < scalar.end:
            size, visible = _written(source, at, scalar.style)
            at += size
            left -= visible
        if not scalar.value[position : position + 1].isspace() and position < len(scalar.value):
            while at < scalar.end and source[at].isspace():
                at += 1
        return place(source, min(at, scalar.end))

    def _add(self, line: int, column: int, message: str) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(self.file, line, column, message))

    # -- maps and lists --------------------------------------------------------------------------------------------

    def fields(
        self, node: Node | None, known: Sequence[str], required: Sequence[str] = (), *, what: str
    ) -> dict[str, Node]:
        """The entries of a map. Unknown keys and missing ones are problems."""
        if not isinstance(node, Fields):
            if node is not None:
                self.problem(node, f"{what} is a map of {', '.join(known)}")
            return {}
        for name, (key, _) in node.pairs.items():
            if name not in known:
                hint = did_you_mean(name, known) or f" Known: {', '.join(known)}."
                self.problem(key, f'unknown key "{name[:60]}" in {what}.{hint}')
        missing = [name for name in required if name not in node.pairs]
        if missing and not self.document.patched:
            self.problem(node, f"{what} needs {' and '.join(missing)}")
        return {name: value for name, (_, value) in node.pairs.items() if name in known}

    def items(self, node: Node | None, *, what: str) -> Sequence[Node]:
        """The entries of a list; a single text stands for a list of one."""
        if isinstance(node, Items):
            if not node.items:
                self.problem(node, f"{what} is empty")
            return node.items
        if isinstance(node, Scalar):
            return [node]
        if node is not None:
            self.problem(node, f"{what} is a list")
        return []

    # -- scalars ---------------------------------------------------------------------------------------------------

    def text(self, node: Node | None, *, what: str, longest: int = 200) -> str | None:
        """A text that is not empty."""
        if node is None:
            return None
        if not isinstance(node, Scalar):
            self.problem(node, f"{what} is a text")
            return None
        value = node.value.strip()
        if not value or (not node.style and value in ("~", "null")):
            self.problem(node, f"{what} is empty")
            return None
        if len(value) > longest:
            self.problem(node, f"{what} is longer than {longest} characters")
            return None
        return value

    def name(self, node: Node | None, *, what: str, known: Collection[str] | None = None) -> str | None:
        """A text without spaces at its ends; one of `known` where that is given."""
        value = self.text(node, what=what, longest=100)
        if value is not None and known is not None and value not in known and node is not None:
            listed = did_you_mean(value, sorted(known)) or f" Known: {', '.join(sorted(known)[:12])}."
            self.problem(node, f'{what} "{value[:60]}" is not known.{listed}')
            return None
        return value

    def names(self, node: Node | None, *, what: str, known: Collection[str] | None = None) -> tuple[str, ...]:
        """A list of names, each once."""
        if node is None:
            return ()
        found = (self.name(item, what=what, known=known) for item in self.items(node, what=what))
        return tuple(dict.fromkeys(name for name in found if name is not None))

    def read(self, node: Node | None, reading: Callable[[str], T], *, what: str) -> T | None:
        """A text given to a function that raises ValueError with what it expected."""
        value = self.text(node, what=what)
        if value is None or node is None:
            return None
        try:
            return reading(value)
        except ValueError as error:
            self.problem(node, f"{what}: {error}")
            return None

    def number(self, node: Node | None, low: str, high: str, *, what: str) -> Decimal | None:
        """A decimal number within bounds."""
        return self.read(node, lambda text: _number(text, Decimal(low), Decimal(high)), what=what)

    def yes_no(self, node: Node | None, *, what: str) -> bool | None:
        """true or false."""
        return self.read(node, _yes_no, what=what)

    def each(self, node: Node | None, *, what: str) -> Iterator[tuple[Scalar, Node]]:
        """Keys and values of a map with free keys."""
        if isinstance(node, Fields):
            yield from node.pairs.values()
        elif node is not None:
            self.problem(node, f"{what} is a map")


def _written(source: str, at: int, style: str) -> tuple[int, bool]:
    """How many characters stand for the next one of a value, and whether that one is visible."""
    if style == "'" and source.startswith("''", at):
        return 2, True
    if style == '"' and source[at] == "\\":
        escape = source[at + 1 : at + 2]
        return 2 + {"x": 2, "u": 4, "U": 8}.get(escape, 0), escape not in _BLANK_ESCAPES
    return 1, not source[at].isspace()


def _number(text: str, low: Decimal, high: Decimal) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f'"{text[:40]}" is not a number') from None
    if not low <= value <= high:
        raise ValueError(f"a number from {low} to {high}")
    return value


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f'"{text[:40]}" is neither true nor false')
    return text == "true"
