"""Finds rules that can never change a result, because another rule with the same condition does as much or more."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from gateway.policy.condition import Condition, Leaf
from gateway.policy.effects import Approvers, Escalate, ModelChoice, Redact
from gateway.policy.errors import Problem
from gateway.policy.rules import Policy, Rule
from gateway.policy.words import PRIORITIES

_DECISION = "decision"


def pointless_rules(policies: Sequence[Policy]) -> Iterator[Problem]:
    """A problem for each rule that has no say, naming the rule that makes it so."""
    alike: dict[Any, list[Rule]] = {}
    for policy in policies:
        phase = _DECISION if policy.folder in ("approval", "escalation") else policy.folder
        for rule in policy.rules:
            alike.setdefault((phase, _clock_of(rule), _shape(rule.when)), []).append(rule)
    for rules in alike.values():
        yield from _pointless(rules)


def _pointless(rules: Sequence[Rule]) -> Iterator[Problem]:
    gone: list[Rule] = []
    for rule in reversed(rules):
        others = (other for other in rules if other is not rule and other not in gone)
        stronger = next((other for other in others if _covers(other, rule)), None)
        if stronger is not None:
            gone.append(rule)
            where = f"line {stronger.line}" if stronger.file == rule.file else f"{stronger.file}:{stronger.line}"
            message = (
                f'rule "{rule.name}" can never change the result: "{stronger.name}" ({where}) has the same condition '
                "and does as much"
            )
            yield Problem(rule.file, rule.line, rule.column, message)


def _covers(strong: Rule, weak: Rule) -> bool:
    """Whether the first rule does all that the second does."""
    if weak.binds and not strong.binds:
        return False
    one, other = strong.then, weak.then
    verdicts = (one.verdict.caution if one.verdict else -1) >= (other.verdict.caution if other.verdict else -1)
    return (
        verdicts
        and _approvers_cover(one.approvers, other.approvers)
        and _escalation_covers(one.escalate, other.escalate, same_hours=strong.hours == weak.hours)
        and _model_covers(one.model, other.model)
        and _redaction_covers(one.redact, other.redact)
    )


def _approvers_cover(strong: Sequence[Approvers], weak: Sequence[Approvers]) -> bool:
    return all(
        any(
            one.group == who.group
            and one.count >= who.count
            and one.four_eyes >= who.four_eyes
            and one.open_sources >= who.open_sources
            for one in strong
        )
        for who in weak
    )


def _escalation_covers(strong: Escalate | None, weak: Escalate | None, *, same_hours: bool) -> bool:
    if weak is None:
        return True
    if strong is None:
        return False
    if weak.within is None:
        sooner = True
    elif strong.within is None:
        sooner = False
    else:
        comparable = strong.within.business == weak.within.business and (same_hours or not weak.within.business)
        sooner = comparable and strong.within.minutes <= weak.within.minutes
    return (
        sooner
        and weak.team in (None, strong.team)
        and _rank(weak.priority) <= _rank(strong.priority)
        and {*weak.tags} <= {*strong.tags}
        and {*weak.notify} <= {*strong.notify}
        and weak.next in ((), strong.next)
    )


def _model_covers(strong: ModelChoice | None, weak: ModelChoice | None) -> bool:
    if weak is None:
        return True
    if strong is None:
        return False
    outranked = strong.rank > weak.rank or strong.route == weak.route
    return (
        (not weak.route or (bool(strong.route) and outranked))
        and (not weak.only or (bool(strong.only) and {*strong.only} <= {*weak.only}))
        and (weak.temperature is None or strong.temperature is not None)
        and (
            weak.max_cost is None
            or (strong.max_cost if strong.max_cost is not None else Decimal("inf")) <= weak.max_cost
        )
    )


def _redaction_covers(strong: Redact | None, weak: Redact | None) -> bool:
    if weak is None:
        return True
    if strong is None or strong.models != weak.models:
        return False
    return all(kind in strong.kinds and strong.kinds[kind].caution >= word.caution for kind, word in weak.kinds.items())


def _shape(condition: Condition) -> Any:
    """The condition without what cannot matter: blanks, the order under all and any, repetition."""
    if isinstance(condition, Leaf):
        return " ".join(condition.text.split())
    shapes = {_shape(item) for item in condition.items}
    if condition.kind != "not" and len(shapes) == 1:
        return next(iter(shapes))
    return condition.kind, frozenset(shapes)


def _clock_of(rule: Rule) -> Any:
    """Rules that look at the clock compare only within one time zone."""
    return rule.hours if "clock." in str(_shape(rule.when)) else None


def _rank(priority: str | None) -> int:
    return PRIORITIES.index(priority) if priority else -1
