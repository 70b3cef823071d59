"""`countersign policy publish`, `rollback`, `history` and `diff`: which set binds, since when, and what changed."""

import getpass
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from gateway.cli.asking import ask
from gateway.cli.policy_told import AsFormat, Format, counted, loaded, print_tests, say, sized
from gateway.cli.tables import Column, console, print_json, print_table
from gateway.errors import ConfigurationInvalid, GatewayError, NotFound
from gateway.policy import Declared, PolicyErrors, PolicySet, diff, load, run_tests
from gateway.policy.source import read_files
from gateway.settings import read_environment
from gateway.store import policies as rows
from gateway.store.database import Database

PUBLISHED = "published"
VERSION = re.compile(r"[0-9a-f]{4,64}")

By = Annotated[str | None, typer.Option(help="Who does it; your name on this machine if left out.")]
Because = Annotated[str, typer.Option(help="Why: kept in the history.")]

COLUMNS: tuple[Column[rows.Publication], ...] = (
    Column("Version", lambda one: one.version[:12], whole=True),
    Column("Since (UTC)", lambda one: one.at, number=True),
    Column("By", lambda one: one.by),
    Column("Because", lambda one: one.reason),
)


def add_to(app: typer.Typer) -> None:
    app.command()(publish)
    app.command()(rollback)
    app.command()(history)
    app.command("diff")(diff_)


def publish(
    because: Because,
    folder: Annotated[
        Path | None, typer.Argument(exists=True, file_okay=False, help="COUNTERSIGN_POLICIES if left out.")
    ] = None,
    by: By = None,
) -> None:
    """Put a folder in force for every process, after its check and its tests."""
    source = folder or read_environment().policies
    found = loaded(source, declared())
    report = run_tests(found)
    if report.failed:
        print_tests(report)
        typer.echo("Nothing is published: a set whose own tests fail never binds.", err=True)
        raise typer.Exit(1)
    before = ask(lambda database: _put_in_force(database, found, by or _me(), because))
    if before == found.version:
        say(f"Version {found.version[:12]} is in force already.")
    else:
        say(f"Published: {sized(found)}. Every worker follows within a second.")
        if before:
            say(f"What changed: countersign policy diff {before[:12]} {found.version[:12]}")


def rollback(
    version: Annotated[str, typer.Argument(help="The beginning of a version, as `history` shows it.")],
    because: Because = "rolled back",
    write: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Make the policy files of this folder the same; others are removed."),
    ] = None,
    by: By = None,
) -> None:
    """Put an older set in force again."""
    full, files = ask(lambda database: _kept(database, version))
    try:
        found = load(files, declared())
    except PolicyErrors as error:
        raise ConfigurationInvalid([f"version {full[:12]}, {problem}" for problem in error.problems]) from None
    before = ask(lambda database: _put_in_force(database, found, by or _me(), because))
    already = before == full
    say(f"Version {full[:12]} is in force {'already' if already else 'again'}: {sized(found)}.")
    if write:
        written, removed = write_set(write, files)
        say(f"{counted(written, 'file')} written to {write}, {counted(len(removed), 'file')} removed.")
        for path in removed:
            say(f"  removed {path}")
    elif not already:
        say("The folder keeps its text: its next edit is published over this one. --write DIR brings it back too.")


def history(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """What was in force, since when, by whom and why; the first line is in force now."""
    found = ask(lambda database: rows.publications(database, limit))
    if as_json:
        shown = [
            {"version": one.version, "at": one.at, "by": one.by, "reason": one.reason, "in_force": one is found[0]}
            for one in found
        ]
        print_json({"publications": shown})
    elif found:
        print_table(COLUMNS, found, caption="The first line is in force.")
    else:
        console().print("Nothing was published yet: the first worker publishes its folder.")


def diff_(
    before: Annotated[str, typer.Argument(help="A folder, the beginning of a version, or `published`.")] = PUBLISHED,
    after: Annotated[str | None, typer.Argument(help="Likewise; COUNTERSIGN_POLICIES if left out.")] = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """What changed between two sets, rule by rule."""
    changes = diff(set_named(before), set_named(after or str(read_environment().policies)))
    if form is Format.JSON:
        print_json({"changes": [change.to_dict() for change in changes]})
        return
    say("\n\n".join(map(str, changes)) if changes else "No rule, policy or topic differs.")


def set_named(name: str) -> PolicySet:
    """The set that a person means: a folder, `published`, or the beginning of a version.

    Names that countersign.yaml declares are not checked: an old set may speak of an account that is gone."""
    if name != PUBLISHED and Path(name).is_dir():
        return loaded(Path(name))
    version, files = ask(lambda database: _kept(database, name))
    try:
        return load(files)
    except PolicyErrors as error:
        raise ConfigurationInvalid([f"version {version[:12]}, {problem}" for problem in error.problems]) from None


def declared() -> Declared:
    """What countersign.yaml declares; nothing where there is none, as in a pipeline of policies alone."""
    from gateway.bootstrap import installation_of
    from gateway.bootstrap.policies import declared_by

    environment = read_environment()
    return declared_by(installation_of(environment)) if environment.config.is_file() else Declared()


def write_set(folder: Path, files: Mapping[str, str]) -> tuple[int, list[str]]:
    """Make a folder's policy files those of a set; what is no policy file stays. How many are written, and which
    were removed."""
    for path in files:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            raise GatewayError(f"the kept set has a file outside of its folder: {path}")
    before = read_files(folder).contents if folder.is_dir() else {}
    changed = [path for path, text in files.items() if before.get(path) != text.encode()]
    for path in changed:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")  # hidden: a watcher never sees half a file
        beside.write_bytes(files[path].encode())
        beside.replace(target)
    removed = sorted(path for path in before if path not in files)
    for path in removed:
        (folder / path).unlink(missing_ok=True)
    return len(changed), removed


async def _put_in_force(database: Database, found: PolicySet, by: str, because: str) -> str | None:
    """Returns the version that was in force before."""
    newest = await rows.newest(database)
    await rows.publish(database, found.version, found.files, by=by, reason=because)
    return newest[1] if newest else None


async def _kept(database: Database, name: str) -> tuple[str, Mapping[str, str]]:
    if name == PUBLISHED:
        if published := await rows.published(database):
            return published.version, published.files
        raise NotFound("nothing is published yet", remedy="The first worker publishes its folder")
    versions = await rows.versions(database, name) if VERSION.fullmatch(name) else []
    if len(versions) != 1:
        what = "several versions begin" if versions else f"there is no folder {name}, and no version begins"
        raise NotFound(f"{what} with {name}", remedy="See `countersign policy history`")
    return versions[0], await rows.set_files(database, versions[0]) or {}


def _me() -> str:
    with suppress(KeyError, OSError):
        return f"{getpass.getuser()} on {socket.gethostname()}"
    return f"somebody on {socket.gethostname()}"
