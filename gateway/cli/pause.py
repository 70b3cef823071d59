"""`countersign pause` and `resume`: the emergency brake, which also works when countersign.yaml does not."""

from collections.abc import Sequence
from typing import Annotated

import typer

from gateway.cli.asking import ask, os_user
from gateway.cli.tables import console
from gateway.errors import ConfigurationInvalid, NotFound
from gateway.settings import read_environment
from gateway.store import pauses
from gateway.store.database import Database, Row
from gateway.store.pauses import ALL
from gateway.workflow.pause import LONGEST_REASON, named

Account = Annotated[str | None, typer.Argument(help="An account of countersign.yaml.")]
All = Annotated[bool, typer.Option("--all", help="Every account.")]


def add_to(app: typer.Typer) -> None:
    app.command()(pause)
    app.command()(resume)


def pause(
    because: Annotated[str, typer.Option(help="Why, for everybody who wonders.")],
    account: Account = None,
    all_: All = False,
) -> None:
    """Write and send nothing any more. Events are kept and wait."""
    which = _which(account, all_)
    _must_exist(which)
    reason = " ".join(because.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise typer.BadParameter(f"Give a reason of 1 to {LONGEST_REASON} characters.", param_hint="--because")
    new = ask(lambda database: pauses.pause(database, which, by=os_user(), because=reason))
    verb = "paused" if new else "paused already"
    end = f"countersign resume {'--all' if which == ALL else which}"
    console().print(f"{named(which).capitalize()}: {verb}. Nothing is written or sent until `{end}`.")


def resume(account: Account = None, all_: All = False) -> None:
    """Go on where it stopped. `--all` ends the pause of all accounts; those paused by name stay so."""
    which = _which(account, all_)

    async def resumed(database: Database) -> tuple[int | None, Sequence[Row]]:
        return await pauses.resume(database, which, by=os_user()), await pauses.active(database)

    woken, still = ask(resumed)
    if woken is None:
        held = ", ".join(named(row["account"]) for row in still) or "nothing"
        raise NotFound(f"{named(which)}: not paused", remedy=f"Paused at the moment: {held}")
    console().print(f"{named(which).capitalize()}: resumed. {woken} waiting events walk again.")
    for row in still:
        console().print(f"{named(row['account']).capitalize()}: still paused by {row['by']}, {row['because']}")


def _which(account: str | None, every: bool) -> str:
    if (account is None) != every or account == ALL:
        raise typer.BadParameter("Give either an account or --all.", param_hint="ACCOUNT")
    return account or ALL


def _must_exist(account: str) -> None:
    """A misspelt name would stop nothing and look as if it had."""
    from gateway.bootstrap import installation_of

    if account == ALL:
        return
    try:
        known = installation_of(read_environment()).accounts
    except ConfigurationInvalid:
        console().print("countersign.yaml is not valid, so the account's name is taken as it is.")
        return
    if account not in known:
        raise NotFound(f"there is no account {account}", remedy=f"The accounts are: {', '.join(sorted(known))}")
