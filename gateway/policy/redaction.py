"""Answers what becomes of personal data before a model sees a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.policy.cel import Language
from gateway.policy.decision import TriedRule
from gateway.policy.effects_file import OTHER
from gateway.policy.rules import Rule
from gateway.policy.trial import Trial
from gateway.policy.words import PII_KINDS, Masking


@dataclass(frozen=True, slots=True)
class Redaction:
    """What happens to each kind of personal data.

    `general` holds for every model; `special` for single ones, by their names in `countersign.yaml`, and there it comes
    before the general word. What no rule names is masked.
    """

    general: Mapping[str, Masking]
    special: Mapping[str, Mapping[str, Masking]]
    because: tuple[str, ...]
    matched: tuple[str, ...]
    unknown: tuple[str, ...]
    version: str
    observed: tuple[str, ...] = ()
    tried: tuple[TriedRule, ...] = ()

    def of(self, kind: str, model: str | None = None) -> Masking:
        """`keep`, `mask`, or `block` (this model may not see a ticket in which the kind was found)."""
        return _word((self.special.get(model or "", {}), self.general), kind)

    def blocks(self, kinds: Sequence[str], model: str, *, local: bool = False) -> bool:
        """Whether a model may not see a ticket in which these kinds were found. What is blocked for all models is not
        blocked for one that is declared `local`, unless a rule says so of that one."""
        tables = [self.special.get(model, {})] if local else [self.special.get(model, {}), self.general]
        return any(_word(tables, kind) is Masking.BLOCK for kind in kinds)

    def to_dict(self) -> dict[str, Any]:
        """JSON, to be kept with the run."""
        return {
            "general": {kind: str(self.of(kind)) for kind in PII_KINDS},
            "special": {
                model: {kind: str(word) for kind, word in table.items()} for model, table in self.special.items()
            },
            "because": list(self.because),
            "matched": list(self.matched),
            "unknown": list(self.unknown),
            "observed": list(self.observed),
            "version": self.version,
            "tried": [rule.to_dict() for rule in self.tried],
        }


def choose_redaction(
    rules: Sequence[Rule], facts: Mapping[str, Any], language: Language, titles: Mapping[str, str], version: str
) -> Redaction:
    """The most cautious word of all rules that apply; a rule that cannot be decided may only make it more cautious."""
    trial = Trial(rules, facts, language)
    matched, unsure = trial.having(True), trial.having(None)
    general: dict[str, Masking] = {}
    special: dict[str, dict[str, Masking]] = {}
    for rule, certain in [*((rule, True) for rule in matched), *((rule, False) for rule in unsure)]:
        redact = rule.then.redact
        if redact is None:
            continue
        for kind, word in redact.kinds.items():
            wanted = word if certain else max(word, Masking.MASK, key=_caution)
            for table in [special.setdefault(model, {}) for model in redact.models] or [general]:
                table[kind] = max(table.get(kind, wanted), wanted, key=_caution)
    return Redaction(
        general=general,
        special=special,
        because=tuple(trial.say(rule) for rule in matched),
        matched=tuple(rule.id for rule in matched),
        unknown=tuple(rule.id for rule in unsure),
        version=version,
        observed=tuple(rule.id for rule in trial.having(True, observed=True)),
        tried=trial.tried(titles),
    )


def _word(tables: Sequence[Mapping[str, Masking]], kind: str) -> Masking:
    """The first word that is said of a kind."""
    word = kind.lower()
    for table in tables:
        if word in table or OTHER in table:
            return table.get(word, table.get(OTHER, Masking.MASK))
    return Masking.MASK


def _caution(word: Masking) -> int:
    return word.caution
