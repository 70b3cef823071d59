"""Compiles and runs one condition in CEL, and says what is wrong with it in plain words.

Facts that read over `cel_expr_python` (0.1.3): errors while running are values, not exceptions; names are declared flat
and dotted, so that a misspelt one is an error of compiling; a missing fact inside `a || b` is absorbed where the other
side decides, which is the three-valued logic that we want.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.policy.cel_tree import Expr, read_tree
from gateway.policy.facts import Fact, FactType

MAX_LENGTH = 1000
"""Characters of one condition."""

NUMBER = "DOUBLE"
# As the names of the library's types: it takes 8 MB, and a web process compiles no condition until somebody asks.
_TYPES = {
    FactType.TEXT: ("STRING",),
    FactType.NUMBER: (NUMBER,),
    FactType.YES_NO: ("BOOL",),
    FactType.LIST: ("List", "STRING"),
    FactType.SCORES: ("Map", "STRING", NUMBER),
    FactType.TIME: ("TIMESTAMP",),
}
_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.+)")
_MIXED = re.compile(r"applied to '\((double, int|int, double|double, list\(int\))\)'")
_WHOLE = re.compile(r"-?\d+(?![\w.])")
_TEXTS = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Refused(Exception):
    """A condition that does not compile. `position` counts characters of the text as it was written."""

    message: str
    position: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a condition came to: true, false, or None with the reason why nobody could tell."""

    value: bool | None
    trouble: str | None = None


class Program:
    """One compiled condition. `facts` are the names that it looks at, in the order of the text."""

    __slots__ = ("_expression", "facts", "text", "tree")

    def __init__(self, text: str, expression: Any, tree: Expr, facts: tuple[str, ...]) -> None:
        self.text = text
        self.tree = tree
        self.facts = facts
        self._expression = expression

    def run(self, activation: Any) -> Result:
        """Evaluate; never raises for what the facts hold."""
        try:
            value = self._expression.eval(activation).value()
        except RuntimeError as error:
            return Result(None, _trouble(str(error)))
        if value is True:
            return _TRUE
        if value is False:
            return _FALSE
        return Result(None, _trouble(str(value)))


_TRUE, _FALSE = Result(True), Result(False)


class Language:
    """CEL, typed against one catalogue of facts and the topics that are known."""

    def __init__(self, catalogue: Mapping[str, Fact], topics: tuple[str, ...] = ()) -> None:
        from cel_expr_python import cel
        from cel_expr_python.ext import ext_strings

        def typed(name: str, *inner: str) -> Any:
            found = getattr(cel.Type, name)
            return found(*map(typed, inner)) if inner else found

        self.catalogue = catalogue
        self.topics = topics
        variables = {name: typed(*_TYPES[fact.type]) for name, fact in catalogue.items()}
        variables |= {f"screen.topics.{topic}": typed(NUMBER) for topic in topics}
        self.names = tuple(variables)
        self._env = cel.NewEnv(variables=variables, extensions=[ext_strings.ExtStrings()])
        self._kept: dict[str, Program] = {}

    def compile(self, text: str) -> Program:
        """A program that yields yes or no. Equal texts share one. Raises Refused with the first thing to mend."""
        if text not in self._kept:
            self._kept[text] = self._compile(text)
        return self._kept[text]

    def activation(self, values: Mapping[str, Any]) -> Any:
        """The facts of one decision, ready for any program; facts that are not in it are unknown."""
        return self._env.Activation(values)

    def works(self, expression: str) -> bool:
        """Whether a constant expression can be evaluated: for regular expressions, time zones and the like."""
        try:
            return bool(self._env.compile(expression).eval(data={}).type().name() != "ERROR")
        except RuntimeError:
            return False

    def _compile(self, text: str) -> Program:
        if not text.strip():
            raise Refused("the condition is empty", 0)
        if len(text) > MAX_LENGTH:
            raise Refused(
                f"the condition is longer than {MAX_LENGTH} characters: split it into several under all or any", 0
            )
        numbered = _Numbers(text)
        for _ in range(_ROUNDS):
            try:
                expression = self._env.compile(numbered.text)
                break
            except RuntimeError as error:
                errors = list(_errors(numbered.text, str(error)))
                mended = sum(numbered.mend(position, message) for position, message in errors)
                if not mended:
                    position, message = errors[0]
                    raise Refused(message, numbered.original(position)) from None
        else:
            raise Refused("the condition mixes whole and decimal numbers too often to be understood", 0)
        kind = expression.return_type().name()
        if kind != "BOOL":
            raise Refused(f"RESULT {kind}", 0)
        tree = numbered.original_places(read_tree(expression.serialize()))
        return Program(text, expression, tree, tuple(dict.fromkeys(self._used(tree))))

    def _used(self, tree: Expr) -> Iterator[str]:
        for node in sorted(tree.walk(), key=lambda node: node.position):
            if node.kind == "name":
                if node.name in self.catalogue:
                    yield node.name
                elif node.name in self.names:
                    yield "screen.topics"


