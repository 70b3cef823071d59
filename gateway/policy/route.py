"""Answers which models may write a draft, in which order, and what it may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.policy.cel import Language
from gateway.policy.decision import TriedRule
from gateway.policy.effects import ModelChoice
from gateway.policy.rules import Rule
from gateway.policy.trial import Trial


@dataclass(frozen=True, slots=True)
class ModelRoute:
    """The models of one run, by their names in `countersign.yaml`, in the order of trying.

    `models` is None where no rule names any: the account's own default then holds, as far as `only` allows it. An empty
    `models` means that no model may see this ticket. `only` is None where every model may. `max_cost` in USD for all
    attempts of the run; `temperature` and `max_cost` are None where no rule sets them.
    """

    models: tuple[str, ...] | None
    only: tuple[str, ...] | None
    temperature: float | None
    max_cost: Decimal | None
    because: tuple[str, ...]
    matched: tuple[str, ...]
    unknown: tuple[str, ...]
    version: str
    observed: tuple[str, ...] = ()
    tried: tuple[TriedRule, ...] = ()

    def allowed(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of some models that may see this ticket, in their own order."""
        return tuple(name for name in names if self.only is None or name in self.only)

    def to_dict(self) -> dict[str, Any]:
        """JSON, to be kept with the run."""
        return {
            "models": list(self.models) if self.models is not None else None,
            "only": list(self.only) if self.only is not None else None,
            "temperature": self.temperature,
            "max_cost": str(self.max_cost) if self.max_cost is not None else None,
            "because": list(self.because),
            "matched": list(self.matched),
            "unknown": list(self.unknown),
            "observed": list(self.observed),
            "version": self.version,
            "tried": [rule.to_dict() for rule in self.tried],
        }


def choose_route(
    rules: Sequence[Rule], facts: Mapping[str, Any], language: Language, titles: Mapping[str, str], version: str
) -> ModelRoute:
    """The route of one run. A rule that cannot be decided restricts, as if it applied, but sets no route."""
    trial = Trial(rules, facts, language)
    matched, unsure = trial.having(True), trial.having(None)
    choices = sorted(((rule.then.model, rule) for rule in matched if rule.then.model), key=_by_rank)
    cautious = [rule.then.model for rule in (*matched, *unsure) if rule.then.model]
    only = _only(cautious)
    named = next((choice.route for choice, _ in choices if choice.route), None)
    costs = [choice.max_cost for choice in cautious if choice.max_cost is not None]
    return ModelRoute(
        models=_models(named, only),
        only=only,
        temperature=next((choice.temperature for choice, _ in choices if choice.temperature is not None), None),
        max_cost=min(costs, default=None),
        because=tuple(trial.say(rule) for _, rule in choices),
        matched=tuple(rule.id for rule in matched),
        unknown=tuple(rule.id for rule in unsure),
        version=version,
        observed=tuple(rule.id for rule in trial.having(True, observed=True)),
        tried=trial.tried(titles),
    )


def _by_rank(entry: tuple[ModelChoice, Rule]) -> tuple[int, str]:
    choice, rule = entry
    return -choice.rank, rule.id


def _only(choices: Sequence[ModelChoice]) -> tuple[str, ...] | None:
    """The models that every restriction allows, in the order of the first."""
    limits = [choice.only for choice in choices if choice.only]
    if not limits:
        return None
    return tuple(name for name in limits[0] if all(name in limit for limit in limits[1:]))


def _models(named: tuple[str, ...] | None, only: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The route as far as it is allowed; where nothing of it is, the allowed models themselves."""
    if only is None:
        return named
    return tuple(name for name in named or () if name in only) or only
