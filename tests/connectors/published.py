"""What a vendor's published description of its API says of the calls that a connector makes, as a table in our words.

A call has the parts `asks` (its query), `sends` (its body) and `answers`. Each gives kinds by path, where `-` stands
for the rows of a list, a kind with a question mark may be null, and a list holds the values that are named.
Documents are held against the table always, and the table against the description where a copy of that is at hand.
"""

import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Table = dict[str, dict[str, dict[str, Any]]]
TYPES: dict[str, tuple[type, ...]] = {
    "number": (int, float),
    "integer": (int,),
    "string": (str,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def table(file: Path) -> Table:
    found: Table = yaml.safe_load(file.read_text())
    return found


def wrong(
    document: Any,
    kinds: Mapping[str, Any],
    *,
    may_be_null: Collection[str] = (),
    also: Mapping[str, Collection[Any]] | None = None,
) -> list[str]:
    """Paths at which the document holds something else than the table says. What is absent is not wrong.

    `may_be_null` and `also` (values by path) are for where a server is known to do more than its description says.
    """
    return [
        path
        for path, kind in kinds.items()
        for value in _at(document, path)
        if not (value in (also or {}).get(path, ()) or _fits(value, kind, null=path in may_be_null))
    ]


def _at(document: Any, path: str) -> Iterator[Any]:
    head, _, rest = path.partition("/")
    if head == "-":
        found = document if isinstance(document, list) else []
    else:
        found = [document[head]] if isinstance(document, dict) and head in document else []
    for value in found:
        if rest:
            yield from _at(value, rest)
        else:
            yield value


def _fits(value: Any, kind: Any, *, null: bool) -> bool:
    if isinstance(kind, list):
        return value in kind
    if value is None:
        return null or str(kind).endswith("?")
    return isinstance(value, TYPES[kind.rstrip("?")]) and isinstance(value, bool) == (kind == "boolean")


@cache
def description(variable: str) -> dict[str, Any]:
    """The copy of a description that an environment variable names, JSON or YAML."""
    text = Path(os.environ[variable]).read_text()
    found: dict[str, Any] = (
        json.loads(text)
        if text.startswith("{")
        else yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # the one in C reads a long one in seconds
    )
    return found


def told(described: dict[str, Any], call: str, part: str, where: str, *, prefix: str = "") -> Any:
    """What the description says in one place of the table: a kind, or the values that it names."""
    method, _, path = call.partition(" ")
    operation = next(
        operations[method.lower()]
        for template, operations in described["paths"].items()
        if re.sub(r"\{[^}]+\}", "*", template.removeprefix(prefix)) == path and method.lower() in operations
    )
    if part == "asks":
        asked = [_followed(described, one) for one in operation["parameters"]]
        return _kind(next(one["schema"] for one in asked if one["name"] == where))
    stored = next(code for code in ("200", "201", "202") if part == "sends" or code in operation["responses"])
    holder = _followed(described, operation["requestBody"] if part == "sends" else operation["responses"][stored])
    schema = holder["content"]["application/json"]["schema"]
    for step in where.split("/"):
        schema = _whole(described, schema)
        schema = schema["items"] if step == "-" else schema["properties"][step]
    return _kind(_whole(described, schema))


def _whole(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with its references followed, and its parts or its alternatives put together."""
    schema = {**_followed(described, schema), **{key: value for key, value in schema.items() if key != "$ref"}}
    properties: dict[str, Any] = {}
    for key in ("allOf", "oneOf", "anyOf"):
        for one in schema.get(key, ()):
            part = _whole(described, one)
            schema = {**{name: value for name, value in part.items() if name != "properties"}, **schema}
            for name, value in part.get("properties", {}).items():
                properties[name] = _either(properties.get(name), value)
    return {**schema, "properties": {**properties, **schema.get("properties", {})}}


def _either(one: dict[str, Any] | None, other: dict[str, Any]) -> dict[str, Any]:
    """A part that two alternatives have: either's values are right."""
    if one and "enum" in one and "enum" in other:
        return {**one, "enum": [*one["enum"], *(value for value in other["enum"] if value not in one["enum"])]}
    return other


def _followed(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = described
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def _kind(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    optional = "null" in kinds or schema.get("nullable")
    return next(kind for kind in kinds if kind != "null") + ("?" if optional else "")
