"""What an account needs, from flags or asked for. Secrets by the names of their places; a value is never written."""

import os
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
import yaml

import connectors
from connectors.cards import guide
from gateway.cli.account_webhook import ROLE as WEBHOOK_SECRET
from gateway.settings.reading import with_files_from

NONE = "-"


@dataclass(frozen=True, slots=True)
class Given:
    """The flags, as they were typed."""

    name: str
    connector: str | None
    base_url: str | None
    title: str | None
    team: str | None
    contact: str | None
    options: Sequence[str]
    secrets: Sequence[str]
    secret_files: Sequence[str]
    private: bool


def entry(given: Given, folder: Path, *, ask: bool) -> dict[str, Any]:
    """The account as countersign.yaml, in that folder, will have it; what no flag says is asked for, or a mistake."""
    kind = _need(given.connector, "connector", f"Which help desk ({', '.join(sorted(connectors.REGISTRY))})", ask)
    if ask and (steps := guide(kind, "## 2.")):
        typer.echo(f"\n{steps}\n")
    base_url = _need(given.base_url, "base-url", "The help desk's address (base_url)", ask)
    title = given.title or (typer.prompt("What people call it", default=given.name) if ask else None)
    team = _need(given.team, "team", "Which team answers for it", ask)
    contact = _need(given.contact, "contact", "How that team is reached", ask)
    options = dict(_options(given.options or (_asked_options() if ask else ())))
    secrets = _secrets(given, connectors.secret_roles(kind, with_files_from(options, folder)), ask)
    found: dict[str, Any] = {"connector": kind}
    if title:
        found["title"] = title
    found |= {"owner": {"team": team, "contact": contact}, "base_url": base_url}
    if given.private:
        found["allow_private_network"] = True
    if options:
        found["options"] = options
    if secrets:
        found["secrets"] = secrets
    return found


def again(name: str, entry: Mapping[str, Any]) -> str:
    """The command with everything that was told, so that nobody types it twice."""
    owner = entry["owner"]
    words = ["countersign", "account", "add", name, "--connector", entry["connector"], "--base-url", entry["base_url"]]
    words += ["--team", owner["team"], "--contact", owner["contact"]]
    words += ["--title", entry["title"]] if "title" in entry else []
    words += ["--allow-private-network"] if "allow_private_network" in entry else []
    for key, value in entry.get("options", {}).items():
        words += ["--option", f"{key}={yaml.safe_dump([value], default_flow_style=True, width=2**31).strip()[1:-1]}"]
    for role, place in entry.get("secrets", {}).items():
        words += (
            ["--secret", f"{role}={place['env']}"] if "env" in place else ["--secret-file", f"{role}={place['file']}"]
        )
    words += ["--open-tickets", entry["open_tickets"]] if "open_tickets" in entry else []
    for source in entry.get("knowledge", ()):
        words += ["--knowledge", source]
    return shlex.join(words)


def _need(given: str | None, flag: str, question: str, ask: bool) -> str:
    if given is not None:
        return given
    if not ask:
        raise typer.BadParameter("is needed with --yes", param_hint=f"--{flag}")
    return str(typer.prompt(question))


def _asked_options() -> Iterator[str]:
    while told := typer.prompt("An option, KEY=VALUE (Enter: no more)", default="", show_default=False):
        yield told


def _options(told: Iterator[str] | Sequence[str]) -> Iterator[tuple[str, Any]]:
    for one in told:
        key, text = _pair(one, "--option")
        try:
            yield key, yaml.safe_load(text)
        except yaml.YAMLError:
            raise typer.BadParameter(f"{key}: this value is not YAML", param_hint="--option") from None


def _secrets(given: Given, roles: Mapping[str, str], ask: bool) -> dict[str, dict[str, str]]:
    places = {role: {"env": variable} for role, variable in (_pair(one, "--secret") for one in given.secrets)}
    places |= {role: {"file": path} for role, path in (_pair(one, "--secret-file") for one in given.secret_files)}
    if unknown := sorted(places.keys() - roles.keys()):
        known = ", ".join(roles)
        raise typer.BadParameter(f"{', '.join(unknown)}: no such secret; there are: {known}", param_hint="--secret")
    for role, what in roles.items():
        variable = f"{re.sub('[^A-Z0-9]', '_', given.name.upper())}_{role.upper()}"
        if role in places:
            continue
        if ask:
            typer.echo(f"{role}: {what}")
            variable = typer.prompt(f"  The environment variable that holds it ({NONE}: none)", default=variable)
        elif role != WEBHOOK_SECRET and not os.environ.get(variable):
            continue  # a script names what it uses, or sets it under the usual name
        if variable != NONE:
            places[role] = {"env": variable}
            _value(variable, ask)
    return {role: places[role] for role in roles if role in places}


def _value(variable: str, ask: bool) -> None:
    """A secret that is not set yet can be typed for this one check. It is kept nowhere."""
    if ask and not os.environ.get(variable):
        told = typer.prompt(
            f"  {variable} is not set. Its value, for this check alone (Enter: none)",
            default="",
            show_default=False,
            hide_input=True,
        )
        os.environ[variable] = told


def _pair(told: str, flag: str) -> tuple[str, str]:
    key, equals, value = told.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise typer.BadParameter(f"{told!r} is not of the form KEY=VALUE", param_hint=flag)
    return key.strip(), value.strip()
