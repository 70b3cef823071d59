"""Tells a decision as text: what won and why, then every rule with what it saw, and where to edit it."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from gateway.policy.decision import Decision, TriedCondition, TriedRule
from gateway.policy.sentence import in_words

_WIDTH = 100
_MARKS = {"true": "yes", "false": "no ", "unknown": "?  "}


def explain(decision: Decision, *, everything: bool = True) -> str:
    """The whole story of a decision, at most 100 columns wide; without `everything` only rules that were not false."""
    return "\n".join(_lines(decision, everything))


def explain_rules(tried: Sequence[TriedRule], *, everything: bool = True) -> str:
    """The rules alone, for routes and redaction."""
    return "\n".join(line for rule in tried if everything or rule.state != "false" for line in _rule(rule))


def _lines(decision: Decision, everything: bool) -> Iterator[str]:
    yield f"{decision.verdict.upper()}  by policy {decision.version[:12]}"
    for sentence in decision.because:
        yield from _wrapped(f"- {sentence}", "  ")
    for who in decision.approvers:
        people = "person" if who.count == 1 else "different people"
        terms = ", four eyes" * who.four_eyes + ", sources opened" * who.open_sources
        yield f"  approved by {who.count} {people} of {who.group}{terms}"
    yield from _escalation(decision)
    if decision.floor:
        yield from _wrapped(
            "  the floor stands in the way of sending: " + " ".join(bar.because for bar in decision.floor), "    "
        )
    if decision.observed and decision.observed.matched:
        would = "would change the outcome to" if decision.observed.changes else "would also come to"
        names = ", ".join(decision.observed.matched)
        yield from _wrapped(f"  observed: {names} {would} {decision.observed.verdict}", "    ")
    shown = [rule for rule in decision.tried if everything or rule.state != "false"]
    if shown:
        yield ""
        yield f"{len(decision.tried)} rules tried; yes: holds, no: does not, ?: nobody could tell"
    for rule in shown:
        yield from _rule(rule)


def _escalation(decision: Decision) -> Iterator[str]:
    escalation = decision.escalation
    if escalation is None:
        return
    told = (*escalation.notify, *escalation.other_teams)
    parts = [
        f"to {escalation.team}" if escalation.team else "",
        f"priority {escalation.priority}" if escalation.priority else "",
        f"within {escalation.within}" if escalation.within else "",
        f"tags {', '.join(escalation.tags)}" if escalation.tags else "",
        f"tells {', '.join(told)}" if told else "",
    ]
    yield from _wrapped(f"  escalates {'; '.join(part for part in parts if part)}", "    ")
    for step in escalation.steps:
        found = {name: value for name, value in step.to_dict().items() if value and name != "due"}
        yield from _wrapped("  then " + "; ".join(f"{name} {in_words(value)}" for name, value in found.items()), "    ")


def _rule(rule: TriedRule) -> Iterator[str]:
    mode = " (observed)" if rule.mode == "observe" else ""
    yield ""
    yield f"{_MARKS[rule.state]} {rule.rule}{mode}   {rule.folder}, {rule.file}:{rule.line}"
    yield from _condition(rule.when, 1)


def _condition(condition: TriedCondition, depth: int) -> Iterator[str]:
    lead = "    " * depth
    if condition.kind == "if":
        yield from _wrapped(f"{lead}{_MARKS[condition.state]} {condition.text}", lead + "        ")
        saw = "; ".join(f"{name} = {_seen(value)}" for name, value in (condition.saw or {}).items())
        yield from _wrapped(f"{lead}      {saw}", lead + "      ")
        if condition.trouble:
            yield from _wrapped(f"{lead}      {condition.trouble}", lead + "      ")
        return
    if not condition.items:
        yield f"{lead}{_MARKS[condition.state]} always"
        return
    yield f"{lead}{_MARKS[condition.state]} {condition.kind}"
    for item in condition.items:
        yield from _condition(item, depth + 1)


def _seen(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) and value else in_words(value)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_long_words=False, drop_whitespace=True) or [text]
