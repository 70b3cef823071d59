"""`countersign erase`: everything that is kept of a requester goes, and the record of it still verifies."""

import asyncio
import time
from typing import Annotated

import typer

from gateway.audit.entries import Act
from gateway.audit.personal import pseudonym
from gateway.bootstrap.audit import audit_secret
from gateway.cli.asking import ask, os_user
from gateway.cli.tables import console
from gateway.errors import NotNow
from gateway.settings import read_environment
from gateway.store.audit import COMMAND
from gateway.store.database import Database
from gateway.store.erasure import Erased, erase, kept_of, under_way

WAIT = 60.0  # seconds for runs that a worker holds
LOOK = 0.5  # seconds between two looks at them


def add_to(app: typer.Typer) -> None:
    app.command("erase")(erase_)


def erase_(
    account: Annotated[str, typer.Option(help="The account of countersign.yaml in whose help desk the requester is.")],
    requester: Annotated[str, typer.Option(help="The requester's id, as the help desk writes it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase what is kept of a requester here: texts, drafts, facts, deliveries and reasons. What the help desk itself
    has stays there. Runs that are under way end."""
    if not requester.strip():
        raise typer.BadParameter("Write the id of a requester.", param_hint="--requester")
    runs, texts = ask(lambda database: kept_of(database, account, requester))
    if not yes:
        typer.confirm(f"Erase {texts} texts of {runs} runs? This cannot be undone.", abort=True)
    called = pseudonym(audit_secret(read_environment()), account, requester)
    act = Act(os_user(), "erase", f"requester {called}", COMMAND)
    done = ask(lambda database: _erased(database, account, requester, called, act))
    told = f"{done.runs} runs, {done.texts} texts, {done.deliveries} deliveries in quarantine, {done.reasons} reasons"
    console().print(f"Erased: {told}.\nThe requester is {called} from now on.", markup=False)


async def _erased(database: Database, account: str, requester: str, called: str, act: Act) -> Erased:
    """Erase, let runs end that a worker holds, and erase what they kept meanwhile."""
    found = await erase(database, account, requester, called, act, again=False)
    deadline = time.monotonic() + WAIT
    while await under_way(database, account, requester, called):
        if time.monotonic() > deadline:
            raise NotNow("a run of this requester does not end", remedy="Give the same command again in a minute")
        await asyncio.sleep(LOOK)
    more = await erase(database, account, requester, called, act, again=True)
    return Erased(*(one + other for one, other in zip(_numbers(found), _numbers(more), strict=True)))


def _numbers(erased: Erased) -> tuple[int, ...]:
    return erased.runs, erased.texts, erased.deliveries, erased.reasons
