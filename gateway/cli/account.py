"""`countersign account`: from an installation without a help desk to the first delivery that arrived."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

import connectors
from connectors.contract import Connector, Finding
from connectors.errors import Misconfigured
from gateway.bootstrap import account_of
from gateway.cli import account_read
from gateway.cli.account_asked import Given, again, entry
from gateway.cli.account_first import span
from gateway.cli.account_first import wait as wait_for_first
from gateway.cli.account_webhook import Webhook, about_webhook
from gateway.cli.tables import console
from gateway.errors import NotAllowed
from gateway.settings import AccountEntry, read_environment
from gateway.settings.adding import addition

LONGEST_CHECK = 60.0  # seconds
WAIT = "10m"

app = typer.Typer(no_args_is_help=True)
account_read.add_to(app)


class OpenTickets(StrEnum):
    """What countersign.yaml may say of them."""

    IGNORE = "ignore"
    DRAFT = "draft"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The account's name; webhooks go to /webhooks/NAME.")],
    connector: Annotated[str | None, typer.Option(help="One of `countersign connectors`.")] = None,
    base_url: Annotated[str | None, typer.Option(help="The help desk's address.")] = None,
    title: Annotated[str | None, typer.Option(help="How people call it.")] = None,
    team: Annotated[str | None, typer.Option(help="Who answers for it.")] = None,
    contact: Annotated[str | None, typer.Option(help="How they are reached.")] = None,
    option: Annotated[list[str] | None, typer.Option(help="KEY=VALUE of the connector's options; repeat it.")] = None,
    secret: Annotated[
        list[str] | None, typer.Option(help="ROLE=VARIABLE, the environment variable that holds it; repeat it.")
    ] = None,
    secret_file: Annotated[list[str] | None, typer.Option(help="ROLE=PATH, the file that holds it; repeat it.")] = None,
    knowledge: Annotated[list[str] | None, typer.Option(help="A source of knowledge; repeat it.")] = None,
    open_tickets: Annotated[
        OpenTickets | None, typer.Option(help="Questions that wait already: leave them alone, or draft when one stirs.")
    ] = None,
    private: Annotated[
        bool, typer.Option("--allow-private-network", help="The address is inside our own network.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Add it although a right is missing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: for scripts.")] = False,
    wait: Annotated[
        str | None, typer.Option(help=f"How long to wait for the first delivery: {WAIT}, or 0 (as with --yes).")
    ] = None,
) -> None:
    """Check a help desk's credentials and rights, say which webhook to create, and write the account."""
    patience = span(wait if wait is not None else "0" if yes else WAIT)
    given = Given(
        name, connector, base_url, title, team, contact, option or [], secret or [], secret_file or [], private
    )
    environment = read_environment()
    told = entry(given, environment.config.resolve().parent, ask=not yes) | (
        {"knowledge": knowledge} if knowledge else {}
    )
    told |= {"open_tickets": open_tickets.value} if open_tickets else {}
    new = addition(environment.config, name, told, list(connectors.REGISTRY))
    desk = Webhook(name, new.entry, environment)
    once_more = f"Then again:\n{again(name, told)}"
    try:
        findings = asyncio.run(_findings(name, new.entry))
    except Misconfigured as error:
        remedy = f"{desk.if_it_makes_the_secret(str(error))}{once_more}"
        raise NotAllowed(f"{error}; nothing was written", remedy=remedy) from None
    _print(findings)
    wrong = [finding for finding in findings if not finding.ok and not about_webhook(finding)]
    if wrong and not (anyway and any(finding.ok for finding in findings)):
        raise NotAllowed(f"{len(wrong)} to mend, and nothing was written", remedy=once_more)
    new.write()
    typer.echo(f"\nAccount {name} is written to {environment.config}.\n\n{desk.told(findings)}\n")
    if patience:
        wait_for_first(desk, patience)


async def _findings(name: str, account: AccountEntry) -> Sequence[Finding]:
    """What the help desk says of our credentials and rights. Raises `Misconfigured` where it cannot even be asked."""
    connector: Connector = connectors.load(account.connector).connect(account_of(name, account))
    try:
        async with asyncio.timeout(LONGEST_CHECK):
            return await connector.check()
    except TimeoutError:
        return [Finding("credentials", False, "no answer in time", "Is base_url right, and the service up?")]
    finally:
        await connector.close()


def _print(findings: Sequence[Finding]) -> None:
    out = console()
    for finding in findings:
        out.print("[green]ok  [/] " if finding.ok else "[red]FAIL[/] ", end="")
        out.print(f"{finding.subject}: {finding.detail}", markup=False, soft_wrap=True)
        if finding.remedy and not finding.ok:
            out.print(f"       -> {finding.remedy}", markup=False, soft_wrap=True)
