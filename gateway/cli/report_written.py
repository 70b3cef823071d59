"""The words of the owner's report: what was declared, what was counted, and what may be said of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.ledger.budgets import Budget
from gateway.ledger.document import Document, Section, Table
from gateway.ledger.people import Rates
from gateway.ledger.report import Month, Scope, Used, against_goal, effect_on_response, got_worse, summary
from gateway.ledger.response import Spread
from gateway.shares import ENOUGH, Share, percent
from gateway.store.reports import Cost, RiskLine, duration
from gateway.store.reports.risks import FEWEST_PEOPLE, LONG_RUN


@dataclass(frozen=True, slots=True)
class Declared:
    """What countersign.yaml says of an account. `goal`: the share, and who agreed on it."""

    owner: str
    contact: str
    goal: tuple[float, str] | None
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a report is written from."""

    scope: Scope
    declared: Mapping[str, Declared]
    budgets: Mapping[str, tuple[Budget, Used | None]]
    rates: Mapping[str, Rates]
    month: Month
    then: Month
    before: Spread | None
    risks: Sequence[RiskLine]


def written(told: Material) -> Document:
    title = f"Report on AI drafts: {told.scope}"
    if told.month.empty:
        return Document(
            title, "Nothing happened in this month: no ticket, no draft, no call to a model.", _owners(told)
        )
    sections = (*_owners(told), _volume(told), _acceptance(told), _response(told), *_money(told), *_ends(told))
    return Document(title, summary(told.month, told.before), sections)


def _owners(told: Material) -> tuple[Section, ...]:
    owners = [
        f"{name}: {one.owner} ({one.contact}); "
        + (f"goal: {percent(one.goal[0])} accepted ({one.goal[1]})" if one.goal else "no goal declared")
        + ("; in shadow mode, so that its drafts are not counted here" if one.shadow else "")
        for name, one in told.declared.items()
    ]
    rows = [
        (name, f"{budget.team} ({budget.contact})", f"{_usd(budget.limit_usd)} a {budget.per}", _used(budget, used))
        for name, (budget, used) in told.budgets.items()
    ]
    table = Table("Budgets", ("Budget", "Owner", "Limit", "Used"), rows) if rows else None
    none = () if rows else ("No budget is declared.",)
    return (Section("Owner, budget and goal", (*(owners or ["No owner is declared."]), *none), table),)


def _used(budget: Budget, used: Used | None) -> str:
    if used is None:
        return "nothing was counted on it"
    at = f"; its owner was told at {used.told} %" if used.told else ""
    if budget.per == "month":
        return f"{_usd(used.spent)} ({percent(float(used.spent / budget.limit_usd))}){at}"
    # A budget of a ticket is not kept by month.
    return "not counted by month" if budget.per == "ticket" else f"{_usd(used.most)} on the dearest day{at}"


def _volume(told: Material) -> Section:
    month, drafts = told.month, told.month.drafts
    return Section(
        "Volume",
        (
            f"{_many(month.tickets, 'ticket')}, {_many(month.runs, 'run')}, {_many(drafts.drafts, 'draft')}.",
            f"Sent by policy: {drafts.by_policy:,}. Waiting for a person: {drafts.waiting:,}.",
            f"{_many(month.calls, 'call')} to models; failed: {_share(month.failures)}.",
        ),
    )


def _acceptance(told: Material) -> Section:
    drafts, then = told.month.drafts, told.then.drafts
    rows = [
        (name, _share(now), _share(was))
        for name, now, was in (
            ("Accepted: sent as they were or lightly edited", drafts.accepted, then.accepted),
            ("Edited, of those that were sent", drafts.edited, then.edited),
            ("Rejected", drafts.rejected, then.rejected),
            ("Reopened: the requester wrote again", drafts.reopened, then.reopened),
            ("Flawed, of the sample of what policies sent", drafts.flawed, then.flawed),
        )
    ]
    goals = [f"{name}: {goal}" for name, goal in _goals(told)]
    caption = f"Drafts that people judged. In brackets: 95 % interval (Wilson); under {ENOUGH} it is too few to tell"
    return Section("Acceptance", goals, Table(caption, ("Share", "This month", "The month before"), rows))


