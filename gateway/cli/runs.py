"""`countersign runs`: what became of events, and the story of one."""

from typing import Annotated

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.mail import as_it_came
from gateway.cli.steps import print_steps
from gateway.cli.story import print_story
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.store.reports import RunLine, duration, run_list, run_story

app = typer.Typer(no_args_is_help=True)

ALARMING = ("failed", "expired", "uncertain")


def _stands(run: RunLine) -> str:
    said = run.outcome or (run.draft_state if run.state == "done" else None) or run.state
    again = f" ({run.tries} tries)" if run.tries > 1 and run.state in ("waiting", "walking", "failed") else ""
    return said.replace("_", " ") + again


COLUMNS: tuple[Column[RunLine], ...] = (
    Column("Run", lambda run: run.run_id, number=True),
    Column("Received (UTC)", lambda run: run.received_at, number=True),
    Column("Ticket", lambda run: f"{run.account} #{run.ticket_id}"),
    Column("Verdict", lambda run: run.verdict, whole=True),
    Column("Stands", _stands, whole=True, style=lambda run: "red" if _stands(run).startswith(ALARMING) else None),
    Column("Took", lambda run: None if run.took_ms is None else duration(run.took_ms), number=True),
    Column("Cost", lambda run: run.cost if run.attempts else None, number=True),
)


@app.command("list")
def list_(
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    ticket: Annotated[str | None, typer.Option(help="Only of this ticket.")] = None,
    state: Annotated[str | None, typer.Option(help="waiting, walking, done, superseded, nothing or failed.")] = None,
    verdict: Annotated[str | None, typer.Option(help="send, review or withhold.")] = None,
    since: Annotated[str | None, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = None,
    before: Annotated[int | None, typer.Option(min=1, help="Only runs older than this one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Runs, newest first."""
    at = moment(since)
    lines, older = ask(
        lambda database: run_list(
            database,
            account=account,
            ticket_id=ticket,
            state=state,
            verdict=verdict,
            since=at,
            before=before,
            limit=limit,
        )
    )
    if as_json:
        print_json({"runs": lines, "next": older})
    elif lines:
        print_table(COLUMNS, lines, caption=f"Older ones: --before {older}" if older else None)
    else:
        console().print("No run fits.")


@app.command()
def show(
    run: Annotated[int, typer.Argument(min=1, help="The run's number.")],
    steps: Annotated[bool, typer.Option("--steps", help="What the mail became at each step.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The story of one run. What was masked before the model stays a placeholder."""
    story = ask(lambda database: run_story(database, run))
    if as_json:
        print_json(story)
        return
    print_story(story)
    if steps:
        print_steps(story, ask(lambda database: as_it_came(database, run)))
