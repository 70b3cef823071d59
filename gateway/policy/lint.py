"""Finds what compiles and is wrong all the same: words that a fact never takes, patterns and zones that cannot work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import available_timezones

from gateway.policy.cel import Language, Program
from gateway.policy.cel_tree import Expr
from gateway.policy.errors import did_you_mean

_NO_FACT = 'this condition looks at no fact, so it never changes: a rule that always applies says "when: always"'
_COMPARES = ("_==_", "_!=_")
_READ = {"duration": 'duration("4h")', "timestamp": 'timestamp("2026-12-24T00:00:00Z")'}
_ZONED = (
    "getHours",
    "getMinutes",
    "getDayOfWeek",
    "getDayOfMonth",
    "getDate",
    "getMonth",
    "getFullYear",
    "getDayOfYear",
)


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to mend; `position` counts characters of the condition."""

    message: str
    position: int


def lint(program: Program, language: Language) -> list[Remark]:
    """Everything in one condition that can never do what it looks like."""
    if not program.facts:
        return [Remark(_NO_FACT, 0)]
    return sorted(_Lint(language).look(program.tree, {}), key=lambda remark: remark.position)


class _Lint:
    def __init__(self, language: Language) -> None:
        self._language = language

    def look(self, node: Expr, bound: Mapping[str, str]) -> Iterator[Remark]:
        """Walk one node; `bound` says which fact's entries a variable of `exists` and the like stands for."""
        if node.kind == "call":
            yield from self._call(node, bound)
        elif node.kind == "select":
            yield from self._select(node)
        elif node.kind == "each" and node.target is not None and node.target.kind == "name":
            bound = {**bound, node.name: node.target.name}
        for child in (*([node.target] if node.target else []), *node.args):
            yield from self.look(child, bound)

    def _call(self, node: Expr, bound: Mapping[str, str]) -> Iterator[Remark]:
        if node.name in _COMPARES and len(node.args) == 2:
            left, right = node.args
            for fact, word in ((left, right), (right, left)):
                if fact.kind == "name":
                    yield from self._word(bound.get(fact.name, fact.name), word)
        elif node.name == "@in" and len(node.args) == 2:
            yield from self._membership(*node.args, bound)
        elif node.name == "_[_]" and node.args[0].kind == "name":
            name, key = node.args[0].name, node.args[1]
            if bound.get(key.name) != name:  # inside `exists` the key is always there
                yield from self._index(name, key)
        else:
            yield from self._constants(node)

    def _membership(self, left: Expr, right: Expr, bound: Mapping[str, str]) -> Iterator[Remark]:
        if right.kind == "name":
            yield from self._word(right.name, left)
        elif right.kind == "list" and left.kind == "name":
            for item in right.args:
                yield from self._word(bound.get(left.name, left.name), item)

    def _word(self, fact: str, word: Expr) -> Iterator[Remark]:
        if word.kind != "const" or not isinstance(word.value, str):
            return
        known = self._known(fact)
        if known and word.value not in known:
            kind = "topic" if fact == "screen.topics" else f"value of {fact}"
            listed = (
                ", ".join(f'"{value}"' for value in known if value)
                if len(known) <= 12
                else "see `countersign policy facts`"
            )
            hint = did_you_mean(word.value, known) or f" Known: {listed}."
            yield Remark(f'"{word.value}" is no {kind}.{hint}', word.position)

    def _known(self, fact: str) -> tuple[str, ...]:
        if fact == "screen.topics":
            return self._language.topics
        return self._language.catalogue[fact].values if fact in self._language.catalogue else ()

    def _select(self, node: Expr) -> Iterator[Remark]:
        if node.target is not None and node.target.kind == "name" and node.target.name == "screen.topics":
            hint = did_you_mean(node.name, self._language.topics)
            yield Remark(f'there is no topic "{node.name}".{hint}', max(0, node.position - len("screen.topics")))

    def _index(self, fact: str, key: Expr) -> Iterator[Remark]:
        if fact == "screen.topics":
            yield from self._word(fact, key)
            yield Remark("write screen.topics.<topic>, which is 0 where the topic was not found", key.position)
        else:
            yield Remark(f'{fact} may be shorter than that: use "word" in {fact}', key.position)

    def _constants(self, node: Expr) -> Iterator[Remark]:
        """Texts that CEL reads only while it runs."""
        for arg in node.args:
            if arg.kind != "const" or not isinstance(arg.value, str):
                continue
            quoted = _quoted(arg.value)
            if node.name == "matches" and not self._language.works(f'"".matches({quoted})'):
                yield Remark(
                    "this regular expression cannot be read (RE2 syntax: no look-around, no back-references)",
                    arg.position,
                )
            elif node.name in _READ and not self._language.works(f"{node.name}({quoted})"):
                yield Remark(f'"{arg.value}" cannot be read; write it as in {_READ[node.name]}', arg.position)
            elif node.name in _ZONED and not self._language.works(
                f'timestamp("2026-01-01T00:00:00Z").getHours({quoted})'
            ):
                hint = did_you_mean(arg.value, sorted(available_timezones()))
                yield Remark(f'there is no time zone "{arg.value}".{hint}', arg.position)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r") + '"'