class _Numbers:
    """A condition whose whole numbers become decimal ones beside a fact, since CEL never compares the two kinds."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._added: list[int] = []

    def mend(self, position: int, message: str) -> bool:
        """Rewrite the number beside the operator at `position`; False where the message is about something else."""
        found = _MIXED.search(message)
        if found is None:
            return False
        numbers = [match for match in _WHOLE.finditer(self.text) if not self._quoted(match.start())]
        if found.group(1) == "int, double":
            near = [match for match in numbers if match.end() <= position][-1:]
            near = [match for match in near if not self.text[match.end() : position].strip(" )")]
        elif found.group(1) == "double, int":
            near = [match for match in numbers if match.start() > position][:1]
            near = [match for match in near if not self.text[position : match.start()].strip(" (<>=!+-*/\n")]
        else:
            closing = self.text.find("]", position)
            near = [match for match in numbers if position < match.start() < closing]
        for match in reversed(near):
            self.text = f"{self.text[: match.end()]}.0{self.text[match.end() :]}"
            self._added = sorted([*(at + 2 if at >= match.end() else at for at in self._added), match.end()])
        return bool(near)

    def _quoted(self, position: int) -> bool:
        return any(match.start() < position < match.end() for match in _TEXTS.finditer(self.text))

    def original(self, position: int) -> int:
        return position - 2 * sum(1 for at in self._added if at < position)

    def original_places(self, tree: Expr) -> Expr:
        if not self._added:
            return tree
        target = self.original_places(tree.target) if tree.target else None
        args = tuple(self.original_places(arg) for arg in tree.args)
        return Expr(tree.kind, self.original(tree.position), tree.name, tree.value, target, args)


def _errors(text: str, report: str) -> Iterator[tuple[int, str]]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    found = [(int(line), int(column), message) for line, column, message in _ERROR.findall(report)]
    for line, column, message in found:
        yield starts[min(line, len(starts)) - 1] + column - 1, message
    if not found:
        yield 0, report


def _trouble(report: str) -> str:
    """Why a condition could not be evaluated, without any text of the ticket."""
    for sign, words in _TROUBLES:
        if sign in report:
            return words
    return "this condition could not be evaluated"


_TROUBLES = (
    ("No value with name", "a fact is unknown"),
    ("Key not found", "there is no entry with this key"),
    ("ndex", "the list is shorter than that"),
    ("divide by zero", "division by zero"),
    ("modulus by zero", "division by zero"),
    ("conversion", "a value cannot be converted"),
    ("convert", "a value cannot be converted"),
    ("regular expression", "a regular expression cannot be read"),
    ("timezone", "a time zone does not exist"),
    ("budget exceeded", "the condition takes too many steps"),
    ("overflow", "a number is too large"),
)
