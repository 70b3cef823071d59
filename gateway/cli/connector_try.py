"""`countersign connector try`: what a description makes of a delivery, step by step, and what would be sent."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from connectors.described.load import Mistakes, load
from connectors.described.trial import Trial
from connectors.vocabulary import Request
from gateway.cli.tables import console

LARGEST = 1024 * 1024  # bytes of a payload, as the webhooks' door has it


def add_to(group: typer.Typer) -> None:
    group.command("try")(try_)


def try_(
    file: Annotated[Path, typer.Argument(help="The description of a help desk.", dir_okay=False)],
    payload: Annotated[
        Path | None, typer.Option(help="A delivery's body, as it came.", exists=True, dir_okay=False)
    ] = None,
    header: Annotated[list[str] | None, typer.Option(help="NAME=VALUE of the delivery; repeat it.")] = None,
    secret_env: Annotated[str | None, typer.Option(help="The variable that holds the webhook's secret.")] = None,
    value: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE of the account's options.values; repeat it.")
    ] = None,
) -> None:
    """Check a description, and show what a delivery becomes and what would be sent. Nobody is called."""
    out = console()
    try:
        description = load(file)
    except Mistakes as mistakes:
        for problem in mistakes.problems:
            typer.echo(problem, err=True)
        typer.echo(f"{len(mistakes.problems)} to mend in {file}.", err=True)
        raise typer.Exit(1) from None
    out.print(f"{file} is in order: {description.system}", markup=False, soft_wrap=True)
    if payload is None:
        out.print("What a delivery becomes: --payload FILE", markup=False)
        return
    body = payload.read_bytes()
    if len(body) > LARGEST:
        raise typer.BadParameter(f"a delivery has at most {LARGEST} bytes", param_hint="--payload")
    secret = os.environ.get(secret_env, "") if secret_env else ""
    if secret_env and not secret:
        raise typer.BadParameter(f"{secret_env} is not set", param_hint="--secret-env")
    request = Request(_pairs(header, "--header"), body, datetime.now(UTC))
    secrets = [one for part in secret.split(",") if (one := part.strip())]
    ok = True
    for step in Trial(description, request, secrets, dict(_pairs(value, "--value"))).steps():
        out.print(f"\n{step.title}", style="bold" if step.ok else "bold red", markup=False)
        for line in step.lines:
            out.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        ok = ok and step.ok
    raise typer.Exit(0 if ok else 1)


def _pairs(given: Sequence[str] | None, flag: str) -> list[tuple[str, str]]:
    found = [one.partition("=") for one in given or ()]
    if wrong := [name for name, equals, _ in found if not (name and equals)]:
        raise typer.BadParameter(f"{wrong[0]!r} is not of the form NAME=VALUE", param_hint=flag)
    return [(name, told) for name, _, told in found]
