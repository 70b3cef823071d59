"""`countersign report` and `countersign baseline`: a month for its owner, and what there was before the gateway."""

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.asking import ask, moment, os_user
from gateway.cli.report_written import Declared, Material, written
from gateway.cli.tables import Column, console, print_table
from gateway.errors import NotFound
from gateway.ledger.budgets import Budget
from gateway.ledger.document import to_html, to_markdown
from gateway.ledger.report import Scope
from gateway.ledger.response import Spread, spread
from gateway.settings import AccountEntry, Installation, read_environment
from gateway.store.database import Database
from gateway.store.reports import duration, month, risks

Found = dict[str | None, list[float]]


class ReportFormat(StrEnum):
    MARKDOWN = "md"
    HTML = "html"


COLUMNS: tuple[Column[tuple[str | None, Spread]], ...] = (
    Column("Queue", lambda line: line[0] or "(all)"),
    Column("Tickets", lambda line: line[1].tickets, number=True),
    Column("Half within", lambda line: duration(line[1].median_ms), number=True),
    Column("95 % interval", lambda line: f"{duration(line[1].low_ms)} to {duration(line[1].high_ms)}"),
)


def add_to(app: typer.Typer) -> None:
    app.command()(report)
    app.command()(baseline)


def report(
    month_: Annotated[str, typer.Option("--month", help="Such as 2026-10, in UTC.")],
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    queue: Annotated[str | None, typer.Option(help="Only of this queue, as the help desk calls it.")] = None,
    format_: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.MARKDOWN,
    out: Annotated[Path | None, typer.Option(help="A file in place of the terminal.")] = None,
) -> None:
    """A month for its owner: goal, volume, acceptance, first response, money spent and saved, risks, what got worse.

    Nothing is called an effect that chance explains as well."""
    scope = _scope(month_, account, queue)
    installation = _installation()
    accounts = _accounts(installation, account)
    told = {"month": f"{scope.since:%Y-%m}", "account": account, "queue": queue, "format": format_}
    gathered = ask(lambda database: _gathered(database, scope, installation, accounts), export="report", told=told)
    document = written(gathered)
    text = to_html(document) if format_ is ReportFormat.HTML else to_markdown(document)
    if out is None:
        typer.echo(text, nl=False)
    else:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise typer.BadParameter(f"{out}: {error.strerror}", param_hint="--out") from None
        typer.echo(f"Written to {out}.", err=True)


def baseline(
    account: Annotated[str, typer.Option(help="An account of countersign.yaml.")],
    since: Annotated[str, typer.Option(help="Tickets first asked since then: 90d, or a date.")] = "90d",
    until: Annotated[str | None, typer.Option(help="Before then. Else: before the gateway heard of a ticket.")] = None,
    limit: Annotated[int, typer.Option(min=20, help="At most so many solved tickets are read.")] = 5000,
) -> None:
    """Measure how soon tickets were first answered before the gateway, from the help desk's own history."""
    from connectors.contract import Capability
    from gateway.bootstrap import connector_of

    entry = _accounts(_installation(), account)[account]
    desk = connector_of(account, entry)
    if Capability.HISTORY not in desk.capabilities:
        raise NotFound(
            f"{account} tells no history of its tickets", remedy="The report will say that nothing is known of before"
        )
    begin, end = moment(since), moment(until, "--until")
    assert begin

    async def measured(database: Database) -> list[tuple[str | None, Spread]]:
        from gateway.bootstrap.history import first_responses

        until_ = end or await month.first_event(database, account) or datetime.now(UTC)
        times: Found = defaultdict(list)
        try:
            async for queue, ms in first_responses(desk, begin, until_, limit):
                times[None].append(ms)
                if queue:
                    times[queue].append(ms)
        finally:
            await desk.close()
        found = {queue: told for queue, values in times.items() if (told := spread(values)) is not None}
        if found:
            await month.keep_baseline(database, account, found, since=begin, until=until_, by=os_user())
        return list(found.items())

    if found := ask(measured):
        print_table(COLUMNS, found, caption="Kept. The next report compares with it.")
    else:
        console().print("Fewer than 20 answered tickets of that time: nothing was kept. Try a longer --since.")
        raise typer.Exit(1)


async def _gathered(
    database: Database, scope: Scope, installation: Installation | None, accounts: dict[str, AccountEntry]
) -> Material:
    from gateway.bootstrap.models import budgets_of, rates_of

    told_rates = rates_of(installation) if installation else {}
    rates = {name: told_rates[name] for name in accounts if name in told_rates}
    budgets = {one.name: one for one in (budgets_of(installation) if installation else ()) if _concerns(one, scope)}
    used = await month.used_in(database, list(budgets), f"{scope.since:%Y-%m}")
    then = Scope(month.month_before(scope.since), scope.since, scope.account, scope.queue)
    only = scope.account or (next(iter(accounts)) if len(accounts) == 1 else None)
    speeds = {name: entry.words_per_minute for name, entry in accounts.items()}
    return Material(
        scope,
        {name: _declared(entry) for name, entry in accounts.items()},
        {name: (budget, used.get(name)) for name, budget in budgets.items()},
        rates,
        await month.month_of(database, scope, rates),
        await month.month_of(database, then, rates),
        await month.baseline(database, only, scope.queue),
        await risks(database, since=scope.since, until=scope.until, account=scope.account, speeds=speeds),
    )


def _concerns(budget: Budget, scope: Scope) -> bool:
    """Whether money of this account and queue is on it."""
    accounts = budget.account is None or scope.account in (None, budget.account)
    return accounts and (budget.queue is None or scope.queue in (None, budget.queue))


def _declared(entry: AccountEntry) -> Declared:
    goal = (entry.goal.share, entry.goal.source) if entry.goal else None
    return Declared(entry.owner.team, entry.owner.contact, goal, shadow=entry.mode == "shadow")


def _scope(told: str, account: str | None, queue: str | None) -> Scope:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", told.strip()):
        raise typer.BadParameter("write a month such as 2026-10", param_hint="--month")
    since = datetime.strptime(told.strip(), "%Y-%m").replace(tzinfo=UTC)
    return Scope(since, (since + timedelta(days=32)).replace(day=1), account, queue)


def _installation() -> Installation | None:
    """None where nothing was declared: the figures can be told all the same."""
    from gateway.bootstrap import installation_of

    environment = read_environment()
    return installation_of(environment) if environment.config.exists() else None


def _accounts(installation: Installation | None, account: str | None) -> dict[str, AccountEntry]:
    known = installation.accounts if installation else {}
    if account is not None and account not in known:
        raise NotFound(
            f"there is no account {account}", remedy=f"The accounts are: {', '.join(sorted(known)) or 'none'}"
        )
    return {name: entry for name, entry in known.items() if account in (None, name)}
