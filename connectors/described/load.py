"""Reads a description and says everything that is wrong with it at once: file, line, column, and a suggestion."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.described.description import Description
from connectors.described.expression import Chain
from connectors.described.templates import Text
from connectors.described.together import check_together
from connectors.errors import Misconfigured
from connectors.mistakes import checked, suggestion, unknown
from connectors.positions import Document, Location, read_document

PAGE = {"page": ("cursor", "number", "offset")}
TICKET = ("id", "version", "subject", "status", "priority", "queue", "tags", "requester", "assignee", "fields")
MESSAGE = ("text", "mark")
CHANGE = ("tags_added", "all_tags", "priority", "team", "assignee", "status")
WRITE: Mapping[str, Sequence[str]] = {"ticket": TICKET, "message": MESSAGE, "change": CHANGE, "now": ()}
# What the placeholders of a call may name, by where the call stands. No secret: those are in sign_in alone.
NAMES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "me": {},
    "check": {},
    "ticket": {"ticket": ("id",)},
    "messages": {"ticket": ("id",), **PAGE},
    "find": {"ticket": ("id",), "mark": ("value",), **PAGE},
    "write": WRITE,
}


class Mistakes(Misconfigured):
    """A description that cannot be used. `problems` are all of them, in the order of the file."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def load(file: Path) -> Description:
    """Raises `Mistakes`."""
    try:
        document = read_document(file)
    except OSError as error:
        raise Mistakes([f"{file}: {error.strerror}"]) from None
    found = checked(document, Description)
    _check_placeholders(document)
    if found is not None:
        check_together(document, found)
    if document.problems or found is None:
        raise Mistakes(document.in_order())
    return found


def _check_placeholders(document: Document) -> None:
    """On the raw data, so that one mistake does not hide another."""
    data = document.data if isinstance(document.data, dict) else {}
    declared = data.get("secrets")
    secrets = [*declared] if isinstance(declared, dict) else []
    for location, text in _texts((), data.get("sign_in")):
        _check_names(document, ("sign_in", *location), text, {"secret": secrets, "option": ()})
    for place, names in NAMES.items():
        for location, text in _texts((), data.get(place)):
            if not {"read", "answer"} & set(location):
                _check_names(document, (place, *location), text, {**names, "option": ()})


def _texts(location: Location, value: Any) -> Iterator[tuple[Location, str]]:
    if isinstance(value, str):
        if "${" in value:
            yield location, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts((*location, key), inner)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts((*location, number), inner)


def _check_names(document: Document, location: Location, text: str, known: Mapping[str, Sequence[str]]) -> None:
    try:
        chains = sorted(set(Text(text).names()))
    except ValueError:
        return  # told already, where the call was read
    for chain in chains:
        if problem := _wrong_name(chain, known):
            document.problem(location, problem)


def _wrong_name(chain: Chain, known: Mapping[str, Sequence[str]]) -> str | None:
    head, rest = chain[0], chain[1:]
    if head == "secret" and head not in known:
        return "a secret stands in sign_in alone, so that it is sent in a header and shown nowhere"
    if head not in known:
        return f"there is no {head!r} here{suggestion(head, known)}"
    if head == "secret" and not rest:
        return "name the secret, as in ${secret.api_token}"
    if head == "secret" and rest[0] not in known[head]:
        return unknown("declared secret", rest[0], known[head])
    if rest and known[head] and rest[0] not in known[head]:
        return f"there is no {rest[0]!r} in {head}{suggestion(rest[0], known[head])}"
    return None
