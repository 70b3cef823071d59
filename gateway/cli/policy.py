"""`countersign policy`: check, test and try policy files, before they bind anyone."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.tables import console, harmless, print_json
from gateway.policy import (
    PolicyErrors,
    PolicySet,
    TestReport,
    check,
    diff,
    explain,
    explain_rules,
    load,
    markdown_facts,
    render_facts,
    run_tests,
)
from gateway.policy.facts_file import BadFacts, read_facts
from gateway.policy.schema import render_schema

app = typer.Typer(no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of policy files.")]
HERE = Path("policies")


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


AsFormat = Annotated[Format, typer.Option("--format", help="json: for editors and CI.")]


@app.command("check")
def check_(folder: Folder = HERE, form: AsFormat = Format.TEXT) -> None:
    """Every mistake in the files, with its place. Exit status 1 if there is one."""
    problems = check(folder)
    if form is Format.JSON:
        print_json({"problems": [problem.to_dict() for problem in problems]})
    for problem in problems if form is Format.TEXT else ():
        _say(f"{folder}/{problem}" if problem.file != str(folder) else str(problem))
    if problems:
        _note(f"{_count(len(problems), 'problem')}; a gateway would keep the set that it has.", form)
        raise typer.Exit(1)
    _note(f"{folder} is in order: {_size(load(folder))}.", form)


@app.command("test")
def run_tests_(
    folder: Folder = HERE,
    form: AsFormat = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Fail also where a rule is matched by no test.")] = False,
) -> None:
    """Run the tests beside the policies. Exit status 1 if one fails."""
    report = run_tests(_loaded(folder))
    if form is Format.JSON:
        print_json(_report(report))
    else:
        _print_report(report)
    if report.failed or (strict and (report.never_matched or report.untested)):
        raise typer.Exit(1)


@app.command()
def facts(markdown: Annotated[bool, typer.Option("--markdown", help="As in policies/README.md.")] = False) -> None:
    """What a rule may look at: every fact with its type, meaning and an example."""
    _say(markdown_facts() if markdown else render_facts())


@app.command()
def schema() -> None:
    """The JSON Schema for editors, as in policies/schema.json."""
    _say(render_schema().rstrip("\n"))


@app.command()
def topics(
    text: Annotated[str, typer.Argument(help="A message, as a requester writes it.")],
    folder: Annotated[Path, typer.Option("--policies", exists=True, file_okay=False)] = HERE,
    language: Annotated[str | None, typer.Option(help="Its language, as in en; all are searched without.")] = None,
) -> None:
    """Try the word lists: which topics a text has, and the words that made it so."""
    found = _loaded(folder).topics.explain(text, language)
    for topic, (score, patterns) in found.items():
        _say(f"{topic:<20} {score:.2f}  {', '.join(patterns)}")
    if not found:
        _say("No topic.")


@app.command("explain")
def explain_(
    given: Annotated[Path, typer.Option("--facts", exists=True, dir_okay=False, help="Facts as YAML or JSON.")],
    folder: Annotated[Path, typer.Option("--policies", exists=True, file_okay=False)] = HERE,
    everything: Annotated[bool, typer.Option("--all", help="Rules that do not hold, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What the policies say to given facts, and why; facts that the file leaves out are unknown."""
    policies = _loaded(folder)
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
    _say(explain(decision, everything=everything))
    for heading, tried in (("Models", route.tried), ("Redaction", redaction.tried)):
        if told := explain_rules(tried, everything=everything):
            _say(f"\n{heading}\n{told}")


@app.command("diff")
def diff_(
    before: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The older folder.")],
    after: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The newer folder.")],
    form: AsFormat = Format.TEXT,
) -> None:
    """What changed between two sets, rule by rule."""
    changes = diff(_loaded(before), _loaded(after))
    if form is Format.JSON:
        print_json({"changes": [change.to_dict() for change in changes]})
        return
    _say("\n\n".join(map(str, changes)) if changes else "No rule, policy or topic differs.")


def _loaded(folder: Path) -> PolicySet:
    try:
        return load(folder)
    except PolicyErrors as error:
        for problem in error.problems:
            typer.echo(harmless(f"{folder}/{problem}"), err=True)
        typer.echo(f"{_count(len(error.problems), 'problem')} in {folder}; nothing was tried.", err=True)
        raise typer.Exit(1) from None


def _print_report(report: TestReport) -> None:
    for tested in report.failed:
        _say(f"FAILED  {tested.file}:{tested.line}  {tested.name}")
        for difference in tested.differences:
            _say(f"    {difference.what}")
            _say(f"      - expected  {_value(difference.expected)}")
            _say(f"      + got       {_value(difference.got)}")
        if told := explain_rules(tested.tried):
            _say("\n".join(f"    {line}" for line in told.splitlines()))
        _say("")
    for rule in report.never_matched:
        _say(f"never matched by a test: {rule.folder}/{rule.id}   {rule.file}:{rule.line}")
    for file in report.untested:
        _say(f"without a test: {file}")
    passed = len(report.tested) - len(report.failed)
    covered = report.rules - len(report.never_matched)
    _say(
        f"{passed} of {_count(len(report.tested), 'test')} passed; {covered} of {_count(report.rules, 'rule')} matched."
    )


def _report(report: TestReport) -> Mapping[str, Any]:
    return {
        "tests": len(report.tested),
        "failed": [
            {
                "file": tested.file,
                "line": tested.line,
                "test": tested.name,
                "differences": [
                    {"what": one.what, "expected": one.expected, "got": one.got} for one in tested.differences
                ],
            }
            for tested in report.failed
        ],
        "rules": report.rules,
        "never_matched": [
            {"rule": f"{rule.folder}/{rule.id}", "file": rule.file, "line": rule.line} for rule in report.never_matched
        ],
        "untested": report.untested,
    }


def _size(policies: PolicySet) -> str:
    files = f"{_count(len(policies.policies), 'file')} of rules, {_count(len(policies.topics.all), 'topic')}"
    return f"{_count(len(policies.rules()), 'rule')} in {files}, version {policies.version[:12]}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _say(text: str) -> None:
    typer.echo(harmless(text))


def _note(text: str, form: Format) -> None:
    if form is Format.TEXT:
        console().print(text, style="dim", markup=False)
