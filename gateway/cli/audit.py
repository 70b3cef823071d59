"""`countersign audit`: who did what, whether the record is what was sealed, and proofs for others."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.audit.entries import Act, Entry
from gateway.audit.heads import Head, NotAHead, read_heads
from gateway.audit.proofs import prove, prove_growth, wrong_with
from gateway.audit.verify import Report, Verifier
from gateway.bootstrap.audit import audit_signer, heads_folder
from gateway.cli.asking import ask, moment, os_user
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.errors import ConfigurationInvalid, NotFound, NotNow
from gateway.settings import read_environment
from gateway.store import audit, sealing
from gateway.store.database import Database

app = typer.Typer(no_args_is_help=True)
MOST_TOLD = 50  # findings
LISTED = "`countersign audit list` shows them"
TAMPERED = 3  # exit status; 1 is for a check that could not be made

Number = Annotated[int, typer.Argument(metavar="ENTRY", min=1, max=2**63 - 1)]
Key = Annotated[
    list[str] | None,
    typer.Option("--key", help="A public key that is trusted too, as in a head: an older one, or another machine's."),
]
COLUMNS: tuple[Column[Entry], ...] = (
    Column("Entry", lambda one: one.id, number=True),
    Column("At (UTC)", lambda one: one.at, number=True),
    Column("Who", lambda one: one.act.who),
    Column("Act", lambda one: one.act.act),
    Column("On", lambda one: one.act.on_what),
    Column("From", lambda one: one.act.from_where),
    Column("Detail", lambda one: json.dumps(one.act.detail, ensure_ascii=False) if one.act.detail else None),
)


@app.command("list")
def list_(
    act: Annotated[str | None, typer.Option(help='Only this act, as in "policy publish".')] = None,
    who: Annotated[str | None, typer.Option(help="Only what this person did.")] = None,
    since: Annotated[str | None, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """The newest entries of the record."""
    at = moment(since)
    found = ask(
        lambda database: audit.newest(database, act=act, who=who, since=at, limit=limit),
        export="audit record" if as_json else None,
        told={"act": act, "who": who, "since": at, "limit": limit},
    )
    if as_json:
        print_json([one.as_json() for one in found])
    elif found:
        print_table(COLUMNS, found)
    else:
        console().print("There is no such entry.")


@app.command()
def show(number: Number) -> None:
    """One entry, with the reason that was kept beside it. That somebody read the reason is an entry too."""

    async def shown(database: Database) -> dict[str, Any]:
        found = await audit.entry(database, number)
        if found is None:
            raise NotFound(f"there is no entry {number}", remedy=LISTED)
        entry, place = found
        act = Act(os_user(), "read reason", f"entry {number}", audit.COMMAND)
        return {**entry.as_json(), "place": place, "personal": await audit.personal(database, number, act)}

    print_json(ask(shown))


@app.command()
def verify(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="A file of heads that was kept elsewhere, or a folder of such files."),
    ] = None,
    proof: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Check what `prove` printed; needs no database.")
    ] = None,
    key: Key = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Is every entry what was sealed? Exit status 0: yes; 3: no, and what was found is said; 1: nobody could tell."""
    if proof is not None:
        _verify_proof(proof, key or [])
        return
    environment = read_environment()
    keys = {audit_signer(environment).key, *(key or ())}
    own = heads_folder(environment)
    outside = [head for path in [*(checkpoint or ()), *([own] if own.is_dir() else [])] for head in _heads_in(path)]
    report = ask(lambda database: _verified(database, outside, keys))
    if as_json:
        told = [{"kind": one.kind, "words": one.words} for one in report.findings]
        head = report.head.as_json() if report.head else None
        print_json({"entries": report.entries, "waiting": report.waiting, "head": head, "findings": told})
    else:
        _tell(report)
    if report.findings:
        raise typer.Exit(TAMPERED)


@app.command("prove")
def prove_(
    number: Annotated[int | None, typer.Argument(metavar="ENTRY", min=1, max=2**63 - 1, show_default=False)] = None,
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="HEAD", help="Its number of entries, or a file whose last head it is."),
    ] = None,
    second: Annotated[str | None, typer.Option("--to", metavar="HEAD", help="A later one; else the last.")] = None,
) -> None:
    """Print a proof that an entry is in the record, or, with --from, that nothing before a head was changed since then.

    Who has the public key checks it without the database: `countersign audit verify --proof FILE`."""
    if (number is None) == (first is None) or (second and first is None):
        raise typer.BadParameter("give either the number of an entry, or --from with an earlier head")
    if first is not None:
        _prove_growth(first, second)
        return

    async def proved(database: Database) -> dict[str, Any]:
        found = await audit.entry(database, number) if number else None
        if found is None:
            raise NotFound(f"there is no entry {number}", remedy=LISTED)
        entry, place = found
        head = await sealing.last_head(database)
        if place is None or head is None:
            raise NotNow(f"entry {number} is not sealed yet", remedy="A worker does it each second")
        return prove(entry, place, await sealing.leaves(database, head.size), head)

    print_json(ask(proved))


