"""Adds an account to `countersign.yaml` as text, so that an admin's comments and order stay as they are."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gateway.errors import ConfigurationInvalid, GatewayError, NotAllowed
from gateway.settings.file import AccountEntry, Installation
from gateway.settings.reading import read_installation

INLINE = {"owner", "options"}  # written on one line; secrets are one line each
INDENT = 2


@dataclass(frozen=True, slots=True)
class Addition:
    """A file with one account more, read and found valid, and not written yet."""

    file: Path
    before: bytes
    after: bytes
    entry: AccountEntry

    def write(self) -> None:
        """All of it or nothing. Raises where somebody changed the file meanwhile."""
        if self.file.read_bytes() != self.before:
            raise NotAllowed(f"{self.file} was changed meanwhile", remedy="Nothing was written; run the command again")
        with _beside(self.file, self.after) as written:
            shutil.copymode(self.file, written)
            os.replace(written, self.file.resolve())


def addition(file: Path, name: str, entry: Mapping[str, Any], connectors: list[str]) -> Addition:
    """Raises ConfigurationInvalid with every mistake of the file as it is, or as it would be."""
    there = read_installation(file, connectors)
    if name in there.accounts:
        raise NotAllowed(f"there is an account {name} already", remedy=f"Change it in {file}, or choose another name")
    before = file.read_bytes()
    after = with_account(before.decode("utf-8"), name, entry).encode()
    with _beside(file, after) as written:
        try:
            found = read_installation(written, connectors)
        except ConfigurationInvalid as error:
            place = str(written)
            raise ConfigurationInvalid([one.replace(place, str(file), 1) for one in error.problems]) from None
    if _without(found, name) != there:
        raise _by_hand(name, entry)
    return Addition(file, before, after, found.accounts[name])


def with_account(text: str, name: str, entry: Mapping[str, Any]) -> str:
    """The text with the account after the others, in the indentation and with the line ends that are there."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    pairs = list(root.value) if isinstance(root, yaml.MappingNode) else []
    newline = "\r\n" if "\r\n" in text else "\n"
    where = next((number for number, (key, _) in enumerate(pairs) if key.value == "accounts"), None)
    lines = text.splitlines(keepends=True)
    if where is None:
        return _joined(lines, len(lines), ["accounts:", *_block(name, entry, INDENT)], newline)
    key, value = pairs[where]
    if isinstance(value, yaml.MappingNode) and value.value and value.flow_style:
        raise _by_hand(name, entry)
    if isinstance(value, yaml.MappingNode) and not value.value:
        lines = _without_braces(text, value).splitlines(keepends=True)
    indent = value.value[0][0].start_mark.column if isinstance(value, yaml.MappingNode) and value.value else INDENT
    end = pairs[where + 1][0].start_mark.line if where + 1 < len(pairs) else len(lines)
    while end > key.start_mark.line + 1 and _belongs_to_what_follows(lines[end - 1], indent):
        end -= 1
    return _joined(lines, end, _block(name, entry, indent), newline)


def _belongs_to_what_follows(line: str, indent: int) -> bool:
    bare = line.strip()
    return not bare or (bare.startswith("#") and len(line) - len(line.lstrip()) < indent)


def _without_braces(text: str, value: yaml.MappingNode) -> str:
    """`accounts: {} # a comment` without the braces of a mapping that holds nothing."""
    return text[: value.start_mark.index].rstrip(" ") + text[value.end_mark.index :]


def _joined(lines: list[str], at: int, block: list[str], newline: str) -> str:
    before = "".join(lines[:at])
    if before and not before.endswith("\n"):
        before += newline
    return before + "".join(line + newline for line in block) + "".join(lines[at:])


def _block(name: str, entry: Mapping[str, Any], indent: int) -> list[str]:
    return [" " * indent + line for line in [f"{name}:", *(f"  {line}" for line in _keys(entry))]]


def _keys(entry: Mapping[str, Any]) -> Iterator[str]:
    for key, value in entry.items():
        if isinstance(value, Mapping) and key not in INLINE:
            yield f"{key}:"
            yield from (f"  {inner}: {_inline(place)}" for inner, place in value.items())
        else:
            yield f"{key}: {_inline(value)}"


def _inline(value: Any) -> str:
    """A value on one line, quoted where YAML would read it otherwise."""
    style = '"' if isinstance(value, str) and not value.isprintable() else None
    shown = yaml.safe_dump(
        value, default_flow_style=True, default_style=style, allow_unicode=True, sort_keys=False, width=2**31
    )
    return shown.removesuffix("\n").removesuffix("\n...")


def _without(found: Installation, name: str) -> Installation:
    rest = {other: entry for other, entry in found.accounts.items() if other != name}
    return found.model_copy(update={"accounts": rest})


def _by_hand(name: str, entry: Mapping[str, Any]) -> GatewayError:
    block = "\n".join(_block(name, entry, INDENT))
    return NotAllowed("the accounts are written in a form that nothing can be added to", remedy=f"Add this:\n{block}")


@contextmanager
def _beside(file: Path, content: bytes) -> Iterator[Path]:
    """A file with this content beside another, gone when the block ends unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=".countersign-", suffix=".yaml", dir=file.resolve().parent)
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        yield written
    finally:
        written.unlink(missing_ok=True)
