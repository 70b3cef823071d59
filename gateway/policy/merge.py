"""Brings the effects of several rules together, so that the order of files never matters."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gateway.policy.decision import DueStep, Escalation
from gateway.policy.effects import Approvers, Escalate, Step
from gateway.policy.rules import Rule
from gateway.policy.words import PRIORITIES, Verdict


def most_cautious(verdicts: Iterable[Verdict]) -> Verdict:
    """withhold before review before send; review where nobody said anything."""
    return max(verdicts, key=lambda verdict: verdict.caution, default=Verdict.REVIEW)


def all_approvers(rules: Iterable[Rule]) -> tuple[Approvers, ...]:
    """Every group that was asked for, with the largest count; four eyes and opened sources if any rule wants them."""
    merged: dict[str, Approvers] = {}
    for rule in rules:
        for who in rule.then.approvers:
            before = merged.get(who.group, who)
            merged[who.group] = Approvers(
                who.group,
                max(who.count, before.count),
                who.four_eyes or before.four_eyes,
                who.open_sources or before.open_sources,
            )
    return tuple(merged[group] for group in sorted(merged))


def one_escalation(rules: Sequence[Rule], now: datetime | None) -> Escalation | None:
    """One escalation from all: the team and priority of the most urgent, the shortest deadline with the steps after it,
    all tags, everybody told."""
    found = [(rule, rule.then.escalate) for rule in sorted(rules, key=lambda rule: rule.id) if rule.then.escalate]
    if not found:
        return None
    by_urgency = sorted(found, key=lambda entry: (-_rank(entry[1].priority), _soon(entry, now)))
    by_deadline = sorted(found, key=lambda entry: _soon(entry, now))
    teams = _unique(escalate.team for _, escalate in by_urgency)
    first_rule, first = by_deadline[0]
    return Escalation(
        team=teams[0] if teams else None,
        priority=by_urgency[0][1].priority,
        within=first.within,
        due=_due(first_rule, first, now),
        tags=_unique(tag for _, escalate in found for tag in escalate.tags),
        notify=_unique(name for _, escalate in found for name in escalate.notify),
        other_teams=teams[1:],
        steps=_steps(first_rule, first, now),
        rules=tuple(rule.id for rule, _ in found),
    )


def _steps(rule: Rule, escalate: Escalate, now: datetime | None) -> tuple[DueStep, ...]:
    steps, moment = [], _due(rule, escalate, now)
    for step in escalate.next:
        moment = rule.hours.due(moment, step.within) if moment and step.within else None
        steps.append(DueStep(step, moment))
    return tuple(steps)


def _due(rule: Rule, step: Step, now: datetime | None) -> datetime | None:
    return rule.hours.due(now, step.within) if now and step.within else None


def _soon(entry: tuple[Rule, Escalate], now: datetime | None) -> tuple[float, str]:
    rule, escalate = entry
    due = _due(rule, escalate, now)
    if due:
        return due.timestamp(), rule.id
    return (float(escalate.within.minutes) if escalate.within else float("inf")), rule.id


def _rank(priority: str | None) -> int:
    return PRIORITIES.index(priority) if priority else -1


def _unique(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
