"""`countersign connectors`: which help desks there are, what works with each, and how far that is proven."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from connectors.cards import Card, cards
from connectors.vocabulary import Capability
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.errors import GatewayError

BEGIN, END = "<!-- connectors: generated, see `countersign connectors --write` -->", "<!-- end of connectors -->"
ABILITIES = {
    "reply": Capability.PUBLIC_REPLY,
    "routing": Capability.ROUTING,
    "conditional write": Capability.CONDITIONAL_WRITE,
    "knowledge": Capability.ARTICLES,
    "history": Capability.HISTORY,
    "sidebar": Capability.SIDEBAR,
}
COLUMNS: tuple[Column[Card], ...] = (
    Column("Connector", lambda card: card.name, whole=True),
    Column("Events come in by", lambda card: ", ".join(card.ways_in)),
    Column("Draft goes in as", lambda card: card.draft),
    Column("Also works", lambda card: ", ".join(words for words, can in ABILITIES.items() if card.can(can))),
    Column("Tested with", lambda card: card.tested),
)


def add_to(app: typer.Typer) -> None:
    app.command("connectors")(list_)


def list_(
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Also what is unverified, and what is not done.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    write: Annotated[
        Path | None, typer.Option(help="Bring the table between the marks of this file up to date.", dir_okay=False)
    ] = None,
) -> None:
    """Every help desk: how events come in, what a draft goes in as, what else works, and how it was tested."""
    found = cards()
    if write is not None:
        write.write_text(with_table(_text_of(write), found), "utf-8")
        return
    if as_json:
        print_json([_as_data(card) for card in found])
        return
    print_table(COLUMNS, found, caption=None if verbose else "What is unverified, and what is not done: --verbose")
    for card in found if verbose else ():
        _print_doubts(card)


def with_table(text: str, found: Sequence[Card]) -> str:
    """A text with its table of connectors brought up to date. Raises where the marks are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise GatewayError("there is no table to bring up to date", remedy=f"Put {BEGIN} and {END} into the file")
    return f"{before}{BEGIN}\n\n{_markdown(found)}\n\n{END}{after}"


def _markdown(found: Sequence[Card]) -> str:
    headings = ["system", "events come in by", "draft goes in as", *ABILITIES, "tested with"]
    lines = ["| " + " | ".join(headings) + " |", "|---" * len(headings) + "|"]
    for card in found:
        link = f"[{card.system}](connectors/{card.folder}/README.md), {card.versions}"
        able = ["yes" if card.can(capability) else "-" for capability in ABILITIES.values()]
        lines.append("| " + " | ".join([link, ", ".join(card.ways_in), card.draft, *able, card.tested]) + " |")
    return "\n".join(lines)


def _print_doubts(card: Card) -> None:
    out = console()
    out.print(f"\n{card.system}, {card.versions}", style="bold", markup=False)
    for doubt in card.unverified:
        out.print(f"  unverified: {doubt}", markup=False)
    for rule, (state, reason) in card.not_done.items():
        out.print(f"  {state}: {rule}: {reason}", markup=False)
    if not card.unverified and not card.not_done:
        out.print("  nothing is unverified, and every house rule is done")


def _as_data(card: Card) -> dict[str, Any]:
    return {
        "connector": card.name,
        "system": card.system,
        "versions": card.versions,
        "draft": card.draft,
        "capabilities": sorted(card.offers),
        "tested": card.tested,
        "unverified": list(card.unverified),
        "not_done": [{"rule": rule, "state": state, "reason": why} for rule, (state, why) in card.not_done.items()],
    }


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GatewayError(f"{file} cannot be read", remedy="Name a text file that has the marks") from error
