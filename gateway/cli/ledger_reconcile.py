"""`countersign ledger reconcile`: the ledger beside what the provider says was used."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from gateway.cli.asking import ask
from gateway.cli.tables import Column, Format, console, print_csv, print_json, print_table
from gateway.ledger.invoices import SHAPES, Shape, read
from gateway.ledger.reconcile import Line, Reconciled, reconcile
from gateway.store.reports import spending

PARTS = ("day", "model", "input", "output", "usd", "currency")
COLUMNS: tuple[Column[Line], ...] = (
    Column("Day", lambda line: line.day, whole=True),
    Column("Model", lambda line: line.model or "(all)"),
    Column("Their USD", lambda line: _their_usd(line), number=True),
    Column("Ours", lambda line: _our_usd(line), number=True),
    Column("More USD", lambda line: line.usd, number=True),
    Column("More tokens", lambda line: line.tokens, number=True),
    Column("Why", lambda line: "; ".join(line.why)),
)
HEADINGS = (
    *("day", "model", "their_input", "our_input", "their_output", "our_output", "their_usd", "our_usd"),
    *("more_tokens", "more_usd", "our_calls", "our_unpriced", "why"),
)


class Provider(StrEnum):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GENERIC = "generic"


def reconciled(
    invoice: Annotated[Path, typer.Option(help="The provider's usage or cost export, CSV or JSON.")],
    provider: Annotated[Provider | None, typer.Option(help="Whose export it is; else its columns tell.")] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", help=f"With generic: PART=COLUMN, or a YAML file of them. Parts: {', '.join(PARTS)}."),
    ] = None,
    of: Annotated[str | None, typer.Option(help="Only our calls to this provider; else that of the export.")] = None,
    utc_offset: Annotated[int, typer.Option(min=-12, max=14, help="At which hour from UTC its days begin.")] = 0,
    fail_over: Annotated[str | None, typer.Option(help="1%: end with status 1 where they differ by more.")] = None,
    format_: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """Hold a provider's export against the ledger, by day and model, and say why they differ as far as it is known.

    "More" is what the provider has and the ledger has not. Amounts must be in USD: nothing is converted."""
    limit = _percent(fail_over)
    generic = _mapping(map_ or ()) if provider is Provider.GENERIC else None
    if map_ and generic is None:
        raise typer.BadParameter("only --provider generic takes a mapping", param_hint="--map")
    shape, billed = read(invoice, generic or (SHAPES[provider] if provider else None))
    whose = of or (None if shape is generic else shape.name)
    first = datetime.combine(min(day for day, _ in billed), time(), UTC) - timedelta(days=1)
    last = datetime.combine(max(day for day, _ in billed), time(), UTC) + timedelta(days=2)
    hours = ask(
        lambda database: spending.by_hour(database, since=first, until=last, provider=whose),
        export=None if format_ is Format.TABLE else "ledger by day and model",
        told={"since": first, "until": last, "provider": whose, "format": format_},
    )
    found = reconcile(billed, hours, utc_offset)
    if format_ is Format.JSON:
        print_json({"off": found.off, "better_utc_offset": found.better, "lines": list(map(_fields, found.lines))})
    elif format_ is Format.CSV:
        print_csv(HEADINGS, [[line[name] for name in HEADINGS] for line in map(_fields, found.lines)])
    else:
        _print(found)
    if limit is not None and found.off is not None and found.off > limit:
        typer.echo(f"They differ by {found.off:.2%}, which is more than {limit:.2%}.", err=True)
        raise typer.Exit(1)


def _print(found: Reconciled) -> None:
    differing = [line for line in found.lines if line.differs]
    if differing:
        print_table(COLUMNS, differing)
    agreeing = len(found.lines) - len(differing)
    off = f"; in all they differ by {found.off:.2%}" if found.off else ""
    console().print(f"{agreeing} of {len(found.lines)} days of a model agree{off}.")
    if found.better is not None:
        console().print(f"With days that begin at UTC{found.better:+d} they agree more: --utc-offset {found.better}")


def _fields(line: Line) -> dict[str, Any]:
    theirs, ours = line.theirs, line.ours
    return {
        "day": line.day,
        "model": line.model,
        "their_input": theirs.input if theirs else None,
        "our_input": ours.input if ours else None,
        "their_output": theirs.output if theirs else None,
        "our_output": ours.output if ours else None,
        "their_usd": _their_usd(line),
        "our_usd": _our_usd(line),
        "more_tokens": line.tokens,
        "more_usd": line.usd,
        "our_calls": ours.calls if ours else 0,
        "our_unpriced": ours.unpriced if ours else 0,
        "why": "; ".join(line.why),
    }


def _their_usd(line: Line) -> Decimal | None:
    return line.theirs.usd if line.theirs else None


def _our_usd(line: Line) -> Decimal | None:
    """None where no call of it has a price: unknown, not zero."""
    return line.ours.usd if line.ours and line.ours.priced else None


def _percent(text: str | None) -> Decimal | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4}(?:\.\d{1,6})?)\s?%", text.strip())
    if found is None:
        raise typer.BadParameter("write a share such as 1% or 0.5%", param_hint="--fail-over")
    return Decimal(found[1]) / 100


def _mapping(told: Sequence[str]) -> Shape:
    """From `day=Date`, given once for each part, or from a file with the same words."""
    parts: dict[str, Any] = {}
    for word in told:
        part, is_pair, column = word.partition("=")
        parts |= {part.strip(): column.strip()} if is_pair else _file(Path(word))
    if unknown := parts.keys() - set(PARTS):
        raise typer.BadParameter(
            f"there is no part {sorted(unknown)[0]}; the parts are {', '.join(PARTS)}", param_hint="--map"
        )
    columns = {part: [column] if isinstance(column, str) else list(column) for part, column in parts.items()}
    if "day" not in columns or not columns.keys() & {"input", "output", "usd"}:
        raise typer.BadParameter("say at least day, and one of input, output and usd", param_hint="--map")
    usd = dict.fromkeys(columns.pop("usd", ()), Decimal(1))
    return Shape("generic", usd=usd, **columns)


def _file(path: Path) -> Mapping[str, Any]:
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        told = None
    names = told.values() if isinstance(told, dict) else [None]
    if not all(
        isinstance(name, str) or (isinstance(name, list) and all(isinstance(one, str) for one in name))
        for name in names
    ):
        raise typer.BadParameter(f"{path} is no YAML file of PART: COLUMN", param_hint="--map")
    return dict(told)
