"""Reads `countersign.yaml` and says everything that is wrong with it at once: file, line, column, and a suggestion."""

import difflib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from gateway.errors import ConfigurationInvalid
from gateway.settings.file import Installation, KnowledgeEntry
from gateway.settings.positions import Document, Location, read_document


def read_installation(file: Path, connectors: list[str]) -> Installation:
    """Read and check the file; paths in it are relative to it. Raises ConfigurationInvalid with every mistake."""
    try:
        document = read_document(file)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise ConfigurationInvalid(
            [f"{file}: {error.strerror}. Copy countersign.example.yaml, or set COUNTERSIGN_CONFIG"]
        ) from None
    installation: Installation | None = None
    if not document.problems:
        try:
            installation = Installation.model_validate(document.data)
        except ValidationError as invalid:
            for found in invalid.errors():
                document.problem(_location(found["loc"]), _sentence(found))
    _cross_check(document, connectors)
    if document.problems or installation is None:
        raise ConfigurationInvalid(document.in_order())
    return _with_paths_from(installation, file.resolve().parent)


def _cross_check(document: Document, connectors: list[str]) -> None:
    """Names that must exist elsewhere. On the raw data, so that one mistake does not hide another."""
    data = document.data if isinstance(document.data, dict) else {}
    routes = [*_keys(data.get("models")), "default"]
    sources = _keys(data.get("knowledge"))
    accounts = data.get("accounts")
    for name, entry in accounts.items() if isinstance(accounts, dict) else ():
        if not isinstance(entry, dict):
            continue
        here: Location = ("accounts", name)
        if isinstance(connector := entry.get("connector"), str) and connector not in connectors:
            document.problem((*here, "connector"), _unknown("connector", connector, connectors))
        if isinstance(route := entry.get("models"), str) and route not in routes:
            document.problem((*here, "models"), _unknown("route of models", route, routes))
        wanted = entry.get("knowledge")
        for number, source in enumerate(wanted if isinstance(wanted, list) else []):
            if isinstance(source, str) and source not in sources:
                document.problem((*here, "knowledge", number), _unknown("knowledge source", source, sources))


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _unknown(what: str, given: str, known: list[str]) -> str:
    return f"there is no {what} {given!r}{_suggestion(given, known)}"


def _suggestion(given: str, known: list[str]) -> str:
    close = difflib.get_close_matches(given, known, n=1)
    if close:
        return f". Did you mean {close[0]!r}?"
    return f"; there are: {', '.join(sorted(known))}" if known else ""


def _location(loc: tuple[int | str, ...]) -> Location:
    return tuple(part for part in loc if part != "[key]")


def _sentence(error: Any) -> str:
    """pydantic's finding in words for an admin."""
    kind, last = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    if kind == "extra_forbidden":
        return f"unknown key {last!r}{_suggestion(last, _fields_at(error['loc'][:-1]))}"
    if kind == "missing":
        return f"{last!r} is missing"
    if kind == "string_pattern_mismatch" and "[key]" in error["loc"]:
        return f"{error['input']!r} is not a name: use small letters, digits, - and _"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{last!r}: {message[:1].lower()}{message[1:]}"


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed at a place, found by walking the models along it."""
    model: Any = Installation
    for part in location:
        if isinstance(part, int) or not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        field = model.model_fields.get(str(part))
        if field is not None:
            model = _entry_in(field.annotation)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _entry_in(annotation: Any) -> Any:
    """The entry class inside `X | None`, `list[X]` or `dict[str, X]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _entry_in(inner)) is not None:
            return found
    return None


def _with_paths_from(installation: Installation, folder: Path) -> Installation:
    def place(entry: KnowledgeEntry) -> KnowledgeEntry:
        update = {key: folder / value for key in ("folder", "jsonl") if (value := getattr(entry, key)) is not None}
        return entry.model_copy(update=update)

    return installation.model_copy(
        update={"knowledge": {name: place(entry) for name, entry in installation.knowledge.items()}}
    )
