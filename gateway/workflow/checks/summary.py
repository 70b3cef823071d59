"""What the checks found, as facts for policies; and how sure we are of a draft, with the parts that make it up."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gateway.workflow.checks.findings import Checked, Finding, Kind, Severity
from gateway.workflow.checks.grounds import support
from gateway.workflow.checks.inventions import links
from gateway.workflow.checks.sentences import sentences
from gateway.workflow.checks.wording import written_in

_STOP, _CONCERN = 0.25, 0.8


@dataclass(frozen=True, slots=True)
class Confidence:
    """`value` 0 to 1. The parts, each 0 to 1: `grounding` of the question, `support` of the draft by its sources,
    `cited` share of its sentences, `checks` what the findings leave. `said` is the model's own word and can only
    lower."""

    value: float
    parts: Mapping[str, float | None]


def summarise(
    checked: Checked, findings: Sequence[Finding], *, rates: Mapping[str, Decimal] | None = None
) -> dict[str, Any]:
    """The `draft.*` facts but `draft.confidence`. None is "cannot be told".

    `draft.largest_amount` is in `draft.currency`, the account's; `rates` say how much of it one unit of another
    currency is worth. An amount in a currency without a rate makes the largest one unknown. No amount at all is 0.
    """
    count = Counter(finding.kind for finding in findings if finding.severity is not Severity.NOTE)
    found = written_in(checked.bounded().masked)
    largest, currency = _largest(findings, checked.currency, rates or {})
    return {
        "draft.language": found.code,
        "draft.length": len(checked.text),
        "draft.citations": len(checked.cited),
        "draft.uncited_claims": count[Kind.UNCITED_CLAIM],
        "draft.largest_amount": largest,
        "draft.currency": currency,
        "draft.links": links(checked.bounded().text),
        "draft.invented_links": count[Kind.INVENTED_LINK],
        "draft.invented_contacts": count[Kind.INVENTED_CONTACT],
        "draft.promises": count[Kind.PROMISE],
        "draft.refusal": count[Kind.REFUSAL] > 0,
        "draft.cut_off": count[Kind.CUT_OFF] > 0,
        "draft.wrong_language": count[Kind.WRONG_LANGUAGE] > 0,
        "draft.advice": count[Kind.ADVICE] > 0,
        "draft.findings": sorted({finding.kind.value for finding in findings}),
        "draft.stops": sorted({finding.kind.value for finding in findings if finding.severity is Severity.STOP}),
    }


def confidence(
    checked: Checked, findings: Sequence[Finding], *, grounding: float | None, said: float | None = None
) -> Confidence:
    """From the grounding of the question, the agreement of draft and sources, and the checks; not from the model's word
    alone. Unknown grounding counts as none; where support cannot be compared (another language) it is left out."""
    parts = {
        "grounding": grounding,
        "support": support(checked.bounded()),
        "cited": _cited_share(checked.bounded()),
        "checks": _checks_left(findings),
        "said": said,
    }
    weights = {"grounding": 0.5, "support": 0.3, "cited": 0.2}
    known = {name: weight for name, weight in weights.items() if parts[name] is not None or name == "grounding"}
    base = sum(weight * (parts[name] or 0.0) for name, weight in known.items()) / sum(known.values())
    value = base * (parts["checks"] or 0.0)
    return Confidence(round(value if said is None else min(value, said), 3), parts)


def _cited_share(checked: Checked) -> float | None:
    """Greetings and sign-offs cite nothing: only sentences of some length count."""
    telling = [sentence for sentence in sentences(checked.text) if len(sentence.text.split()) >= 6]
    if not telling:
        return None
    cited = sum(any(c.start < s.end and c.end > s.start for c in checked.citations) for s in telling)
    return round(cited / len(telling), 3)


def _checks_left(findings: Iterable[Finding]) -> float:
    worst: dict[Kind, float] = {}
    for finding in findings:
        factor = {Severity.STOP: _STOP, Severity.CONCERN: _CONCERN}.get(finding.severity, 1.0)
        worst[finding.kind] = min(factor, worst.get(finding.kind, 1.0))
    left = 1.0
    for factor in worst.values():
        left *= factor
    return round(left, 3)


def _largest(
    findings: Iterable[Finding], own: str | None, rates: Mapping[str, Decimal]
) -> tuple[Decimal | None, str | None]:
    named = [(finding.amount, finding.currency) for finding in findings if finding.kind is Kind.AMOUNT]
    found = [(value, currency) for value, currency in named if value is not None]
    if not found:
        return Decimal(0), own
    currencies = {currency for _, currency in found}
    if own is None and len(currencies) == 1 and None not in currencies:
        return max(value for value, _ in found), currencies.pop()
    converted = [value if currency == own else _converted(value, currency, rates) for value, currency in found]
    known = [value for value in converted if value is not None]
    return (max(known), own) if own and len(known) == len(converted) else (None, own)


def _converted(value: Decimal, currency: str | None, rates: Mapping[str, Decimal]) -> Decimal | None:
    rate = rates.get(currency) if currency else None
    return None if rate is None else value * rate
