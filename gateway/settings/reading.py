"""Reads `countersign.yaml` and says everything that is wrong with it at once: file, line, column, and a suggestion."""

from pathlib import Path
from typing import Any

from connectors.mistakes import checked, unknown
from connectors.positions import Document, Location, read_document
from gateway.errors import ConfigurationInvalid
from gateway.settings.file import AccountEntry, Installation, KnowledgeEntry

FILES = ("description",)  # options of an account that name a file


def read_installation(file: Path, connectors: list[str]) -> Installation:
    """Read and check the file; paths in it are relative to it. Raises ConfigurationInvalid with every mistake."""
    try:
        document = read_document(file)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise ConfigurationInvalid(
            [f"{file}: {error.strerror}. Copy countersign.example.yaml, or set COUNTERSIGN_CONFIG"]
        ) from None
    installation = checked(document, Installation)
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
            document.problem((*here, "connector"), unknown("connector", connector, connectors))
        if isinstance(route := entry.get("models"), str) and route not in routes:
            document.problem((*here, "models"), unknown("route of models", route, routes))
        wanted = entry.get("knowledge")
        for number, source in enumerate(wanted if isinstance(wanted, list) else []):
            if isinstance(source, str) and source not in sources:
                document.problem((*here, "knowledge", number), unknown("knowledge source", source, sources))


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _with_paths_from(installation: Installation, folder: Path) -> Installation:
    def source(entry: KnowledgeEntry) -> KnowledgeEntry:
        update = {key: folder / value for key in ("folder", "jsonl") if (value := getattr(entry, key)) is not None}
        return entry.model_copy(update=update)

    def account(entry: AccountEntry) -> AccountEntry:
        named = {key: str(folder / value) for key in FILES if isinstance(value := entry.options.get(key), str)}
        return entry.model_copy(update={"options": {**entry.options, **named}})

    return installation.model_copy(
        update={
            "knowledge": {name: source(entry) for name, entry in installation.knowledge.items()},
            "accounts": {name: account(entry) for name, entry in installation.accounts.items()},
        }
    )
