"""`countersign policy explain` and `replay`: why a run was decided so, and what an edit would have made of it."""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.policy_sets import declared
from gateway.cli.policy_told import HERE, counted, loaded, say
from gateway.cli.tables import print_json
from gateway.errors import GatewayError, NotFound
from gateway.ledger.sheet import harmless
from gateway.policy import BadExpression, Decision, FailOn, as_csv, as_html, as_text, explain, explain_rules
from gateway.policy.facts_file import BadFacts, read_facts
from gateway.policy.kept import read_decision, with_personal
from gateway.settings import read_environment
from gateway.store import policies as rows
from gateway.store.database import Database

OBSERVED_DAYS = 30


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


Everything = Annotated[bool | None, typer.Option("--all/--matched", help="Also rules that do not hold.")]


def add_to(app: typer.Typer) -> None:
    app.command("explain")(explain_)
    app.command()(replay)


def explain_(
    run: Annotated[int | None, typer.Argument(min=1, help="The run's number.")] = None,
    given: Annotated[
        Path | None, typer.Option("--facts", exists=True, dir_okay=False, help="Facts as YAML or JSON, for no run.")
    ] = None,
    folder: Annotated[Path, typer.Option("--policies", exists=True, file_okay=False, help="With --facts.")] = HERE,
    everything: Everything = None,
    personal: Annotated[bool, typer.Option("--personal", help="Show personal facts too, if not erased.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Why a run was decided so: every rule, every condition with what it saw. Or try --facts on a folder."""
    if (run is None) == (given is None):
        raise typer.BadParameter("give the number of a run, or --facts FILE")
    if run is not None:
        _explain_run(run, everything is not False, personal, as_json)
    elif given is not None:
        _explain_facts(given, folder, bool(everything), as_json)


def _explain_run(run: int, everything: bool, personal: bool, as_json: bool) -> None:
    kept, in_force, observed = ask(lambda database: _asked(database, run))
    if kept.explanation is None:
        say(f"Run {run} came to no decision: {kept.reason or kept.state}.")
        raise typer.Exit(1)
    try:
        decision = read_decision(kept.explanation)
    except ValueError:
        raise GatewayError(
            f"another release kept the decision of run {run} in another form",
            remedy=f"See `countersign runs show {run}`",
        ) from None
    if personal and kept.facts is not None:
        decision = with_personal(decision, kept.facts)
    if as_json:
        print_json({**kept._asdict(), "facts": None, "explanation": decision.to_dict(), "in_force": in_force})
        return
    say(f"Run {run}, {kept.account} #{kept.ticket_id}, decided {kept.at:%Y-%m-%d %H:%M:%S} UTC")
    if kept.verdict != decision.verdict:
        say(f"Lowered to {kept.verdict}: {next(iter(kept.because or ()), 'the help desk allows no more')}")
    say(explain(decision, everything=everything))
    for line in (*_known(kept.known), *_observed(decision, *observed), *_notes(kept, in_force, personal)):
        say(line)


async def _asked(database: Database, run: int) -> tuple[rows.KeptDecision, str | None, tuple[list[rows.RuleHits], int]]:
    kept = await rows.kept_decision(database, run)
    if kept is None:
        raise NotFound(f"there is no run {run}", remedy="See `countersign runs list`")
    since = datetime.now(UTC) - timedelta(days=OBSERVED_DAYS)
    hits = [one for one in await rows.rule_hits(database, since) if one.observed_hits]
    newest = await rows.newest(database)
    return kept, newest[1] if newest else None, (hits, await rows.decisions(database, since))


def _known(known: Mapping[str, Any] | None) -> Iterator[str]:
    """Who told what the customer is, and whoever told something else."""
    for fact, told in (known or {}).items():
        against = "; ".join(f"{word['origin']} says {word['value']}" for word in told["others"])
        why = f"; {told['differing'].replace('_', ' ')} counts, though {against}" if against else ""
        yield f"{fact} is {told['value']}, told by {told['origin']}{why}."


def _observed(decision: Decision, hits: list[rows.RuleHits], runs: int) -> list[str]:
    """How often the observed rules of this run would have changed an outcome lately."""
    names = {rule.rule for rule in decision.tried if rule.mode == "observe"}
    return [
        f"{one.rule} is observed: it held in {one.observed_hits:,} of {counted(runs, 'run')} in {OBSERVED_DAYS} days, "
        f"and {one.observed_changes:,} of those would have ended otherwise."
        for one in hits
        if one.rule in names
    ]


def _notes(kept: rows.KeptDecision, in_force: str | None, personal: bool) -> list[str]:
    notes = []
    if personal and kept.facts is None:
        notes.append("Its personal facts were erased.")
    if in_force and kept.policy_version and in_force != kept.policy_version:
        before, now = kept.policy_version[:12], in_force[:12]
        notes.append(f"Another set is in force now, so lines may have moved: countersign policy diff {before} {now}")
    return notes


def _explain_facts(given: Path, folder: Path, everything: bool, as_json: bool) -> None:
    """Facts that the file leaves out are unknown."""
    policies = loaded(folder)
    try:
        known = read_facts(given.read_bytes(), policies.catalogue)
    except BadFacts as error:
        for problem in error.problems:
            typer.echo(f"{given}: {problem}", err=True)
        raise typer.Exit(2) from None
    decision, route, redaction = policies.decide(known), policies.route(known), policies.redaction(known)
    if as_json:
        print_json({"decision": decision.to_dict(), "route": route.to_dict(), "redaction": redaction.to_dict()})
        return
    say(explain(decision, everything=everything))
    for heading, tried in (("Models", route.tried), ("Redaction", redaction.tried)):
        if told := explain_rules(tried, everything=everything):
            say(f"\n{heading}\n{told}")


def replay(
    since: Annotated[str, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = "30d",
    folder: Annotated[
        Path | None,
        typer.Option("--policies", exists=True, file_okay=False, help="COUNTERSIGN_POLICIES if left out."),
    ] = None,
    account: Annotated[str | None, typer.Option(help="Only runs of this account.")] = None,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
    fail_on: Annotated[
        list[str] | None, typer.Option(help='Exit status 1 where it holds, as in "review->send > 5%".')
    ] = None,
    examples: Annotated[int, typer.Option(min=0, max=1000, help="Runs to name for each change.")] = 5,
) -> None:
    """Decide recorded runs again by edited files, and tell the difference. No model is called, nothing is written."""
    bounds = [_bound(text) for text in fail_on or ()]
    at = moment(since)
    assert at is not None
    environment = read_environment()
    policies = loaded(folder or environment.policies, declared())
    from gateway.workflow.replay import replayed

    told = _tell if sys.stderr.isatty() else _tell_nobody
    found = ask(lambda database: replayed(database, policies, at, account=account, examples=examples, progress=told))
    if told is _tell:
        typer.echo(err=True)
    if form is Format.JSON:
        print_json({"since": at, "account": account, "erased": found.erased, **found.replay.to_dict()})
    elif form is Format.TABLE:
        say(as_text(found.replay))
        if found.erased:
            say(f"{counted(found.erased, 'run')} left out: their facts were erased.")
        if found.replay.changed and examples:
            say(f"Open one: countersign policy explain RUN, or {environment.base_url}/runs/RUN")
    else:
        typer.echo((as_csv if form is Format.CSV else as_html)(found.replay), nl=form is Format.HTML)
    if broken := [str(text) for text, bound in zip(fail_on or (), bounds, strict=True) if bound.holds(found.replay)]:
        typer.echo(f"It fails on {', '.join(map(harmless, broken))}.", err=True)
        raise typer.Exit(1)


def _bound(text: str) -> FailOn:
    try:
        return FailOn.read(text)
    except BadExpression as error:
        raise typer.BadParameter(str(error), param_hint="--fail-on") from None


def _tell(runs: int) -> None:
    typer.echo(f"\r{runs:,} runs", nl=False, err=True)


def _tell_nobody(runs: int) -> Any:
    pass
