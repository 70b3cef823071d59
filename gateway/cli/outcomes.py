"""`countersign outcomes`: what people did with drafts, by rule, model, prompt, topic, team or account."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import Annotated, Any, TypeVar

import typer

from gateway.cli.asking import ask, moment
from gateway.cli.tables import Column, Format, console, print_csv, print_json, print_table
from gateway.shares import ENOUGH, Share
from gateway.store.reports import (
    By,
    OutcomeLine,
    RiskLine,
    ShadowLine,
    duration,
    outcomes_by,
    risks,
    shadow_by,
)
from gateway.store.reports.calibration import CalibrationLine, Part, calibration
from gateway.store.reports.risks import FEWEST_PEOPLE, LONG_RUN

Line = TypeVar("Line", OutcomeLine, ShadowLine, RiskLine, CalibrationLine)
OUTCOMES: tuple[Column[OutcomeLine], ...] = (
    Column("Drafts", lambda line: line.drafts, number=True),
    Column("Judged", lambda line: line.judged, number=True),
    Column("Accepted", lambda line: str(line.acceptance), number=True),
    Column("Edited", lambda line: str(line.edits), number=True),
    Column("Rejected", lambda line: line.rejected, number=True),
    Column("Reading", lambda line: _reading(line), number=True),
    Column("Reopened", lambda line: str(line.reopens), number=True),
)
POLICY: tuple[Column[OutcomeLine], ...] = (
    Column("By policy", lambda line: line.by_policy, number=True),
    Column("Flawed", lambda line: str(line.flaws), number=True),
)
SHADOW: tuple[Column[ShadowLine], ...] = (
    Column("Drafts", lambda line: line.drafts, number=True),
    Column("Send", lambda line: line.send, number=True),
    Column("Review", lambda line: line.review, number=True),
    Column("Withhold", lambda line: line.withhold, number=True),
    Column("Escalate", lambda line: line.escalate, number=True),
    Column("Close", lambda line: str(line.closeness), number=True),
    Column("Close of send", lambda line: str(line.closeness_of_sent), number=True),
    Column("Cost", lambda line: line.cost if line.attempts else None, number=True),
)
RISKS: tuple[Column[RiskLine], ...] = (
    Column("Agent group", lambda line: _named(line.name)),
    Column("Approvals", lambda line: line.approvals if line.told else None, number=True),
    Column("Faster than reading", lambda line: str(line.too_fast) if line.told else None, number=True),
    Column("No source opened", lambda line: str(line.without_sources) if line.told else None, number=True),
    Column(f"{LONG_RUN} or more like that in a row", lambda line: line.long_runs if line.told else None, number=True),
)
CALIBRATION: tuple[Column[CalibrationLine], ...] = (
    Column("Confidence", lambda line: line.name),
    Column("Mean", lambda line: f"{line.mean:.2f}", number=True),
    Column("Judged", lambda line: line.judged, number=True),
    Column("Accepted", lambda line: str(line.acceptance), number=True),
    Column("Too sure by", lambda line: None if line.gap is None else f"{line.gap:+.2f}", number=True),
)
NOTES = {
    "calibration": """\
Of drafts that people judged: how sure the checks were, and how many were accepted. Well calibrated: the two are alike,
and more are accepted from line to line. A threshold in a policy should stand where the accepted are enough.""",
    "outcomes": """\
Accepted: sent as it was or lightly edited, of those judged; rejected and expired count.
Edited: of those that were sent. Reading: the median; ~ is estimated from the length.
Reopened: the requester wrote again, of replies whose time for that is over.""",
    "shadow": """\
Nothing of this was written. Close: what the agent sent is the draft or a light edit of it;
"of send": the same of drafts that would have gone out without a person.""",
    "risks": f"""\
