"""Decide: the policies say what may happen to the draft. Nothing matched, or anything went wrong: a person looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.contract import Capability, Change, Priority, text_hash
from gateway.errors import Withheld
from gateway.ledger.attempt import Origin
from gateway.models import Route
from gateway.policy import Decision, Escalation, Verdict
from gateway.records import DraftState
from gateway.telemetry import observed_rules
from gateway.workflow.affording import ladder, with_ladder
from gateway.workflow.check import Findings
from gateway.workflow.context import Reading
from gateway.workflow.deliver import Planned, intend, kept_plans, new_mark, planned, plans_to_keep
from gateway.workflow.draft import Drafted
from gateway.workflow.exposure import expose, shown_to_all
from gateway.workflow.facts import Facts, grounded_facts, plain, screened_facts, ticket_facts
from gateway.workflow.ground import Grounded
from gateway.workflow.note import public_text
from gateway.workflow.screen import Screened
from gateway.workflow.telling import Told, note_for
from gateway.workflow.walk import Walk

STEP = "decide"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, and the writes that follow from it."""

    verdict: str
    because: tuple[str, ...]
    policy_version: str
    planned: tuple[Planned, ...]

    @property
    def reason(self) -> str | None:
        """The weightiest reason, for lists."""
        return self.because[0] if self.because else None


def choose_models(walk: Walk, reading: Reading, screened: Screened, grounded: Grounded) -> Route:
    """The models to ask: those of the policies, else the account's own, as far as they may see what was found.

    Raises Withheld where no model may. What is asked instead of them where a budget has nothing left hangs below."""
    policies, routes = walk.line.policies(), walk.line.routes
    facts = ticket_facts(walk, reading) | screened_facts(reading, screened) | grounded_facts(walk, grounded)
    chosen = policies.route(facts)
    redaction = policies.redaction(facts)
    wanted = (walk.desk.route,) if chosen.models is None else chosen.models
    kinds = list(screened.pii)

    def may(wanted: Sequence[str]) -> list[str]:
        return [
            name
            for name in chosen.allowed(wanted)
            if name in routes and not redaction.blocks(kinds, name, local=routes[name].local)
        ]

    names = may(wanted)
    if not names:
        raise Withheld("no model may see this ticket: " + " ".join((*chosen.because, *redaction.because)))
    first = routes[names[0]]
    queue = reading.ticket.queue or ""
    walk.origin = Origin(walk.account, walk.ticket_id, queue, chosen.version)
    route = replace(
        first,
        name="+".join(names),
        candidates=tuple(candidate for name in names for candidate in routes[name].candidates),
        temperature=first.temperature if chosen.temperature is None else chosen.temperature,
        max_cost_usd=_lower(first.max_cost_usd, chosen.max_cost),
    )
    route = with_ladder(walk, queue, route, may(list(routes)), passages=bool(grounded.public))
    may_see = shown_to_all(redaction, {*names, *(rung.name for rung in ladder(route))})
    rules = {
        "matched": [*chosen.matched, *redaction.matched],
        "observed": [*chosen.observed, *redaction.observed],
    }
    expose(walk, screened, route, may_see, rules)
    return route


async def decide(
    walk: Walk, reading: Reading, screened: Screened, grounded: Grounded, drafted: Drafted, checked: Findings
) -> Decided:
    """The decision, from the row of an earlier try or made now, with the intents of its writes beside it."""
    if kept := walk.kept(STEP):
        decided = Decided(
            kept.data["verdict"],
            tuple(kept.data["because"]),
            kept.data["policy_version"],
            kept_plans(kept.content),
        )
    else:
        with walk.timed(STEP):
            facts, decision, decided = _decide(walk, reading, screened, grounded, drafted, checked)
        _keep(walk, reading, drafted, decision, decided, facts)
        for rule in decision.observed.matched if decision.observed else ():
            observed_rules.labels(rule).inc()
    walk.verdict, walk.policy_version = decided.verdict, decided.policy_version
    return decided


