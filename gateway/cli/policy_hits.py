"""`countersign policy hits`: how often each rule held, those that never did among them."""

from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.policy_sets import PUBLISHED, set_named
from gateway.cli.policy_told import counted
from gateway.cli.tables import Column, Format, print_csv, print_json, print_table
from gateway.store import policies as rows
from gateway.store.database import Database


class Line(NamedTuple):
    """A rule of the set in force, with what it did. Figures are counted under its name, whatever its text was then."""

    rule: str
    folder: str
    mode: str
    hits: int
    observed_hits: int
    observed_changes: int
    last_hit_at: datetime | None
    sent: int
    reviewed: int
    withheld: int


COLUMNS: tuple[Column[Line], ...] = (
    Column("Rule", lambda one: one.rule),
    Column("Folder", lambda one: one.folder),
    Column("Mode", lambda one: one.mode),
    Column("Held", lambda one: one.hits + one.observed_hits, number=True),
    Column("Send", lambda one: one.sent, number=True),
    Column("Review", lambda one: one.reviewed, number=True),
    Column("Withhold", lambda one: one.withheld, number=True),
    Column("Last (UTC)", lambda one: one.last_hit_at, number=True),
)


def add_to(app: typer.Typer) -> None:
    app.command()(hits)


def hits(
    since: Annotated[str, typer.Option(help="Runs begun since then: 24h, 30d, or a date.")] = "30d",
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """How often each rule of the set in force held, and what those runs came to: the rarest first."""
    at = moment(since)
    assert at

    async def asked(database: Database) -> tuple[dict[str, rows.RuleHits], int]:
        return {one.rule: one for one in await rows.rule_hits(database, at)}, await rows.decisions(database, at)

    found, runs = ask(asked)
    lines = [
        _line(rule.id, rule.folder, rule.mode, found.get(rule.id))
        for policy in set_named(PUBLISHED).policies
        for rule in policy.rules
    ]
    lines.sort(key=lambda one: (one.hits + one.observed_hits, one.rule))
    if format_ is Format.JSON:
        print_json({"runs": runs, "rules": [one._asdict() for one in lines]})
    elif format_ is Format.CSV:
        print_csv(Line._fields, lines)
    else:
        print_table(COLUMNS, lines, caption=f"Of {counted(runs, 'run')} that came to a decision.")


def _line(rule: str, folder: str, mode: str, did: rows.RuleHits | None) -> Line:
    if did is None:
        return Line(rule, folder, mode, 0, 0, 0, None, 0, 0, 0)
    held = (did.hits, did.observed_hits, did.observed_changes, did.last_hit_at)
    return Line(rule, folder, mode, *held, did.sent, did.reviewed, did.withheld)
