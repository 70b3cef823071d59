"""The shape of a document: its paths and their types, and no value. Vendors change shapes, and we notice."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MOST_PATHS = 500  # of one document, and so of a fingerprint
DEEPEST = 12
LIKE_THE_FIRST = 20  # so many items of a list are looked at
MOST_TOLD = 40  # paths of a difference
# Whatever does not look like the name of a field may be somebody's name or address: a key of a table, and no field.
FIELD = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$.:-]{0,63}", re.ASCII)
TYPES = {str: "text", bool: "flag", int: "number", float: "number", list: "list", dict: "object", type(None): "null"}

Shape = frozenset[str]  # "data.ticket.id number", one for each path and type


@dataclass(frozen=True, slots=True)
class Difference:
    """What a document lacks and has more than the most similar good one. `like`: the kind of event that one was."""

    like: str | None
    missing: Sequence[str]
    added: Sequence[str]


def shape_of(body: bytes) -> Shape | None:
    """None where the body is not a document with fields."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not document or not isinstance(document, dict | list):
        return None
    paths: set[str] = set()
    for path in _paths(document, "", 0):
        paths.add(path)
        if len(paths) == MOST_PATHS:
            break
    return frozenset(paths)


def fields(shape: Shape | Sequence[str]) -> set[str]:
    """The paths alone: a field that is null today and text tomorrow is no new field."""
    return {path.rpartition(" ")[0] for path in shape}


def difference(shape: Shape, good: dict[str, Sequence[str]]) -> Difference:
    """To the most similar of the last good shapes, by kind of event: the delivery does not tell what it meant to be."""
    if not good:
        return Difference(None, (), ())
    like = max(sorted(good), key=lambda kind: len(shape & set(good[kind])) / len(shape | set(good[kind])))
    last = set(good[like])
    return Difference(like, sorted(last - shape)[:MOST_TOLD], sorted(shape - last)[:MOST_TOLD])


def _paths(part: Any, path: str, depth: int) -> Iterator[str]:
    if path:
        yield f"{path} {TYPES[type(part)]}"
    if depth == DEEPEST:
        return
    if isinstance(part, dict):
        for key, value in part.items():
            name = key if FIELD.fullmatch(key) else "*"
            yield from _paths(value, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(part, list):
        for value in part[:LIKE_THE_FIRST]:
            yield from _paths(value, f"{path}[]", depth + 1)
