"""Tries rules against the facts of one run, once for every condition, and keeps what each of them saw."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.policy.catalogue import CLOCK_NOW, DERIVED_CLOCK
from gateway.policy.cel import Language, Program, Result
from gateway.policy.condition import Condition, Leaf, Truth
from gateway.policy.decision import TriedCondition, TriedRule
from gateway.policy.facts import Fact
from gateway.policy.hours import Hours
from gateway.policy.rules import Rule
from gateway.policy.values import HIDDEN, check_values

_WORDS: Mapping[Truth, str] = {True: "true", False: "false", None: "unknown"}


class _View:
    """The facts as one time zone sees them, and every condition worked out with them so far."""

    def __init__(self, shown: Mapping[str, Any], activation: Any, why: Mapping[str, str], facts: Mapping[str, Fact]):
        self.shown = shown
        self._activation = activation
        self._why = why
        self._facts = facts
        self._results: dict[Program, Result] = {}

    def result(self, program: Program) -> Result:
        found = self._results.get(program)
        if found is None:
            found = self._results[program] = program.run(self._activation)
        return found

    def truth(self, condition: Condition) -> Truth:
        """Kleene's logic: unknown only where the unknown part could change the result."""
        if isinstance(condition, Leaf):
            return self.result(condition.program).value
        if condition.kind == "not":
            value = self.truth(condition.items[0])
            return None if value is None else not value
        decisive = condition.kind == "any"
        unsure = False
        for item in condition.items:
            value = self.truth(item)
            if value is decisive:
                return decisive
            unsure |= value is None
        return None if unsure else not decisive

    def unknown(self, condition: Condition) -> Iterator[str]:
        """The facts for want of which a condition is unknown."""
        if isinstance(condition, Leaf):
            yield from (name for name in condition.program.facts if name not in self.shown)
            return
        for item in condition.items:
            if self.truth(item) is None:
                yield from self.unknown(item)

    def tried(self, condition: Condition) -> TriedCondition:
        if isinstance(condition, Leaf):
            program = condition.program
            result = self.result(program)
            saw = {name: self._seen(name) for name in program.facts}
            trouble = self._trouble(program, result) if result.value is None else None
            return TriedCondition("if", _WORDS[result.value], condition.line, program.text, saw, trouble)
        items = tuple([self.tried(item) for item in condition.items])
        return TriedCondition(condition.kind, _joined(condition.kind, items), condition.line, items=items)

    def _seen(self, name: str) -> Any:
        value = self.shown.get(name)
        if value is None or isinstance(value, float | bool):
            return value
        if self._facts[name].personal:
            return HIDDEN
        if isinstance(value, str | list | dict):
            return value
        return value.isoformat() if hasattr(value, "isoformat") else float(value)

    def _trouble(self, program: Program, result: Result) -> str | None:
        missing = next((name for name in program.facts if name not in self.shown), None)
        if missing is None:
            return result.trouble
        return f"{missing} is unknown: {self._why.get(missing, 'nobody could tell')}"


def _joined(kind: str, items: Sequence[TriedCondition]) -> str:
    """The state of a group from the states of its parts, as `truth` would find it."""
    states = [item.state for item in items]
    if kind == "not":
        return {"true": "false", "false": "true"}.get(states[0], "unknown")
    decisive, other = ("true", "false") if kind == "any" else ("false", "true")
    if decisive in states:
        return decisive
    return "unknown" if "unknown" in states else other


class Trial:
    """The rules of one phase and how each came out: true, false, or None where nobody can tell."""

    def __init__(self, rules: Sequence[Rule], facts: Mapping[str, Any], language: Language) -> None:
        self._language = language
        self.values = check_values(facts, language.catalogue)
        self._given_clock = {name for name in DERIVED_CLOCK if facts.get(name) is not None}
        self._views: dict[Hours, _View] = {}
        self.states: list[tuple[Rule, Truth, _View]] = []
        for rule in rules:
            view = self._view(rule.hours)
            self.states.append((rule, view.truth(rule.when), view))

    def having(self, state: Truth, *, observed: bool = False) -> list[Rule]:
        """The rules that came out so: those that bind, or with `observed` the others."""
        return [rule for rule, found, _ in self.states if found is state and rule.binds is not observed]

    def say(self, rule: Rule) -> str:
        """The rule's sentence with the facts in it, or its name where it has none."""
        if not rule.then.because.text:
            return f"Rule {rule.id} applies."
        return rule.then.because.say(self._view(rule.hours).shown)

    def unknown_facts(self, rule: Rule) -> tuple[str, ...]:
        """The facts for want of which a rule could not be decided; empty where an error was the reason."""
        return tuple(dict.fromkeys(self._view(rule.hours).unknown(rule.when)))

    def tried(self, titles: Mapping[str, str]) -> tuple[TriedRule, ...]:
        """The whole explanation: every rule, every condition, what it saw."""
        return tuple(
            TriedRule(
                rule.id,
                titles.get(rule.file, ""),
                rule.folder,
                rule.file,
                rule.line,
                str(rule.mode),
                _WORDS[state],
                view.tried(rule.when),
            )
            for rule, state, view in self.states
        )

    def _view(self, hours: Hours) -> _View:
        if hours not in self._views:
            now = self.values.plain.get(CLOCK_NOW)
            clock = hours.clock(now) if now else {}
            clock = {name: value for name, value in clock.items() if name not in self._given_clock}
            activation = self._language.activation({**self.values.plain, **clock, **self._topics()})
            shown = {**self.values.shown, **clock}
            why, catalogue = self.values.why_unknown, self._language.catalogue
            self._views[hours] = _View(shown, activation, why, catalogue)
        return self._views[hours]

    def _topics(self) -> Mapping[str, float]:
        """Every topic by itself, 0 where it was not found."""
        scores = self.values.plain.get("screen.topics")
        if scores is None:
            return {}
        return {f"screen.topics.{topic}": scores.get(topic, 0.0) for topic in self._language.topics}