def _decide(
    walk: Walk, reading: Reading, screened: Screened, grounded: Grounded, drafted: Drafted, checked: Findings
) -> tuple[Facts, Decision, Decided]:
    facts = _facts(walk, reading, screened, grounded, drafted, checked)
    decision = walk.line.policies().decide(facts)
    lowered = _lowered(walk, decision)
    verdict = Verdict.REVIEW if lowered else decision.verdict
    because = (lowered, *decision.because) if lowered else decision.because
    told = Told(walk, reading, screened, grounded, drafted, checked, decision, because)
    plans = () if walk.desk.shadow else tuple(_plan(told, verdict))
    return facts, decision, Decided(verdict, because, decision.version, plans)


def _facts(
    walk: Walk, reading: Reading, screened: Screened, grounded: Grounded, drafted: Drafted, checked: Findings
) -> Facts:
    return {
        **ticket_facts(walk, reading),
        **screened_facts(reading, screened),
        **grounded_facts(walk, grounded),
        **checked.facts,
        "ticket.changed": False,  # `deliver` finds out right before it writes
        "model.name": drafted.model,
        "model.cost": drafted.cost_usd,
        "model.latency_ms": drafted.latency_ms,
    }


def _lowered(walk: Walk, decision: Decision) -> str | None:
    """What stands in the way of sending beside policies and floor: the help desk's own limits."""
    desk = walk.desk
    if decision.verdict is not Verdict.SEND:
        return None
    if Capability.PUBLIC_REPLY not in desk.connector.capabilities:
        return "This help desk takes no public reply from us."
    if Capability.CONDITIONAL_WRITE not in desk.connector.capabilities and not desk.send_without_conditional_write:
        return "This help desk cannot refuse a reply to a ticket that has changed, so a person sends it."
    return None


def _plan(told: Told, verdict: Verdict) -> Iterator[Planned]:
    """The writes that a verdict asks for, as far as the help desk can take them."""
    connector = told.walk.desk.connector
    can, how = connector.capabilities, connector.body_format
    change = _change(told.decision.escalation) if Capability.ROUTING in can else None
    if verdict is Verdict.SEND:
        yield planned("reply", public_text(told.drafted.text, how), change)
    elif verdict is Verdict.REVIEW and Capability.INTERNAL_NOTE in can:
        native = Capability.NATIVE_DRAFT in can
        if native:
            yield planned("draft", public_text(told.drafted.text, how), None)
        mark = new_mark()
        body, whole = (note_for(told, mark, with_draft=shown).render(how) for shown in (not native, True))
        yield planned("note", body, change, mark, instead=whole if native else None)
    elif change:
        yield planned("routing", None, change)


def _change(escalation: Escalation | None) -> Change | None:
    if escalation is None:
        return None
    change = Change(
        tags_added=escalation.tags,
        priority=Priority(escalation.priority) if escalation.priority else None,
        team=escalation.team,
    )
    return change or None


def _keep(walk: Walk, reading: Reading, drafted: Drafted, decision: Decision, decided: Decided, facts: Facts) -> None:
    """Decision, draft and intents in one checkpoint: from its commit on, a write may have happened."""
    version = reading.ticket.version
    walk.rows.draft(
        version=version,
        answers=reading.answers or "",
        state=DraftState.WITHHELD if decided.verdict == Verdict.WITHHOLD else DraftState.PROPOSED,
        text_hash=text_hash(drafted.text),
        language=drafted.language,
        shadow=walk.desk.shadow,
    )
    walk.rows.decision(
        verdict=decided.verdict,
        policy_version=decided.policy_version,
        explanation=decision.to_dict(),
        facts=plain(facts),
    )
    data = {
        "verdict": decided.verdict,
        "because": list(decided.because),
        "policy_version": decided.policy_version,
        "writes": [plan.purpose for plan in decided.planned],
    }
    walk.keep(STEP, data, plans_to_keep(decided.planned))
    intend(walk, decided.planned, version)
    due = decision.escalation.due if decision.escalation is not None else None
    if due is not None and not walk.desk.shadow:
        walk.rows.deadline(walk.run_id, 1, due)


def _lower(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    known = [bound for bound in (one, other) if bound is not None]
    return min(known) if known else None
