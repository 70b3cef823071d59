"""`countersign connector package`: what an admin installs in a help desk, for our page beside its tickets."""

import re
from pathlib import Path
from typing import Annotated, cast

import typer

import connectors
from connectors.contract import Capability, HasSidebar
from connectors.errors import Misconfigured
from connectors.sidebar import packed
from gateway.errors import NotAllowed
from gateway.settings import Environment

ADDRESS = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?", re.ASCII)
ACCOUNT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}", re.ASCII)


def add_to(group: typer.Typer) -> None:
    group.command("package")(package)


def package(
    name: Annotated[str, typer.Argument(help="The connector.")],
    account: Annotated[str, typer.Option(help="The account, as countersign.yaml names it.")],
    gateway: Annotated[
        str | None, typer.Option(help="Our address for browsers. Default: COUNTERSIGN_PUBLIC_URL", show_default=False)
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Default: countersign-NAME-ACCOUNT.zip", dir_okay=False, show_default=False)
    ] = None,
) -> None:
    """Pack the app that shows our page beside a ticket, with our address in it, ready to be installed."""
    try:
        kind = connectors.load(name)
    except Misconfigured as error:
        raise typer.BadParameter(str(error), param_hint="NAME") from None
    if Capability.SIDEBAR not in kind.capabilities:
        raise NotAllowed(f"{name} has no page beside a ticket", remedy="`countersign connectors` tells which have one")
    address = (gateway or Environment().public_url or "").rstrip("/")
    if not ADDRESS.fullmatch(address):
        told = "Write an address such as https://gateway.example. Without HTTPS, browsers keep no sign-in in a frame."
        raise typer.BadParameter(told, param_hint="--gateway")
    if not ACCOUNT.fullmatch(account):
        raise typer.BadParameter("Write the account's name of countersign.yaml.", param_hint="--account")
    file = out or Path(f"countersign-{name}-{account}.zip")
    file.write_bytes(packed(cast(HasSidebar, kind).sidebar, address, account))
    typer.echo(f"{file}: install it as connectors/{connectors.folder(name)}/README.md tells.")
