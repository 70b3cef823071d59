"""`countersign policy`: check, test and try policy files, before they bind anyone."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli import policy_hits, policy_past, policy_sets
from gateway.cli.policy_told import (
    HERE,
    AsFormat,
    Folder,
    Format,
    counted,
    loaded,
    note,
    print_tests,
    say,
    sized,
    tests_as_data,
)
from gateway.cli.tables import print_json
from gateway.policy import check, load, markdown_facts, render_facts, run_tests
from gateway.policy.facts_table import with_facts
from gateway.policy.schema import render_schema

app = typer.Typer(no_args_is_help=True)
policy_sets.add_to(app)
policy_past.add_to(app)
policy_hits.add_to(app)


@app.command("check")
def check_(folder: Folder = HERE, form: AsFormat = Format.TEXT) -> None:
    """Every mistake in the files, with its place. Exit status 1 if there is one."""
    problems = check(folder)
    if form is Format.JSON:
        print_json({"problems": [problem.to_dict() for problem in problems]})
    for problem in problems if form is Format.TEXT else ():
        say(f"{folder}/{problem}" if problem.file != str(folder) else str(problem))
    if problems:
        note(f"{counted(len(problems), 'problem')}; a gateway would keep the set that it has.", form)
        raise typer.Exit(1)
    note(f"{folder} is in order: {sized(load(folder))}.", form)


@app.command("test")
def run_tests_(
    folder: Folder = HERE,
    form: AsFormat = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Fail also where a rule is matched by no test.")] = False,
) -> None:
    """Run the tests beside the policies. Exit status 1 if one fails."""
    report = run_tests(loaded(folder))
    if form is Format.JSON:
        print_json(tests_as_data(report))
    else:
        print_tests(report)
    if report.failed or (strict and (report.never_matched or report.untested)):
        raise typer.Exit(1)


@app.command()
def facts(markdown: Annotated[bool, typer.Option("--markdown", help="As in policies/README.md.")] = False) -> None:
    """What a rule may look at: every fact with its type, meaning and an example."""
    say(markdown_facts() if markdown else render_facts())


@app.command()
def generate(folder: Folder = HERE) -> None:
    """Bring schema.json and the table of facts in README.md up to date, for editors and readers."""
    (folder / "schema.json").write_text(render_schema())
    readme = folder / "README.md"
    try:
        readme.write_text(with_facts(readme.read_text()))
    except (OSError, ValueError) as error:
        say(f"schema.json is written; {readme} is left as it is: {error}")
        raise typer.Exit(1) from None


@app.command()
def topics(
    text: Annotated[str, typer.Argument(help="A message, as a requester writes it.")],
    folder: Annotated[Path, typer.Option("--policies", exists=True, file_okay=False)] = HERE,
    language: Annotated[str | None, typer.Option(help="Its language, as in en; all are searched without.")] = None,
) -> None:
    """Try the word lists: which topics a text has, and the words that made it so."""
    found = loaded(folder).topics.explain(text, language)
    for topic, (score, patterns) in found.items():
        say(f"{topic:<20} {score:.2f}  {', '.join(patterns)}")
    if not found:
        say("No topic.")
