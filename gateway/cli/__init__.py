"""A door: the command `countersign`. Each group of commands is a file here; heavy things load when they are used."""

import logging
import sys

import typer

from connectors.errors import ConnectorError
from gateway.errors import ConfigurationInvalid, GatewayError

app = typer.Typer(
    name="countersign",
    help="AI drafts inside the help desk, under rules that a team can read.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Errors that we know are a sentence and what to do, never a stack trace. Exit codes: 1 failed, 2 used wrongly."""
    _add_commands()
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # our own sentence says what is the matter
    try:
        app()
    except ConfigurationInvalid as error:
        for problem in error.problems:
            typer.echo(problem, err=True)
        plural = "mistake" if len(error.problems) == 1 else "mistakes"
        typer.echo(f"{len(error.problems)} {plural} in the configuration; nothing was started.", err=True)
        sys.exit(1)
    except (GatewayError, ConnectorError) as error:
        typer.echo(f"countersign: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _add_commands() -> None:
    from gateway.cli import processes

    processes.add_to(app)
    if sys.argv[1:2] in (["serve"], ["work"]):
        return  # they stay, and would keep 13 MB of other commands
    from gateway.cli import (
        account,
        audit,
        backup,
        check,
        connector,
        connectors,
        dead,
        demo,
        erase,
        exposure,
        facts,
        init,
        knowledge,
        ledger,
        notices,
        outcomes,
        pause,
        policy,
        report,
        runs,
    )

    check.add_to(app)
    pause.add_to(app)
    backup.add_to(app)
    demo.add_to(app)
    erase.add_to(app)
    init.add_to(app)
    connector.add_to(app)
    connectors.add_to(app)
    outcomes.add_to(app)
    report.add_to(app)
    exposure.add_to(app)
    app.add_typer(account.app, name="account", help="Connect a help desk to this installation.")
    app.add_typer(runs.app, name="runs", help="What became of events.")
    app.add_typer(ledger.app, name="ledger", help="What tickets cost, and how long they took.")
    app.add_typer(knowledge.app, name="knowledge", help="What drafts may quote, and how it is.")
    app.add_typer(facts.app, name="facts", help="What is told of customers, and where two sources differ.")
    app.add_typer(notices.app, name="notices", help="Who was told what outside the help desk.")
    app.add_typer(dead.app, name="dead", help="Events that were given up.")
    app.add_typer(audit.app, name="audit", help="Who did what, and that nobody changed it.")
    app.add_typer(policy.app, name="policy", help="Check, test and explain policies.")
