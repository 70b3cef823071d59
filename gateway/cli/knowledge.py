"""`countersign knowledge`: read the sources now, search what they hold, and see how they are."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from gateway.cli.asking import ask
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.errors import NotFound
from gateway.ledger.sheet import harmless
from gateway.settings import Installation, read_environment
from gateway.store import knowledge as rows
from gateway.store.database import Database, Row

app = typer.Typer(no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
LONGEST = 300  # characters of a passage in the table

STATUS: tuple[Column[Row], ...] = (
    Column("Source", lambda row: row["name"]),
    Column("Owner", lambda row: row["owner"]),
    Column("Read", lambda row: _age(row["read_at"])),
    Column("Articles", lambda row: row["articles"], number=True),
    Column("Internal", lambda row: row["internal"], number=True),
    Column("Passages", lambda row: row["passages"], number=True),
    Column("Oldest", lambda row: _age(row["oldest_at"])),
    Column("Problems", lambda row: row["problem_count"] + bool(row["error"]), number=True),
    Column("Conflicts", lambda row: row["contradictions"], number=True),
)


@app.callback()
def knowledge() -> None:
    """What drafts may quote: where it comes from, how old it is, and what is wrong with it."""


@app.command()
def sync(
    names: Annotated[list[str] | None, typer.Argument(metavar="SOURCE...", help="Only these; else all.")] = None,
    changes: Annotated[bool, typer.Option("--changes", help="Only what changed since the last reading.")] = False,
    as_json: Json = False,
) -> None:
    """Read sources now, from their beginning: what is gone there is gone here at once."""
    from gateway.bootstrap import desk_connectors, installation_of
    from gateway.bootstrap.knowledge import sources_of
    from gateway.bootstrap.screening import detectors_of
    from gateway.knowledge.sync import Librarian, Synced

    installation = installation_of(read_environment())
    for name in names or []:
        _must_be(name, installation)

    async def synced(database: Database) -> list[Synced]:
        desks = desk_connectors(installation)
        try:
            librarian = Librarian(database, sources_of(installation, desks, detectors_of(installation)))
            return await librarian.sync(names or [], whole=not changes)
        finally:
            for desk in desks.values():
                await desk.close()

    done = ask(synced)
    if as_json:
        print_json(done)
    else:
        columns: tuple[Column[Synced], ...] = (
            Column("Source", lambda one: one.source, whole=True),
            Column("Read", lambda one: None if one.error else one.read, number=True),
            Column("Changed", lambda one: None if one.error else "yes" if one.changed else "no"),
            Column("What is wrong", lambda one: one.error or "; ".join(one.problems[:3])),
        )
        print_table(columns, done)
    if any(one.error for one in done):
        raise typer.Exit(1)


@app.command()
def search(
    question: str,
    account: Annotated[str | None, typer.Option(help="Only in sources of this account.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only in this source; more than once for several.")] = None,
    language: Annotated[str | None, typer.Option(help="Of the question, such as en; else it is detected.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=50)] = 6,
    as_json: Json = False,
) -> None:
    """The passages that a draft would be made of, best first, internal ones too."""
    from gateway.bootstrap import installation_of
    from gateway.bootstrap.knowledge import meaning_of
    from gateway.knowledge import Found
    from gateway.knowledge.library import Library
    from gateway.screening import language_of

    installation = installation_of(read_environment())
    names = _searched(installation, account, source or [])

    async def searched(database: Database) -> Found:
        library = Library(database, meaning_of(installation))
        await library.refresh()
        return await library.search(names, question, language=language or language_of(question).code, limit=limit)

    found = ask(searched)
    if as_json:
        print_json(found)
        return
    for number, hit in enumerate(found.passages, start=1):
        passage = hit.passage
        told = [passage.source, passage.language, "public" if hit.quotable else "internal", _age(passage.updated_at)]
        heading = f" · {passage.heading}" if passage.heading else ""
        score = f"score {hit.score:.2f}, covers {hit.grounding:.0%}"
        console().print(f"{number}. {harmless(passage.title + heading)}", markup=False, style="bold")
        console().print(f"   {score} · {' · '.join(part for part in told if part)}", markup=False, style="dim")
        console().print(f"   {passage.url or passage.id}", markup=False, style="dim")
        console().print(f"   {' '.join(harmless(passage.text).split())[:LONGEST]}\n", markup=False)
    covered = f"How well what a requester may read covers the question: {found.grounding:.0%}"
    console().print(covered if found.passages else "Nothing was found.")


@app.command()
def status(as_json: Json = False) -> None:
    """Each source: who owns it, when it was read, what it holds, and what its owner should look at."""

    async def told(database: Database) -> tuple[list[dict[str, Any]], Sequence[Row]]:
        passages = await asyncio.to_thread(_passages, await rows.articles(database))
        sources = [{**row, "passages": passages.get(row["name"], 0)} for row in await rows.status(database)]
        return sources, await rows.contradictions(database)

    sources, contradictions = ask(told)
    if as_json:
        hidden = ("cursor", "lease_until", "settings")
        kept = [{key: value for key, value in row.items() if key not in hidden} for row in sources]
        print_json({"sources": kept, "contradictions": contradictions})
        return
    if not sources:
        console().print("No source was read yet. A worker reads them, or `countersign knowledge sync`.")
        return
    print_table(STATUS, sources)
    for row in sources:
        who = f"{row['name']} ({row['contact'] or row['owner']})"
        if row["error"]:
            console().print(f"{who}: the last try failed: {harmless(row['error'])}", markup=False)
        for problem in row["problems"] or []:
            console().print(f"{who}: {harmless(problem)}", markup=False)
    for row in contradictions:
        console().print(f"\n{_contradiction(row)}", markup=False)


def _contradiction(row: Row) -> str:
    first = "The older one says" if row["older"] else "One says"
    return (
        f"Different numbers ({row['unit']}): {row['source']}/{row['article']} and "
        f"{row['other_source']}/{row['other_article']}\n"
        f"  {first}: {harmless(row['sentence'])}\n  The other says: {harmless(row['other_sentence'])}"
    )


def _passages(articles: Sequence[Row]) -> dict[str, int]:
    from gateway.knowledge import passages_of
    from gateway.knowledge.library import article_of

    counts: dict[str, int] = {}
    for row in articles:
        counts[row["source"]] = counts.get(row["source"], 0) + len(passages_of(article_of(row)))
    return counts


def _searched(installation: Installation, account: str | None, sources: Sequence[str]) -> list[str]:
    for source in sources:
        _must_be(source, installation)
    if account is None:
        return list(sources or installation.knowledge)
    if account not in installation.accounts:
        raise NotFound(f"there is no account {account}", remedy=f"There are: {', '.join(installation.accounts)}")
    own = installation.accounts[account].knowledge
    return [name for name in own if not sources or name in sources]


def _must_be(source: str, installation: Installation) -> None:
    if source not in installation.knowledge:
        known = ", ".join(sorted(installation.knowledge)) or "none"
        raise NotFound(f"there is no knowledge source {source}", remedy=f"The sources are: {known}")


def _age(at: datetime | None) -> str | None:
    """How long ago, in the largest unit that says something."""
    if at is None:
        return None
    seconds = max(0.0, (datetime.now(UTC) - at).total_seconds())
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit} ago"
    return "just now"
