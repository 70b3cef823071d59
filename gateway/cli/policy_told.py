"""How the commands about policies speak: problems, tests and sizes, for people and for programs."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli.tables import console
from gateway.ledger.sheet import harmless
from gateway.policy import Declared, PolicyErrors, PolicySet, TestReport, explain_rules, load
from gateway.policy.load import NOTHING_DECLARED

Folder = Annotated[Path, typer.Argument(exists=True, file_okay=False, help="The folder of policy files.")]
HERE = Path("policies")


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"


AsFormat = Annotated[Format, typer.Option("--format", help="json: for editors and CI.")]


def loaded(folder: Path, declared: Declared = NOTHING_DECLARED) -> PolicySet:
    """The set in a folder; where it has problems, they are told and the command ends."""
    try:
        return load(folder, declared)
    except PolicyErrors as error:
        for problem in error.problems:
            typer.echo(harmless(f"{folder}/{problem}"), err=True)
        typer.echo(f"{counted(len(error.problems), 'problem')} in {folder}; nothing was tried.", err=True)
        raise typer.Exit(1) from None


def print_tests(report: TestReport) -> None:
    """What failed, what no test ever matched, and the sum."""
    for tested in report.failed:
        say(f"FAILED  {tested.file}:{tested.line}  {tested.name}")
        for difference in tested.differences:
            say(f"    {difference.what}")
            say(f"      - expected  {_value(difference.expected)}")
            say(f"      + got       {_value(difference.got)}")
        if told := explain_rules(tested.tried):
            say("\n".join(f"    {line}" for line in told.splitlines()))
        say("")
    for rule in report.never_matched:
        say(f"never matched by a test: {rule.folder}/{rule.id}   {rule.file}:{rule.line}")
    for file in report.untested:
        say(f"without a test: {file}")
    passed = len(report.tested) - len(report.failed)
    covered = report.rules - len(report.never_matched)
    tests, rules = counted(len(report.tested), "test"), counted(report.rules, "rule")
    say(f"{passed} of {tests} passed; {covered} of {rules} matched.")


def tests_as_data(report: TestReport) -> Mapping[str, Any]:
    """The same for programs."""
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


def sized(policies: PolicySet) -> str:
    """How much a set holds, and its version."""
    files = f"{counted(len(policies.policies), 'file')} of rules, {counted(len(policies.topics.all), 'topic')}"
    return f"{counted(len(policies.rules()), 'rule')} in {files}, version {policies.version[:12]}"


def counted(number: int, noun: str) -> str:
    """`1 rule`, `2 rules`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def say(text: str) -> None:
    """On standard output, without what could steer a terminal."""
    typer.echo(harmless(text))


def note(text: str, form: Format) -> None:
    """For a person alone."""
    if form is Format.TEXT:
        console().print(text, style="dim", markup=False)
