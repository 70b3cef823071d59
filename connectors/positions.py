"""YAML with the position of every value, so that an error can say where it is."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

LARGEST = 1024 * 1024  # bytes
MOST_VALUES = 50_000  # a small file grows beyond all bounds by references to references
DEEPEST = 40  # levels; our own keys need six
Location = tuple[str | int, ...]


@dataclass(slots=True)
class Document:
    """Plain data, the line and column of each of its values (from 1), and what is wrong with the YAML itself."""

    file: Path
    data: Any = None
    positions: dict[Location, tuple[int, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def problem(self, location: Location, message: str) -> None:
        """Note a problem at a value, or at the nearest thing around it that exists."""
        while location and location not in self.positions:
            location = location[:-1]
        line, column = self.positions.get(location, (1, 1))
        self.problems.append(f"{self.file}:{line}:{column}: {message}")

    def in_order(self) -> list[str]:
        """The problems by their place in the file."""
        return sorted(
            self.problems, key=lambda text: [int(n) for n in text.removeprefix(f"{self.file}:").split(":")[:2]]
        )


def read_document(file: Path) -> Document:
    """Read a file. Problems of YAML are in the document, not raised; a missing file raises FileNotFoundError."""
    document = Document(file)
    raw = file.read_bytes()
    if len(raw) > LARGEST:
        document.problem((), f"the file is larger than {LARGEST} bytes")
        return document
    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=yaml.CSafeLoader)
        document.data = _value(document, (), node) if node is not None else {}
    except (_TooMuch, RecursionError):
        document.problem((), "the file is nested too deeply, or refers to itself over and over")
    except UnicodeDecodeError:
        document.problem((), "the file is not UTF-8 text")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.problems.append(f"{file}:{line}:{column}: {error.problem or 'this is not YAML'}")
    except yaml.YAMLError:
        document.problem((), "the file holds characters that YAML does not allow")
    return document


class _TooMuch(Exception):
    """More than anybody would write."""


def _value(document: Document, location: Location, node: yaml.Node) -> Any:
    if len(location) > DEEPEST or len(document.positions) > MOST_VALUES:
        raise _TooMuch
    document.positions.setdefault(location, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(document, location, node))
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, (*location, number), item) for number, item in enumerate(node.value)]
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"):
        return _plain(node)
    return node.value


def _pairs(document: Document, location: Location, node: yaml.MappingNode) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        here = (*location, name)
        document.positions[here] = (key.start_mark.line + 1, key.start_mark.column + 1)
        if name in seen:
            document.problem(here, f"{name!r} stands here twice")
        seen.add(name)
        yield name, _value(document, here, value)


def _plain(node: yaml.Node) -> Any:
    """YAML 1.2's reading: only true and false are truth values, so that `no` stays a word."""
    text = str(node.value)
    if node.tag.endswith("bool"):
        return {"true": True, "false": False}.get(text.lower(), text)
    try:
        return int(text) if node.tag.endswith("int") else float(text)
    except ValueError:
        return text