def _goals(told: Material) -> Iterator[tuple[str, str]]:
    """One account's goal is held against its own drafts; several have to be asked one by one."""
    for name, one in told.declared.items():
        if len(told.declared) == 1:
            yield name, against_goal(told.month.drafts.accepted, one.goal[0] if one.goal else None)
        elif one.goal:
            yield name, f"see its own report (--account {name})"


def _response(told: Material) -> Section:
    before, after = told.before, told.month.answered
    seen = _spread(after) if after else f"{told.month.answers_seen} answers"
    return Section(
        "First response time",
        (
            f"Before, from the help desk's history: {_spread(before)}.",
            f"This month, from what the gateway saw: {seen}.",
            effect_on_response(before, after),
        ),
    )


def _money(told: Material) -> Iterator[Section]:
    month, drafts = told.month, told.month.drafts
    cost = Cost.of(month.known_usd, attempts=month.calls, unpriced=month.unpriced)
    most = "not known, some calls have no bound" if month.at_most_usd is None else f"at most {_usd(month.at_most_usd)}"
    unpriced = (f"{_many(month.unpriced, 'call')} without a known price: in all {most}.",) if month.unpriced else ()
    people = _usd(drafts.people_usd) if drafts.people_usd is not None else "not known"
    read = duration(drafts.read_ms) if drafts.read_ms is not None else "not known"
    yield Section(
        "Money spent", (f"On models: {cost}.", *unpriced, f"On people: {people} for reading drafts ({read}).")
    )
    saved = month.saved_usd
    yield Section(
        "Money saved",
        (
            f"Answers by hand that were spared: {drafts.spared:,}.",
            f"Saved: {_usd(saved)}, models and reading subtracted."
            if saved is not None
            else f"Saved: {_unknown(month)}.",
            *_assumptions(told),
        ),
    )


def _unknown(month: Month) -> str:
    if month.drafts.spared_usd is None:
        return "unknown, because no rates are declared (rates in countersign.yaml)"
    if month.drafts.people_usd is None:
        return "unknown, because nobody knows how long people read"
    return "unknown, because calls have neither price nor bound"


def _assumptions(told: Material) -> Iterator[str]:
    for name, rates in told.rates.items():
        yield (
            f"Assumed for {name}: {_usd(rates.reviewer_per_hour)} an hour, {rates.by_hand_minutes:g} minutes for an "
            f"answer by hand ({rates.source})."
        )
    yield "Assumed: a draft that was sent as it was, lightly edited or by policy spares an answer by hand, others none."
    yield "Assumed: models cost their upper bound where the price is not known; reading is measured, or by length."


def _ends(told: Material) -> Iterator[Section]:
    rows = [
        (
            risk.name or "(none)",
            f"{risk.approvals}",
            _share(risk.too_fast),
            _share(risk.without_sources),
            f"{risk.long_runs}",
        )
        for risk in told.risks
        if risk.told
    ]
    headings = ("Agent group", "Approvals", "Faster than reading", "No source opened", f"{LONG_RUN} like that in a row")
    hidden = sum(not risk.told for risk in told.risks)
    few = (f"{hidden} groups with fewer than {FEWEST_PEOPLE} people are not told.",) if hidden else ()
    all_queues = ("Approvals are of all queues.",) if told.scope.queue and rows else ()
    nothing = () if rows or hidden else ("Nobody approved anything on a page.",)
    caption = "A reason to look at the work, and no score of anybody"
    yield Section("Risks", (*nothing, *few, *all_queues), Table(caption, headings, rows) if rows else None)
    if told.then.empty:
        yield Section("What got worse", ("There is no month before to compare with.",))
    else:
        worse = got_worse(told.month, told.then)
        yield Section("What got worse", worse or ("Nothing that chance does not explain as well.",))


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _share(share: Share) -> str:
    return str(share) or "none"


def _spread(told: Spread | None) -> str:
    if told is None:
        return "not measured"
    between = f"{duration(told.low_ms)} to {duration(told.high_ms)}"
    return f"half of {told.tickets:,} tickets within {duration(told.median_ms)} (95 % interval {between})"


def _usd(amount: Decimal) -> str:
    """A loss has its sign in front."""
    return f"-{Cost(-amount, 0)}" if amount < 0 else str(Cost(amount, 0))
