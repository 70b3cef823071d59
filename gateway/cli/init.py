"""`countersign init`: an installation's files in a folder that has none yet."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from gateway.errors import GatewayError, NotAllowed

NAMES = {"env.example": ".env.example"}  # a package keeps no hidden files
NEXT = """
Next:{enter}
  countersign account add NAME    connect a help desk; `countersign connectors` lists them
  countersign check               whether everything is in order, and what to do about the rest
  countersign up                  run it

policies/README.md tells how to change what may happen to a draft. As it stands, a person looks at every one of them.
.env.example lists what the environment may say."""


def add_to(app: typer.Typer) -> None:
    app.command()(init)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.", file_okay=False)] = Path(),
) -> None:
    """Write countersign.yaml, the starter policies and .env.example. Nothing that exists is touched."""
    starter = files("gateway").joinpath("starter")
    whole = [(folder / NAMES.get(item.name, item.name), item) for item in starter.iterdir()]
    if there := sorted(str(target) for target, _ in whole if target.exists() or target.is_symlink()):
        raise NotAllowed(f"{', '.join(there)}: there already, and not overwritten", remedy="Name an empty folder")
    for target, item in sorted(whole):
        count = _copy(target, item)
        typer.echo(f"{target}{f'/, {count} files' if item.is_dir() else ''}")
    typer.echo(NEXT.format(enter="" if folder.resolve() == Path.cwd() else f"\n  cd {folder}"))


def _copy(target: Path, item: Traversable) -> int:
    """How many files were written."""
    found = list(_files(target, item))
    try:
        for place, file in found:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.read_bytes())
    except OSError as error:
        raise GatewayError(f"{target} cannot be written ({error.strerror})", remedy="Name another folder") from None
    return len(found)


def _files(place: Path, item: Traversable) -> Iterator[tuple[Path, Traversable]]:
    if item.is_file():
        yield place, item
    elif item.name != "__pycache__":
        for inner in item.iterdir():
            yield from _files(place / inner.name, inner)
