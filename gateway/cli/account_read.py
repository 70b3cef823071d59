"""`countersign account read`: drafts for tickets that were there before the account was connected."""

from typing import Annotated

import typer

from gateway.bootstrap import installation_of
from gateway.cli.asking import ask, os_user
from gateway.cli.tables import console
from gateway.errors import NotFound
from gateway.settings import read_environment
from gateway.store.asked import ask_for
from gateway.workflow.arrivals import LONGEST_ID


def add_to(group: typer.Typer) -> None:
    group.command("read")(read_)


def read_(
    name: Annotated[str, typer.Argument(help="An account of countersign.yaml.")],
    tickets: Annotated[list[str], typer.Argument(help="Ids, as the help desk writes them.", metavar="TICKET...")],
) -> None:
    """Read tickets that were open before the account was connected, and draft what waits for an answer in them."""
    known = installation_of(read_environment()).accounts
    if name not in known:
        raise NotFound(f"there is no account {name}", remedy=f"The accounts are: {', '.join(sorted(known)) or 'none'}")
    wanted = list(dict.fromkeys(ticket.strip().removeprefix("#") for ticket in tickets))
    if not all(ticket and ticket.isprintable() and len(ticket) <= LONGEST_ID for ticket in wanted):
        raise typer.BadParameter("Write the ids of tickets.", param_hint="TICKET...")
    numbers = ask(lambda database: ask_for(database, name, wanted, by=os_user()))
    for ticket, number in zip(wanted, numbers, strict=True):
        console().print(f"Ticket {ticket}: countersign runs show {number}", markup=False)