A reason to look at the work, and no score of anybody.
A group in which fewer than {FEWEST_PEOPLE} people approved is not told.""",
}
RANGES = f"\nIn brackets: 95 % interval (Wilson). Under {ENOUGH} it is too few to tell."


def add_to(app: typer.Typer) -> None:
    app.command("outcomes")(outcomes)


def outcomes(
    by: Annotated[By, typer.Option(help="What drafts are grouped by.")] = By.ACCOUNT,
    since: Annotated[str, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = "30d",
    account: Annotated[str | None, typer.Option(help="Only of this account.")] = None,
    shadow: Annotated[
        bool, typer.Option("--shadow", help="Accounts in shadow mode: what would have happened.")
    ] = False,
    risk: Annotated[bool, typer.Option("--risks", help="Approvals that look like rubber stamps, by team.")] = False,
    calibrated: Annotated[
        bool, typer.Option("--calibration", help="Whether drafts of which we were sure were accepted more often.")
    ] = False,
    part: Annotated[Part, typer.Option(help="With --calibration: a part of the confidence instead.")] = Part.CONFIDENCE,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """What people did with drafts: accepted, edited, rejected, how long reading took, what came after."""
    at = moment(since)
    assert at
    if shadow and risk:
        raise typer.BadParameter("nobody approves anything in shadow mode", param_hint="--risks")
    if calibrated and (shadow or risk):
        raise typer.BadParameter("it is about drafts that people were shown", param_hint="--calibration")
    about = "calibration" if calibrated else "risks" if risk else "shadow" if shadow else f"by {by}"
    asked = partial(
        ask,
        export=None if format_ is Format.TABLE else f"outcomes, {about}",
        told={"since": at, "account": account, "format": format_},
    )
    if calibrated:
        tenths = asked(lambda database: calibration(database, part, since=at, account=account))
        _print(tenths, CALIBRATION, "calibration", format_)
    elif risk:
        speeds = _speeds()
        teams = asked(lambda database: risks(database, since=at, account=account, speeds=speeds))
        _print(teams, RISKS, "risks", format_)
    elif shadow:
        found = asked(lambda database: shadow_by(database, by, since=at, account=account))
        _print(found, (_group(by), *SHADOW), "shadow", format_)
    else:
        lines = asked(lambda database: outcomes_by(database, by, since=at, account=account))
        policy = POLICY if any(line.by_policy for line in lines) else ()
        _print(lines, (_group(by), *OUTCOMES, *policy), "outcomes", format_)


def _print(lines: Sequence[Line], columns: Sequence[Column[Line]], kind: str, format_: Format) -> None:
    rows = [dict(_fields(line)) for line in lines]
    if format_ is Format.JSON:
        print_json(rows)
    elif format_ is Format.CSV:
        flat = [dict(_flat(row)) for row in rows]
        headings = list(dict.fromkeys(name for row in flat for name in row))
        print_csv(headings, [[row.get(name) for name in headings] for row in flat])
    elif lines:
        print_table(columns, lines, caption=NOTES[kind] + RANGES)
    else:
        console().print("No draft in that time.")


def _fields(line: OutcomeLine | ShadowLine | RiskLine | CalibrationLine) -> Iterator[tuple[str, Any]]:
    """Everything that a line counts, and its rates. Of a group that is not told, only that there is one."""
    yield "group", line.name
    if isinstance(line, RiskLine) and not line.told:
        yield "too_few_people", True
        return
    yield from ((name, getattr(line, name)) for name in (field.name for field in fields(line)) if name != "name")
    for name, value in vars(type(line)).items():
        if isinstance(value, property) and isinstance(share := getattr(line, name), Share):
            yield name, share.to_dict()


def _flat(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if isinstance(value, dict):
            yield from ((f"{name}_{part}", value[part]) for part in ("rate", "low", "high", "enough"))
        else:
            yield name, value


def _group(by: By) -> Column[Any]:
    return Column(by.replace("-", " ").capitalize(), lambda line: _named(line.name))


def _named(name: str | None) -> str:
    return name or "(none)"


def _reading(line: OutcomeLine) -> str | None:
    if line.measured_ms is not None:
        return duration(line.measured_ms)
    return None if line.estimated_ms is None else f"~{duration(line.estimated_ms)}"


def _speeds() -> dict[str, int]:
    """How fast people read, as accounts declare it; where there is no configuration, the usual speed."""
    from gateway.bootstrap import installation_of
    from gateway.settings import read_environment

    environment = read_environment()
    if not environment.config.exists():
        return {}
    return {name: entry.words_per_minute for name, entry in installation_of(environment).accounts.items()}