@app.command()
def export(
    since: Annotated[str | None, typer.Option(help="90m, 24h, 7d, 2w, or a date.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Only entries after this number: to go on with an export.")] = 0,
) -> None:
    """The whole record as JSON lines, in the order of its numbers. That it was exported is an entry too."""
    at = moment(since)

    async def written(database: Database) -> None:
        async for entry in audit.entries(database, after=after, since=at):
            sys.stdout.write(json.dumps(entry.as_json(), ensure_ascii=False) + "\n")

    ask(written, export="audit record", told={"after": after, "since": at})


@app.command("key")
def key_() -> None:
    """The public key that heads of this installation are signed with."""
    typer.echo(audit_signer(read_environment()).key)


def _prove_growth(first: str, second: str | None) -> None:
    """A head of before may be of another record than this one: then there is no proof, and that is the finding."""

    async def proved(database: Database) -> dict[str, Any]:
        known = await sealing.heads(database)
        begin, end = _head_named(first, known), _head_named(second, known)
        if begin.size > end.size:
            raise NotNow("the first head is the later one", remedy="Swap --from and --to")
        return prove_growth(begin, end, await sealing.leaves(database, end.size))

    proof = ask(proved)
    if wrong := wrong_with(proof, {audit_signer(read_environment()).key}):
        typer.echo(f"There is no proof: {wrong}.", err=True)
        raise typer.Exit(TAMPERED)
    print_json(proof)


def _head_named(told: str | None, known: Sequence[Head]) -> Head:
    """A head of this record by its size, or the last one of a file."""
    if told is None or told.isdigit():
        found = [head for head in known if told is None or head.size == int(told)]
    else:
        found = sorted(_heads_in(Path(told)), key=lambda head: head.size)
    if not found:
        raise NotFound(f"there is no head {told or ''}".strip(), remedy="A head is sealed each second that had entries")
    return found[-1]


async def _verified(database: Database, outside: Sequence[Head], keys: set[str]) -> Report:
    async with sealing.places(database) as (heads, rows):
        verifier = Verifier(heads, outside, keys)
        async for row in rows:
            verifier.take(row)
        return verifier.report()


def _heads_in(path: Path) -> list[Head]:
    found: list[Head] = []
    for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
        try:
            found += read_heads(file.read_text())
        except (NotAHead, UnicodeDecodeError, OSError) as error:
            raise ConfigurationInvalid([f"{file}: {error}"]) from None
    return found


def _tell(report: Report) -> None:
    say = console().print
    for one in report.findings[:MOST_TOLD]:
        say(f"{one.kind}: {one.words}", markup=False)
    if (more := len(report.findings) - MOST_TOLD) > 0:
        say(f"and {more} more")
    sealed = f", the last on {report.head.at:%Y-%m-%d at %H:%M:%S} UTC" if report.head else ""
    waiting = f"; {report.waiting} wait for the next seal" if report.waiting else ""
    say(f"{report.entries} entries are sealed{sealed}{waiting}. Held against {report.checkpoints} heads outside.")
    say("The record is NOT what was sealed." if report.findings else "The record is what was sealed.")


def _verify_proof(file: Path, keys: Sequence[str]) -> None:
    try:
        told = json.loads(file.read_text())
    except (ValueError, OSError):
        told = {}
    if wrong := wrong_with(told, keys):
        typer.echo(f"It proves nothing: {wrong}.", err=True)
        raise typer.Exit(TAMPERED)
    if "from" in told:
        sizes = f"{told['to']['size']} entries goes on from that of {told['from']['size']}"
        typer.echo(f"The record of {sizes}: nothing before was changed, left out or put in.")
        return
    head = told["head"]
    signed = "the given key" if keys else f"key {head['key']}"
    typer.echo(f"Entry {told['entry']['id']} is in the record of {head['size']} entries of {head['at']}, by {signed}.")
