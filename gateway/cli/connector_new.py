"""`countersign connector new`: the folder of a new connector, the places for its fixtures, and a test that fails."""

import ast
import keyword
import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from gateway.errors import GatewayError, NotAllowed

NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*", re.ASCII)
LONGEST = 28  # characters, so that no line of a template grows too long
SUFFIX = ".template"
REGISTERED = re.compile(r'^    "[a-z0-9_]+": "(connectors\.[a-z0-9_]+)\..*$', re.MULTILINE)
NEXT = """
Next, as CONTRIBUTING.md tells:
  1. Put deliveries into tests/connectors/{name}/webhooks/ and answers into answers/, or let
     countersign connector record {name} --upstream URL    do it
  2. Play the vendor in tests/connectors/{name}/desk.py, write the verbs in connectors/{name}/, until
     pytest tests/connectors/{name}                        passes
  3. Answer the house rules in quality.yaml, write README.md, then
     countersign connectors --write README.md"""


def add_to(group: typer.Typer) -> None:
    group.command("new")(new)


def new(
    name: Annotated[str, typer.Argument(help="As in countersign.yaml: small letters, digits and _.")],
    system: Annotated[str | None, typer.Option(help="What people call the help desk.")] = None,
) -> None:
    """Write what every connector has, into this checkout. The contract test fails until the verbs are written."""
    root = Path.cwd()
    _must_be_free(root, name)
    words = {
        "name": name,
        "Class": "".join(part.capitalize() for part in name.split("_")),
        "system": " ".join((system or name.replace("_", " ").title()).split()),
    }
    if not words["system"].isprintable() or len(words["system"]) > LONGEST or set(words["system"]) & set("\"\\{}:#'"):
        raise typer.BadParameter(f"Write a name of at most {LONGEST} characters.", param_hint="--system")
    registry, project = root / "connectors" / "__init__.py", root / "pyproject.toml"
    edited = {registry: _registered(registry.read_text("utf-8"), words)}
    edited[project] = _listed(project.read_text("utf-8"), registry.read_text("utf-8"), name)
    kit = files("gateway").joinpath("cli", "kit")
    _write(kit.joinpath("connector"), root / "connectors" / name, words)
    _write(kit.joinpath("tests"), root / "tests" / "connectors" / name, words)
    for place in ("webhooks", "answers"):
        (root / "tests" / "connectors" / name / place).mkdir()
        (root / "tests" / "connectors" / name / place / ".gitkeep").touch()
    for file, text in edited.items():
        file.write_text(text, "utf-8")
        typer.echo(f"{file.relative_to(root)}, a line")
    typer.echo(NEXT.format(name=name))


def _must_be_free(root: Path, name: str) -> None:
    if not all((root / part).is_file() for part in ("connectors/contract.py", "tests/connectors/contract.py")):
        raise NotAllowed(
            "this is no checkout of Countersign", remedy="A connector is written in one: change there first"
        )
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(name):
        told = f"Write small letters, digits and _, at most {LONGEST} of them."
        raise typer.BadParameter(told, param_hint="NAME")
    taken = [root / "connectors" / name, root / "connectors" / f"{name}.py", root / "tests" / "connectors" / name]
    if there := [str(path.relative_to(root)) for path in taken if path.exists()]:
        raise NotAllowed(f"{', '.join(there)}: there already", remedy="Choose another name")


def _write(templates: Traversable, folder: Path, words: dict[str, str]) -> None:
    folder.mkdir()
    for template in templates.iterdir():
        place = folder / template.name.removesuffix(SUFFIX)
        text = Template(template.read_text("utf-8")).substitute(words)
        place.write_text(in_order(text) if place.suffix == ".py" else text, "utf-8")
    typer.echo(f"{folder.relative_to(Path.cwd())}/, {sum(1 for _ in folder.iterdir())} files")


def in_order(source: str) -> str:
    """The imports of our own packages by name: where the new one stands depends on what it is called."""
    lines = source.splitlines(keepends=True)
    found = [node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)]
    ours = [node for node in found if (node.module or "").partition(".")[0] in ("connectors", "tests")]
    if not ours:
        return source
    first, last = ours[0].lineno - 1, ours[-1].end_lineno or 0
    ordered = sorted(ours, key=lambda node: node.module or "")
    moved = [line for node in ordered for line in lines[node.lineno - 1 : node.end_lineno]]
    return "".join([*lines[:first], *moved, *lines[last:]])


def _registered(text: str, words: dict[str, str]) -> str:
    """The registry with one line more, by name."""
    new_line = Template('    "${name}": "connectors.${name}.connector:${Class}Connector",').substitute(words)
    found = list(REGISTERED.finditer(text))
    if not found:
        raise GatewayError(
            "connectors/__init__.py has no registry that a line can be added to", remedy=f"Add: {new_line}"
        )
    after = next((one for one in found if one[0] > new_line), None)
    at = after.start() if after else found[-1].end() + 1
    return f"{text[:at]}{new_line}\n{text[at:]}"


def _listed(text: str, registry: str, name: str) -> str:
    """The import rules with the new package wherever several others stand."""
    item = f'"connectors.{name}"'
    known = sorted(f'"{one[1]}"' for one in REGISTERED.finditer(registry))
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        others = [other for other in known if other in line]
        if len(others) > 1:
            after = next((other for other in others if other > item), None)
            last = others[-1]
            lines[number] = line.replace(after, f"{item}, {after}") if after else line.replace(last, f"{last}, {item}")
    return "".join(lines)
