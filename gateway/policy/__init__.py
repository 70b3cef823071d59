"""The policy engine: files that a support lead can read, facts in, a decision with its reasons out.

    policies = load(Path("policies"), Declared(custom_fields={"plan": "text"}))    or raises PolicyErrors
    decision = policies.decide(facts)       approval and escalation: send, review or withhold, and why
    route = policies.route(facts)           which models, in which order, at what cost
    redaction = policies.redaction(facts)   what becomes of personal data
    topics = policies.find_topics(text, "de")
    report = run_tests(policies)            the tests beside the files
    changes = diff(old, policies)           rule by rule
    found = replay(recorded, policies)      what an edit would have done to recorded runs

Everything here is pure: no clock, no database, no network. Facts are a flat mapping from the names in `CATALOGUE` to
values; what is absent or `UNKNOWN` makes every rule that needs it ask for a person.
"""

from gateway.policy.catalogue import CATALOGUE, NO_LIMIT, catalogue_for
from gateway.policy.decision import Decision, Escalation, Observed
from gateway.policy.diff import Change, diff
from gateway.policy.effects import Approvers, Step
from gateway.policy.errors import BadExpression, PolicyError, PolicyErrors, Problem
from gateway.policy.explain import explain, explain_rules
from gateway.policy.facts import UNKNOWN, Declared, Fact, FactType, Phase
from gateway.policy.facts_table import markdown_facts, render_facts
from gateway.policy.hours import Within
from gateway.policy.load import check, load
from gateway.policy.policy_set import PolicySet
from gateway.policy.redaction import Redaction
from gateway.policy.replay import FailOn, Recorded, Replay, replay
from gateway.policy.replay_report import as_csv, as_html, as_text
from gateway.policy.route import ModelRoute
from gateway.policy.testing import TestReport, run_tests
from gateway.policy.topics import Topics
from gateway.policy.values import to_json, without_personal, wrong_facts
from gateway.policy.words import FINDINGS, PII_KINDS, Masking, Mode, Verdict

__all__ = [
    "CATALOGUE",
    "FINDINGS",
    "NO_LIMIT",
    "PII_KINDS",
    "UNKNOWN",
    "Approvers",
    "BadExpression",
    "Change",
    "Decision",
    "Declared",
    "Escalation",
    "Fact",
    "FactType",
    "FailOn",
    "Masking",
    "Mode",
    "ModelRoute",
    "Observed",
    "Phase",
    "PolicyError",
    "PolicyErrors",
    "PolicySet",
    "Problem",
    "Recorded",
    "Redaction",
    "Replay",
    "Step",
    "TestReport",
    "Topics",
    "Verdict",
    "Within",
    "as_csv",
    "as_html",
    "as_text",
    "catalogue_for",
    "check",
    "diff",
    "explain",
    "explain_rules",
    "load",
    "markdown_facts",
    "render_facts",
    "replay",
    "run_tests",
    "to_json",
    "without_personal",
    "wrong_facts",
]
