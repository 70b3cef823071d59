"""`countersign ledger`: what tickets cost, and how long they took."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from statistics import median
from typing import Annotated

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.ledger_export import export
from gateway.cli.ledger_reconcile import reconciled
from gateway.cli.ledger_reprice import reprice
from gateway.cli.story import STEPS
from gateway.cli.tables import Column, Format, console, print_csv, print_json, print_table, write_csv, write_json
from gateway.ledger.people import Rates
from gateway.store.reports import (
    Cost,
    CostBy,
    CostGroup,
    TicketCost,
    cost_groups,
    duration,
    each_ticket_cost,
    ticket_costs,
)

app = typer.Typer(no_args_is_help=True)
app.command()(reprice)
app.command()(export)
app.command("reconcile")(reconciled)

COLUMNS: tuple[Column[TicketCost], ...] = (
    Column("Ticket", lambda line: f"{line.account} #{line.ticket_id}"),
    Column("Calls", lambda line: line.attempts, number=True),
    Column("Tokens in/out", lambda line: _tokens(line), number=True),
    Column("USD", lambda line: _usd(line), number=True),
    Column("Took", lambda line: _time(line.whole_ms), number=True),
    Column("Reviewed", lambda line: _reviewed(line), number=True),
    Column("Verdict", lambda line: line.verdict, whole=True),
    Column("Outcome", lambda line: line.became.replace("_", " "), whole=True),
)
GROUPS: tuple[Column[CostGroup], ...] = (
    Column("Name", lambda line: (line.name or "none").replace("_", " ")),
    Column("Tickets", lambda line: line.tickets, number=True),
    Column("Calls", lambda line: line.attempts, number=True),
    Column("USD", lambda line: _usd(line), number=True),
    Column("At most", lambda line: _amount(line.at_most_usd), number=True),
    Column("Help desk", lambda line: f"{line.desk_calls}{'+' * bool(line.untold_tries)}", number=True),
    Column("Half within", lambda line: _time(line.median_whole_ms), number=True),
    Column("Reviewed", lambda line: _reviewed(line), number=True),
    Column("Their USD", lambda line: _amount(line.reviewer_usd), number=True),
    Column("By hand", lambda line: _amount(line.by_hand_usd), number=True),
)
GROUP_HEADINGS = (
    *("name", "tickets", "attempts", "known_usd", "unpriced_attempts", "at_most_usd", "desk_calls", "untold_tries"),
    *("reviewed_ms", "reviewer_usd", "by_hand_usd", "median_whole_ms"),
)
HEADINGS = (
    *("account", "ticket_id", "runs", "attempts", "input_tokens", "output_tokens", "uncounted_attempts"),
    *("known_usd", "unpriced_attempts", "first_at", "run_id", "state", "verdict", "draft_state", "outcome", "model"),
    *("queue", "topics", "rules", "at_most_usd", "abandoned_attempts", "suspect_attempts", "desk_calls"),
    *("untold_tries", "measured_ms", "estimated_ms", "reviewer_usd", "by_hand_usd", "took_ms", "whole_ms", "waited_ms"),
    *(f"{step}_ms" for step in STEPS),
    "other_ms",
)


@app.callback()
def ledger() -> None:
    """What tickets cost, and how long they took."""


@app.command()
def tickets(
    since: Annotated[str, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = "7d",
    by: Annotated[CostBy | None, typer.Option(help="One line for each of these instead of each ticket.")] = None,
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000)] = 10_000,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """One line a ticket. Money and tokens of all its runs; times and verdict of the run that people saw."""
    at = moment(since)
    assert at
    rates = _rates()
    told = {"since": at, "by": by, "account": account, "format": format_}
    if by is None and format_ is not Format.TABLE:
        ask(
            lambda database: _write(
                each_ticket_cost(database, since=at, account=account, limit=limit, rates=rates), format_
            ),
            export="ledger tickets",
            told=told,
        )
        return
    lines = ask(
        lambda database: ticket_costs(database, since=at, account=account, limit=limit, rates=rates),
        export=None if format_ is Format.TABLE else "ledger tickets",
        told=told,
    )
    if by is not None and (lines or format_ is not Format.TABLE):
        _print_groups(cost_groups(lines, by), lines, format_, rates)
    elif lines:
        print_table(COLUMNS, lines, caption=_sums(lines))
    else:
        console().print("No ticket had a run in that time.")


async def _write(found: AbstractAsyncContextManager[AsyncIterator[TicketCost]], format_: Format) -> None:
    """One ticket after the other, however many there are."""
    async with found as lines:
        if format_ is Format.JSON:
            await write_json(lines)
        else:
            await write_csv(HEADINGS, (_fields(line) async for line in lines))


def _fields(line: TicketCost) -> list[object]:
    steps = line.step_ms or {}
    return [
        *(
            line.account,
            line.ticket_id,
            line.runs,
            line.attempts,
            line.input_tokens,
            line.output_tokens,
            line.uncounted_attempts,
        ),
        *(
            line.cost.known,
            line.unpriced_attempts,
            line.first_at,
            line.run_id,
            line.state,
            line.verdict,
            line.draft_state,
        ),
        *(line.outcome, line.model, line.queue, " ".join(line.topics), " ".join(line.rules), line.at_most_usd),
        *(line.abandoned_attempts, line.suspect_attempts, line.desk_calls, line.untold_tries),
        *(line.measured_ms, line.estimated_ms),
        *(line.reviewer_usd, line.by_hand_usd, line.took_ms, line.whole_ms, line.waited_ms),
        *(steps.get(step) for step in STEPS),
        _between(line),
    ]


def _between(line: TicketCost) -> float | None:
    """So that waiting, the steps that have a column and this are the whole."""
    if line.other_ms is None:
        return None
    return line.other_ms + sum(ms for step, ms in (line.step_ms or {}).items() if step not in STEPS)


def _rates() -> Mapping[str, Rates]:
    """What people cost. Without countersign.yaml nobody has said it, and the rest can be told all the same."""
    from gateway.bootstrap import installation_of
    from gateway.bootstrap.models import rates_of
    from gateway.settings import read_environment

    environment = read_environment()
    return rates_of(installation_of(environment)) if environment.config.exists() else {}


def _print_groups(
    groups: Sequence[CostGroup], lines: Sequence[TicketCost], format_: Format, rates: Mapping[str, Rates]
) -> None:
    if format_ is Format.JSON:
        print_json(groups)
    elif format_ is Format.CSV:
        print_csv(GROUP_HEADINGS, [[getattr(group, name) for name in GROUP_HEADINGS] for group in groups])
    else:
        sources = "; ".join(sorted({f"{name}: {told.source}" for name, told in rates.items()}))
        people = f"\nPeople's time is an estimate by declared rates ({sources})" if sources else ""
        print_table(GROUPS, groups, caption=_sums(lines) + people)


def _reviewed(line: TicketCost | CostGroup) -> str | None:
    return None if line.reviewed_ms is None else duration(line.reviewed_ms)


def _amount(usd: Decimal | None) -> str | None:
    return None if usd is None else str(Cost(usd, 0)).removesuffix(" USD")


def _tokens(line: TicketCost) -> str | None:
    if not line.attempts:
        return None
    if line.input_tokens is None and line.output_tokens is None:
        return "unknown"
    counts = (f"{number:,}" if number is not None else "?" for number in (line.input_tokens, line.output_tokens))
    return "/".join(counts) + ("+" if line.uncounted_attempts else "")


def _usd(line: TicketCost | CostGroup) -> str | None:
    """The number alone, because the heading has the unit."""
    if not line.attempts:
        return None
    told = str(line.cost)
    if told == "not known":
        return "unknown"
    return told.removeprefix("at least ").removesuffix(" USD") + "+" * bool(line.unpriced_attempts)


def _time(ms: float | None) -> str:
    return "unknown" if ms is None else duration(ms)


def _sums(lines: Sequence[TicketCost]) -> str:
    total = Cost.total(line.cost for line in lines)
    times = [line.whole_ms for line in lines if line.whole_ms is not None]
    half = f", half of them within {duration(median(times))}" if times else ""
    more = "\n+: at least so many, because calls without tokens or price are not in it" if total.unpriced else ""
    return f"{len(lines):,} {'ticket' if len(lines) == 1 else 'tickets'}, {total}{half}{more}"
