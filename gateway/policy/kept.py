"""Reads a decision back as it was kept, so that it is explained by the same words as on the day it was made."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from gateway.policy.decision import Decision, DueStep, Escalation, Observed, TriedCondition, TriedRule
from gateway.policy.effects import Approvers, Step
from gateway.policy.floor import Held
from gateway.policy.hours import Within, read_within
from gateway.policy.values import HIDDEN
from gateway.policy.words import Verdict

Kept = Mapping[str, Any]


def read_decision(kept: Kept) -> Decision:
    """The decision that `to_dict` was called on. Raises ValueError for what is none, such as one of another release."""
    try:
        return _decision(kept)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no kept decision ({type(error).__name__}: {error})") from None


def _decision(kept: Kept) -> Decision:
    observed, escalation = kept["observed"], kept["escalation"]
    return Decision(
        verdict=Verdict(kept["verdict"]),
        because=tuple(kept["because"]),
        matched=tuple(kept["matched"]),
        unknown=tuple(kept["unknown"]),
        approvers=tuple(
            # Decisions of earlier versions do not know of opened sources.
            Approvers(who["group"], who["count"], who["four_eyes"], who.get("open_sources", False))
            for who in kept["approvers"]
        ),
        escalation=_escalation(escalation) if escalation else None,
        observed=_observed(observed) if observed else None,
        floor=tuple(Held(bar["name"], bar["because"]) for bar in kept["floor"]),
        lowered=kept["lowered"],
        version=kept["version"],
        tried=tuple(map(_rule, kept["tried"])),
    )


def _observed(kept: Kept) -> Observed:
    return Observed(tuple(kept["matched"]), Verdict(kept["verdict"]), kept["changes"])


def _escalation(kept: Kept) -> Escalation:
    return Escalation(
        team=kept["team"],
        priority=kept["priority"],
        within=_within(kept["within"]),
        due=_moment(kept["due"]),
        tags=tuple(kept["tags"]),
        notify=tuple(kept["notify"]),
        other_teams=tuple(kept["other_teams"]),
        steps=tuple(map(_step, kept["steps"])),
        rules=tuple(kept["rules"]),
    )


def _step(kept: Kept) -> DueStep:
    step = Step(kept["team"], kept["priority"], _within(kept["within"]), tuple(kept["tags"]), tuple(kept["notify"]))
    return DueStep(step, _moment(kept["due"]))


def _rule(kept: Kept) -> TriedRule:
    return TriedRule(
        rule=kept["rule"],
        title=kept["title"],
        folder=kept["folder"],
        file=kept["file"],
        line=kept["line"],
        mode=kept["mode"],
        state=kept["state"],
        when=_condition(kept["when"]),
    )


def _condition(kept: Kept) -> TriedCondition:
    return TriedCondition(
        kind=kept["kind"],
        state=kept["state"],
        line=kept["line"],
        text=kept.get("text", ""),
        saw=kept.get("saw"),
        trouble=kept.get("trouble"),
        items=tuple(map(_condition, kept.get("items", ()))),
    )


def _within(kept: str | None) -> Within | None:
    return read_within(kept) if kept else None


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None


def with_personal(decision: Decision, facts: Mapping[str, Any]) -> Decision:
    """The same decision with the personal facts that conditions saw: they are kept apart, to be erased."""
    return replace(decision, tried=tuple(replace(rule, when=_filled(rule.when, facts)) for rule in decision.tried))


def _filled(condition: TriedCondition, facts: Mapping[str, Any]) -> TriedCondition:
    saw = condition.saw and {
        name: facts.get(name) if value == HIDDEN else value for name, value in condition.saw.items()
    }
    return condition._replace(saw=saw, items=tuple(_filled(item, facts) for item in condition.items))
