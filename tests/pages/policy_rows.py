"""Sets of policies and runs that they decided, for the pages of policies."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gateway.policy import CATALOGUE, PolicySet, load, to_json
from gateway.store import outcomes
from gateway.store import policies as kept
from gateway.store.database import Database
from gateway.store.json import jsonb
from gateway.store.outcomes import Found
from tests.pages.rows import walk
from tests.pages.steps import Plan

REFUNDS = """\
version: 1
policy: refunds
title: A person looks at refunds
owner: {team: Billing Support, contact: billing-leads@example.com}
why: A refund that was promised has to be paid.
rules:
  - rule: large-refund
    when:
      all:
        - '"refund" in screen.topics'
        - draft.largest_amount > 100
    then:
      approvers: {group: billing-leads, count: 2, four_eyes: true}
      escalate: {team: billing, priority: high, within: 4h, next: [{notify: [head-of-support]}]}
      because: <b>Refunds</b> above 100 need a billing lead.
  - rule: any-amount
    mode: observe
    when: draft.largest_amount > 10
    then: {reply: withhold}
"""
ROUTINE = """\
version: 1
policy: routine
title: Routine answers
owner: {team: Care, contact: care@example.com}
why: They are the first that may go out.
rules:
  - rule: grounded
    when: knowledge.grounding >= 0.7
    then: {reply: review, because: A routine answer.}
"""
MODELS = """\
version: 1
policy: routes
title: Cheap first
owner: {team: Platform, contact: platform@example.com}
why: The cheap one is good enough.
rules:
  - rule: cheap-first
    when: always
    then:
      model: {route: [cheap, strong]}
"""
TOPIC = """\
version: 1
topic: refund
title: Money back
owner: {team: Care, contact: care@example.com}
languages:
  en: {words: [refund]}
"""
TESTS = """\
version: 1
tests:
  - test: a grounded answer waits for a person
    facts: {knowledge.grounding: 0.9}
    expect: {verdict: review}
"""
FILES: Mapping[str, str] = {
    "approval/refunds.yaml": REFUNDS,
    "approval/routine.yaml": ROUTINE,
    "approval/routine.test.yaml": TESTS,
    "models/routes.yaml": MODELS,
    "topics/refund.yaml": TOPIC,
}
ROUTINE_FACTS: Mapping[str, Any] = {"knowledge.grounding": 0.9, "draft.citations": 2}
REFUND_FACTS: Mapping[str, Any] = {"screen.topics": {"refund": 0.9}, "draft.largest_amount": 129.0}


async def publish(database: Database, files: Mapping[str, str] = FILES, by: str = "Ana", reason: str = "spring") -> str:
    """Put files in force; returns the version."""
    version = load(files).version
    await kept.publish(database, version, files, by=by, reason=reason)
    return version


async def decide(
    database: Database,
    facts: Mapping[str, Any],
    ago: timedelta = timedelta(hours=2),
    *,
    outcome: str | None = None,
    policies: PolicySet | None = None,
) -> int:
    """A run that was decided by its facts, and what people made of its draft."""
    given = {name: fact.default for name, fact in CATALOGUE.items()} | dict(facts)
    decision = (policies or load(FILES)).decide(given)
    plan = Plan(verdict=str(decision.verdict), explanation=decision.to_dict(), because=decision.because)
    run_id = await walk(database, plan, ago)
    await database.run(
        "update content set body = %(facts)s where id = (select facts_id from decision where run_id = %(run)s)",
        {"facts": jsonb(to_json(given)), "run": run_id},
    )
    if outcome:
        await outcomes.keep(database, run_id, Found(outcome, 0.9, 0.9, "m9", "agent"))
    return run_id
