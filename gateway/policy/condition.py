"""The `when` of a rule: conditions nested under all, any and not, in a logic with three values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.policy.cel import Program, Refused
from gateway.policy.cel_words import plain
from gateway.policy.errors import did_you_mean
from gateway.policy.lint import lint
from gateway.policy.reader import Reader
from gateway.policy.scope import Scope
from gateway.policy.yamltree import Fields, Items, Node, Scalar
from gateway.policy.yamlwords import QUOTE_IT

GROUPS = ("all", "any", "not")
MAX_LEAVES = 60
Truth = bool | None
"""True, false, or None where nobody can tell."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition in CEL."""

    program: Program
    line: int
    column: int

    @property
    def text(self) -> str:
        return self.program.text


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined by `all`, `any` or `not`. An `all` of nothing is `when: always`."""

    kind: str
    items: tuple["Condition", ...]
    line: int
    column: int


Condition = Leaf | Group


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Every condition below, in the order of the file."""
    if isinstance(condition, Leaf):
        yield condition
    else:
        for item in condition.items:
            yield from leaves(item)


def read_condition(reader: Reader, node: Node, scope: Scope) -> Condition | None:
    """The tree under `when`; None where something in it is wrong (which the reader has then noted)."""
    if isinstance(node, Scalar) and node.value.strip() == "always":
        return Group("all", (), node.line, node.column)
    found = _condition(reader, node, scope)
    if found is not None and sum(1 for _ in leaves(found)) > MAX_LEAVES:
        reader.problem(node, f"more than {MAX_LEAVES} conditions in one rule: split it into several rules")
        return None
    return found


def _condition(reader: Reader, node: Node, scope: Scope) -> Condition | None:
    if isinstance(node, Scalar):
        return _leaf(reader, node, scope)
    if isinstance(node, Items):
        reader.problem(
            node, f"YAML reads this as a list: {QUOTE_IT}" if node.flow else 'write "all:" or "any:" above this list'
        )
        return None
    return _group(reader, node, scope)


def _group(reader: Reader, node: Fields, scope: Scope) -> Condition | None:
    kinds = [kind for kind in node.pairs if kind in GROUPS]
    if not kinds:
        _not_a_group(reader, node)
        return None
    if len(node.pairs) > 1:
        reader.problem(node, f'"{kinds[0]}" stands alone: put the others inside it as items of its list')
        return None
    kind = kinds[0]
    _, body = node.pairs[kind]
    if kind == "not":
        if isinstance(body, Items):
            reader.problem(body, 'not takes one condition: write "not: {any: [...]}" or "not: {all: [...]}"')
            return None
        parts: Sequence[Node] = [body]
    else:
        parts = reader.items(body, what=f'"{kind}"')
    items = [_condition(reader, part, scope) for part in parts]
    if not items or None in items:
        return None
    return Group(kind, tuple(item for item in items if item is not None), node.line, node.column)


def _not_a_group(reader: Reader, node: Fields) -> None:
    first = next(iter(node.pairs), "")
    hint = did_you_mean(first, GROUPS)
    if hint or not node.pairs:
        reader.problem(node, f'"{first[:60]}" is none of all, any, not.{hint}')
    else:
        reader.problem(node, f"YAML reads this as a map, because of the braces or of a colon and a space: {QUOTE_IT}")


def _leaf(reader: Reader, node: Scalar, scope: Scope) -> Leaf | None:
    text = node.value.rstrip("\n")
    try:
        program = scope.language.compile(text)
    except Refused as refused:
        message, position = plain(
            text, refused.position, refused.message, scope.language.names, scope.language.catalogue
        )
        if _cut_by_comment(reader, node):
            message = f'YAML reads what follows " #" as a comment: {QUOTE_IT}'
        reader.problem_inside(node, position, message)
        return None
    remarks = lint(program, scope.language)
    for remark in remarks:
        reader.problem_inside(node, remark.position, remark.message)
    late = [name for name in program.facts if scope.is_late(name)]
    for name in late:
        reader.problem_inside(node, max(0, text.find(name)), scope.too_late(name))
    if remarks or late:
        return None
    return Leaf(program, *reader.inside(node, 0))


def _cut_by_comment(reader: Reader, node: Scalar) -> bool:
    rest = reader.document.text[node.end :].partition("\n")[0]
    return (
        not node.style
        and rest.lstrip().startswith("#")
        and (node.value.count('"') % 2 == 1 or node.value.count("'") % 2 == 1)
    )
