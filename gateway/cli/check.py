"""`countersign check`: on one screen, whether everything that this installation needs is in order, and what to do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

import connectors
from connectors.contract import Connector
from connectors.errors import ConnectorError
from gateway.bootstrap import (
    WEBHOOKS,
    connector_of,
    installation_of,
    migrate_own,
    opened_database,
    poll_every,
    postgres,
)
from gateway.cli.check_budgets import budgets
from gateway.cli.check_providers import providers
from gateway.cli.check_restored import restored
from gateway.cli.checked import Line
from gateway.errors import ConfigurationInvalid, GatewayError
from gateway.settings import Environment, Installation, read_environment
from gateway.store.database import where
from gateway.store.revisions import head

if TYPE_CHECKING:
    from gateway.policy import PolicyErrors, PolicySet

LONGEST_CHECK = 20.0  # seconds for one account


def add_to(app: typer.Typer) -> None:
    app.command()(check)


def check(
    offline: Annotated[bool, typer.Option("--offline", help="Ask no help desk: check only what is here.")] = False,
) -> None:
    """Database, migrations, policies, models, and every account's credentials and rights."""
    environment = read_environment()
    console = Console(highlight=False, soft_wrap=True)
    problems = 0
    with postgres(environment) as url:
        migrate_own(environment, url)
        for line in asyncio.run(_all(environment, url, offline)):
            problems += not line.ok
            mark = "[green]ok  [/]" if line.ok else "[red]FAIL[/]"
            console.print(f"{mark} {line.subject}: ", end="")
            console.print(line.detail, markup=False)
            if line.remedy and not line.ok:
                console.print(f"       -> {line.remedy}", markup=False)
    console.print("Everything is in order." if not problems else f"{problems} to mend.")
    raise typer.Exit(1 if problems else 0)


async def _all(environment: Environment, url: str, offline: bool) -> list[Line]:
    from gateway.cli.check_notices import notices  # with policies, mail and HTTP, which other commands need not load

    lines = [line async for line in _database(url)]
    lines.append(await restored(environment, url))
    try:
        installation = installation_of(environment)
    except ConfigurationInvalid as error:
        return [*lines, *(Line(False, "configuration", problem) for problem in error.problems)]
    accounts, routes = len(installation.accounts), len(installation.models)
    lines.append(Line(True, "configuration", f"{environment.config}: {accounts} accounts, {routes} routes of models"))
    found = _read(environment, installation)
    lines += _policies(environment.policies, found)
    lines += notices(installation, () if isinstance(found, Exception) else found.policies)
    lines += _models(installation)
    lines += [line async for line in providers(url, installation)]
    lines += [line async for line in budgets(url, installation)]
    lines += _knowledge(installation)
    for name in installation.accounts:
        lines += [line async for line in _account(name, installation, offline)]
    return lines


async def _database(url: str) -> AsyncIterator[Line]:
    try:
        async with opened_database(url) as database:
            version = await database.one("show server_version")
            yield Line(True, "database", f"{where(url)}, Postgres {version['server_version'] if version else '?'}")
            known = await database.one("select to_regclass('alembic_version') is not null as there")
            found = (
                await database.one("select version_num as v from alembic_version") if known and known["there"] else None
            )
            current = found["v"] if found else None
            yield Line(
                current == head(),
                "migrations",
                f"tables are at {current or 'nothing'}, this version needs {head()}",
                "run `countersign migrate`",
            )
    except GatewayError as error:
        yield Line(False, "database", error.detail, error.remedy)


def _read(environment: Environment, installation: Installation) -> "PolicySet | PolicyErrors":
    from gateway.bootstrap.policies import declared_by
    from gateway.policy import PolicyErrors, load

    try:
        return load(environment.policies, declared_by(installation))
    except PolicyErrors as error:
        return error


def _policies(folder: Path, found: "PolicySet | PolicyErrors") -> Iterator[Line]:
    if isinstance(found, Exception):
        for problem in found.problems:
            yield Line(False, "policies", str(problem), "nothing is decided by files that cannot be read")
    else:
        yield Line(True, "policies", f"{folder}: version {found.version[:12]}")


def _models(installation: Installation) -> Iterator[Line]:
    if not installation.models:
        yield Line(True, "models", "none configured: drafts are put together offline from the passages found")
    for name, route in installation.models.items():
        for candidate in route.candidates:
            place = candidate.api_key
            missing = place is not None and place.read() is None
            yield Line(
                not missing,
                f"models {name}",
                f"{candidate.model}: " + ("no key" if missing else "key found" if place else "needs no key"),
                f"set {place}",
            )


def _knowledge(installation: Installation) -> Iterator[Line]:
    """Files are looked for here; how the rest is read is told by `countersign knowledge status`."""
    for name, source in installation.knowledge.items():
        path = source.folder or source.jsonl
        there = path is None or path.exists()
        told = f"{path}" if path else f"{source.kind} {getattr(source, source.kind)}"
        yield Line(there, f"knowledge {name}", told + ("" if there else " does not exist"), "correct the path")


def _comes_in(name: str, every: float | None, connector: Connector) -> Line:
    """How the gateway hears of what happens."""
    ways = ["by webhook"] if connector.capabilities & WEBHOOKS else []
    ways += [f"by polling every {every:g} s"] if every else []
    said = f"events come {' and '.join(ways)}" if ways else "no event ever comes in"
    remedy = "leave poll_every out, or give the secret webhook_secret and set up the webhook"
    return Line(bool(ways), f"account {name}", said, remedy)


async def _account(name: str, installation: Installation, offline: bool) -> AsyncIterator[Line]:
    entry = installation.accounts[name]
    kind = connectors.load(entry.connector)
    for role in kind.secret_roles:
        place = entry.secrets.get(role)
        if place is not None and place.read() is None:
            yield Line(False, f"account {name}", f"secret {role} is not there", f"set {place}")
    try:
        connector = connector_of(name, entry)
    except ConnectorError as error:
        page = f"connectors/{connectors.folder(entry.connector)}/README.md"
        yield Line(False, f"account {name}", str(error), f"see {page}")
        return
    yield _comes_in(name, poll_every(entry, connector), connector)
    if offline:
        await connector.close()
        return
    try:
        async with asyncio.timeout(LONGEST_CHECK):
            for finding in await connector.check():
                yield Line(finding.ok, f"account {name}", f"{finding.subject}: {finding.detail}", finding.remedy)
    except (ConnectorError, TimeoutError) as error:
        yield Line(
            False, f"account {name}", str(error) or "no answer in time", "is base_url right, and the service up?"
        )
    finally:
        await connector.close()
