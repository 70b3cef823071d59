"""Reads `countersign.yaml` and says everything that is wrong with it at once: file, line, column, and a suggestion."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.mistakes import checked, unknown
from connectors.positions import Document, Location, read_document
from gateway.errors import ConfigurationInvalid
from gateway.settings.file import AccountEntry, Installation
from gateway.settings.knowledge import KnowledgeEntry

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

    _cross_check_knowledge(document, data)
    for name, entry in _entries(data.get("budgets")):
        accounts_declared = _keys(accounts)
        if isinstance(account := entry.get("account"), str) and account not in accounts_declared:
            document.problem(("budgets", name, "account"), unknown("account", account, accounts_declared))
        if isinstance(route := entry.get("cheaper"), str) and route not in routes:
            document.problem(("budgets", name, "cheaper"), unknown("route of models", route, routes))

    _cross_check_people(document, data)


def _cross_check_knowledge(document: Document, data: dict[str, Any]) -> None:
    """Accounts that are sources must be declared, and say so where their tickets are learnt from."""
    accounts = dict(_entries(data.get("accounts")))
    for name, entry in _entries(data.get("knowledge")):
        for key in ("account", "solved"):
            wanted = entry.get(key)
            here: Location = ("knowledge", name, key)
            if isinstance(wanted, str) and wanted not in accounts:
                document.problem(here, unknown("account", wanted, list(accounts)))
            elif key == "solved" and isinstance(wanted, str) and accounts[wanted].get("learn_from_solved") is not True:
                document.problem(
                    here,
                    f"nobody agreed to learn from tickets of {wanted}; set learn_from_solved: true on the account, "
                    "or take this source out",
                )


def _cross_check_people(document: Document, data: dict[str, Any]) -> None:
    """Members must be declared, and so must the accounts that people and groups speak of. An id is one person's."""
    accounts, people = _keys(data.get("accounts")), _keys(data.get("people"))
    for name, entry in _entries(data.get("groups")):
        for number, member in enumerate(_texts(entry.get("members"))):
            if member not in people:
                document.problem(("groups", name, "members", number), unknown("person", member, people))
        for number, account in enumerate(_texts(entry.get("accounts"))):
            if account not in accounts:
                document.problem(("groups", name, "accounts", number), unknown("account", account, accounts))
    taken: dict[tuple[str, str], str] = {}
    for name, entry in _entries(data.get("people")):
        for account, agent in _entries(entry.get("ids"), str):
            here: Location = ("people", name, "ids", account)
            if account not in accounts:
                document.problem(here, unknown("account", account, accounts))
            if (other := taken.setdefault((account, agent), name)) != name:
                document.problem(here, f"{other} has this id already; one agent of a help desk is one person")


def _entries(value: Any, kind: type = dict) -> list[tuple[str, Any]]:
    return [(key, one) for key, one in value.items() if isinstance(one, kind)] if isinstance(value, dict) else []


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _keys(value: Any) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def with_files_from(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """An account's options, those that name a file relative to the folder of countersign.yaml."""
    named = {key: str(folder / value) for key in FILES if isinstance(value := options.get(key), str)}
    return {**options, **named}


def _with_paths_from(installation: Installation, folder: Path) -> Installation:
    def source(entry: KnowledgeEntry) -> KnowledgeEntry:
        update = {key: folder / value for key in ("folder", "jsonl") if (value := getattr(entry, key)) is not None}
        return entry.model_copy(update=update)

    def account(entry: AccountEntry) -> AccountEntry:
        return entry.model_copy(update={"options": with_files_from(entry.options, folder)})

    return installation.model_copy(
        update={
            "knowledge": {name: source(entry) for name, entry in installation.knowledge.items()},
            "accounts": {name: account(entry) for name, entry in installation.accounts.items()},
        }
    )
