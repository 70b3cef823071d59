"""`countersign ledger`: what tickets cost, and how long they took."""

from collections.abc import Sequence
from statistics import median
from typing import Annotated

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.story import STEPS
from gateway.cli.tables import Column, Format, console, print_csv, print_json, print_table
from gateway.store.reports import Cost, TicketCost, duration, ticket_costs

app = typer.Typer(no_args_is_help=True)

COLUMNS: tuple[Column[TicketCost], ...] = (
    Column("Ticket", lambda line: f"{line.account} #{line.ticket_id}"),
    Column("Calls", lambda line: line.attempts, number=True),
    Column("Tokens in/out", lambda line: _tokens(line), number=True),
    Column("USD", lambda line: _usd(line), number=True),
    Column("Waited", lambda line: _time(line.waited_ms), number=True),
    Column("Took", lambda line: _time(line.took_ms), number=True),
    Column("Verdict", lambda line: line.verdict, whole=True),
    Column("Outcome", lambda line: (line.outcome or line.draft_state or line.state).replace("_", " "), whole=True),
)
HEADINGS = (
    *("account", "ticket_id", "runs", "attempts", "input_tokens", "output_tokens", "uncounted_attempts"),
    *("known_usd", "unpriced_attempts", "first_at", "run_id", "state", "verdict", "draft_state", "outcome", "model"),
    *("waited_ms", "took_ms"),
    *(f"{step}_ms" for step in STEPS),
)


@app.callback()
def ledger() -> None:
    """What tickets cost, and how long they took."""


@app.command()
def tickets(
    since: Annotated[str, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = "7d",
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000)] = 10_000,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """One line a ticket. Money and tokens of all its runs; times and verdict of the run that people saw."""
    at = moment(since)
    assert at
    lines = ask(lambda database: ticket_costs(database, since=at, account=account, limit=limit))
    if format_ is Format.JSON:
        print_json(lines)
    elif format_ is Format.CSV:
        print_csv(HEADINGS, [_fields(line) for line in lines])
    elif lines:
        print_table(COLUMNS, lines, caption=_sums(lines))
    else:
        console().print("No ticket had a run in that time.")


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
        *(line.outcome, line.model, line.waited_ms, line.took_ms),
        *(steps.get(step) for step in STEPS),
    ]


def _tokens(line: TicketCost) -> str | None:
    if not line.attempts:
        return None
    if line.input_tokens is None and line.output_tokens is None:
        return "unknown"
    counts = (f"{number:,}" if number is not None else "?" for number in (line.input_tokens, line.output_tokens))
    return "/".join(counts) + ("+" if line.uncounted_attempts else "")


def _usd(line: TicketCost) -> str | None:
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
    times = [line.took_ms for line in lines if line.took_ms is not None]
    half = f", half of them within {duration(median(times))}" if times else ""
    more = "\n+: at least so many, because calls without tokens or price are not in it" if total.unpriced else ""
    return f"{len(lines):,} {'ticket' if len(lines) == 1 else 'tickets'}, {total}{half}{more}"
