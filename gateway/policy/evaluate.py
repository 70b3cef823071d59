"""Answers what may happen to a draft: tries every rule against the facts and weighs what they say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.policy import floor
from gateway.policy.catalogue import CLOCK_NOW
from gateway.policy.cel import Language
from gateway.policy.decision import Decision, Observed
from gateway.policy.merge import all_approvers, most_cautious, one_escalation
from gateway.policy.rules import Rule
from gateway.policy.trial import Trial
from gateway.policy.words import PRIORITIES, Verdict

NOBODY_SAYS = "No rule applies, so a person looks."


def decide(
    rules: Sequence[Rule],
    facts: Mapping[str, Any],
    language: Language,
    titles: Mapping[str, str],
    version: str,
    *,
    explain: bool,
) -> Decision:
    """The decision on one draft. Never raises for what the facts hold."""
    trial = Trial(rules, facts, language)
    matched, unsure = trial.having(True), trial.having(None)
    verdict = _verdict(matched, unsure)
    bars = floor.held(trial.values.plain)
    lowered = verdict is Verdict.SEND and bool(bars)
    final = Verdict.REVIEW if lowered else verdict
    asked = [*matched, *(rule for rule in unsure if rule.then.verdict is not Verdict.SEND)]
    return Decision(
        verdict=final,
        because=_because(trial, matched, unsure, bars if lowered else ()),
        matched=tuple(rule.id for rule in matched),
        unknown=tuple(rule.id for rule in unsure),
        approvers=all_approvers(asked) if final is Verdict.REVIEW else (),
        escalation=one_escalation(matched, trial.values.plain.get(CLOCK_NOW)),
        observed=_observed(trial, matched, unsure, final, bool(bars)),
        floor=bars,
        lowered=lowered,
        version=version,
        tried=trial.tried(titles) if explain else (),
    )


def _verdict(matched: Sequence[Rule], unsure: Sequence[Rule]) -> Verdict:
    said = [rule.then.verdict for rule in matched if rule.then.verdict]
    return most_cautious([*said, *([Verdict.REVIEW] if unsure else [])])


def _because(
    trial: Trial, matched: Sequence[Rule], unsure: Sequence[Rule], bars: Sequence[floor.Held]
) -> tuple[str, ...]:
    spoken = sorted(matched, key=_weight, reverse=True)
    bold = [trial.say(rule) for rule in spoken if rule.then.verdict is Verdict.SEND]
    cautious = [trial.say(rule) for rule in spoken if rule.then.verdict is not Verdict.SEND]
    reasons = [*cautious, *(bar.because for bar in bars), *_cannot_tell(trial, unsure)] or bold or [NOBODY_SAYS]
    return tuple(dict.fromkeys(reasons))


def _weight(rule: Rule) -> tuple[int, int, int]:
    """What an agent has to know first: a withheld draft, an urgent escalation, approvers."""
    effects = rule.then
    verdict = (effects.verdict or Verdict.REVIEW).caution
    urgency = 1 + PRIORITIES.index(effects.escalate.priority or "low") if effects.escalate else 0
    return verdict, urgency, sum(who.count for who in effects.approvers)


def _cannot_tell(trial: Trial, unsure: Sequence[Rule]) -> Iterator[str]:
    """One sentence for the rules that lack the same facts."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for rule in unsure:
        lacking.setdefault(trial.unknown_facts(rule), []).append(rule.id)
    for facts, rules in lacking.items():
        several = len(rules) > 1
        names = f"rule{'s' if several else ''} {' and '.join(rules)}"
        if facts:
            yield f"{' and '.join(facts)} could not be told, so {names} ask{'' if several else 's'} for a person."
        else:
            yield f"{names.capitalize()} could not be worked out, so a person looks."


def _observed(
    trial: Trial, matched: Sequence[Rule], unsure: Sequence[Rule], final: Verdict, barred: bool
) -> Observed | None:
    seen, unclear = trial.having(True, observed=True), trial.having(None, observed=True)
    if not seen and not unclear:
        return None
    verdict = _verdict([*matched, *seen], [*unsure, *unclear])
    if verdict is Verdict.SEND and barred:
        verdict = Verdict.REVIEW
    escalates = any(rule.then.escalate for rule in seen) and not any(rule.then.escalate for rule in matched)
    return Observed(tuple(rule.id for rule in seen), verdict, verdict is not final or escalates)
