"""Runs the tests of policies with the real engine, and says what was expected and what came."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from gateway.policy.cases import EVERYTHING, Case, Cases
from gateway.policy.decision import Decision, TriedRule
from gateway.policy.evaluate import decide
from gateway.policy.policy_set import PolicySet
from gateway.policy.redaction import Redaction, choose_redaction
from gateway.policy.route import ModelRoute, choose_route
from gateway.policy.rules import Rule


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise."""

    what: str
    expected: Any
    got: Any


@dataclass(frozen=True, slots=True)
class Tested:
    """One test that was run. `tried` explains how its rules came out."""

    file: str
    line: int
    name: str
    differences: tuple[Difference, ...]
    tried: tuple[TriedRule, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(slots=True)
class TestReport:
    """All tests of a set. `never_matched` are the rules that came out true in no test, `untested` files without any."""

    __test__ = False

    tested: list[Tested] = field(default_factory=list)
    never_matched: list[Rule] = field(default_factory=list)
    untested: list[str] = field(default_factory=list)
    rules: int = 0

    @property
    def failed(self) -> list[Tested]:
        return [one for one in self.tested if not one.passed]


def run_tests(policies: PolicySet) -> TestReport:
    """Run every test file of a set. Nothing but the set is looked at."""
    report = TestReport()
    matched: set[str] = set()
    for cases in policies.cases:
        for case in cases.cases:
            tested = _run(policies, cases, case)
            report.tested.append(tested)
            matched |= {f"{rule.folder}/{rule.rule}" for rule in tested.tried if rule.state == "true"}
    rules = policies.rules()
    report.rules = len(rules)
    report.never_matched = [rule for rule in rules if f"{rule.folder}/{rule.id}" not in matched]
    subjects = {cases.subject for cases in policies.cases if cases.cases}
    files = [policy.file for policy in policies.policies] + [topic.file for topic in policies.topics.all]
    report.untested = [file for file in files if file not in subjects]
    return report


def _run(policies: PolicySet, cases: Cases, case: Case) -> Tested:
    defaults = {name: fact.default for name, fact in policies.catalogue.items()}
    facts = {**defaults, **case.facts}
    if case.text and cases.folder == EVERYTHING and "screen.topics" not in case.facts:
        facts["screen.topics"] = policies.find_topics(case.text, case.language)
    rules = [rule for rule in policies.rules() if cases.subject in (None, rule.file)]
    engine = (policies.language, policies.titles, policies.version)
    tried: tuple[TriedRule, ...] = ()
    got: dict[str, Any]
    match cases.folder:
        case "topics":
            topic = next((topic.name for topic in policies.topics.all if topic.file == cases.subject), "")
            got = {"found": topic in policies.find_topics(case.text, case.language)}
        case "models":
            route = choose_route(rules, facts, *engine)
            got, tried = _of_route(route), route.tried
        case "redaction":
            redaction = choose_redaction(rules, facts, *engine)
            got, tried = _of_redaction(redaction, case.expect), redaction.tried
        case _:
            deciding = [rule for rule in rules if rule.folder in ("approval", "escalation")]
            decision = decide(deciding, facts, *engine, explain=True)
            got = _of_decision(decision, case.expect) | {"topics": list(facts["screen.topics"] or ())}
            tried = decision.tried
    if cases.subject is not None and cases.folder != "topics":
        got["matched"] = [name.partition("/")[2] for name in got["matched"]]
        got["observed"] = [name.partition("/")[2] for name in got["observed"]]
    return Tested(cases.file, case.line, case.name, tuple(_differences(case.expect, got)), tried)


def _differences(expect: Mapping[str, Any], got: Mapping[str, Any]) -> Iterator[Difference]:
    for what, wanted in expect.items():
        if what == "model":
            continue
        found = got[what]
        if what == "because":
            if not any(str(wanted) in sentence for sentence in found):
                yield Difference(what, wanted, " / ".join(found))
        elif what in ("matched", "observed", "topics"):
            if sorted(wanted or []) != sorted(found):
                yield Difference(what, wanted or [], found)
        elif wanted != found:
            yield Difference(what, wanted, found)


def _of_decision(decision: Decision, expect: Mapping[str, Any]) -> dict[str, Any]:
    escalation = decision.escalation.to_dict() if decision.escalation else None
    return {
        "verdict": str(decision.verdict),
        "matched": list(decision.matched),
        "observed": list(decision.observed.matched) if decision.observed else [],
        "because": decision.because,
        "escalate": _as_asked(escalation, expect.get("escalate")),
        "approvers": _approvers(decision, expect.get("approvers")),
    }


def _as_asked(got: Mapping[str, Any] | None, asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Only what a test speaks of, in the form in which it wrote it."""
    if got is None or asked is None:
        return dict(got) if got is not None else None
    return {name: _like(got[name], wanted) for name, wanted in asked.items()}


def _like(value: Any, wanted: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 and isinstance(wanted, str) else value


def _approvers(decision: Decision, asked: Mapping[str, Any] | None) -> Any:
    groups = {who.group: who for who in decision.approvers}
    who = groups.get((asked or {}).get("group", ""))
    if who is None or asked is None:
        return sorted(groups) or None
    parts = {
        "group": who.group,
        "count": str(who.count),
        "four_eyes": str(who.four_eyes).lower(),
        "open_sources": str(who.open_sources).lower(),
    }
    return {name: parts[name] for name in asked}


def _of_route(route: ModelRoute) -> dict[str, Any]:
    return {
        "matched": list(route.matched),
        "observed": list(route.observed),
        "models": list(route.models) if route.models is not None else None,
        "only": list(route.only) if route.only is not None else None,
        "temperature": _number(route.temperature),
        "max_cost": _number(route.max_cost),
        "because": route.because,
    }


def _number(value: float | Decimal | None) -> str | None:
    return None if value is None else str(value)


def _of_redaction(redaction: Redaction, expect: Mapping[str, Any]) -> dict[str, Any]:
    asked: Sequence[str] = list(expect.get("redact") or ())
    return {
        "matched": list(redaction.matched),
        "observed": list(redaction.observed),
        "redact": {kind: str(redaction.of(kind, expect.get("model"))) for kind in asked},
        "because": redaction.because,
    }
