"""`countersign connector`: what helps to connect a help desk that is not here yet. Each command is its own file."""

import typer

from gateway.cli import connector_new, connector_package, connector_record, connector_try


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.callback()(_connector)
    connector_new.add_to(group)
    connector_package.add_to(group)
    connector_record.add_to(group)
    connector_try.add_to(group)
    app.add_typer(group, name="connector")


def _connector() -> None:
    """Connect another help desk: with a description, or with code."""
