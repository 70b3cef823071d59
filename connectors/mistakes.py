"""What is wrong with a YAML file, in words for an admin: every mistake at once, with its place and a suggestion."""

import difflib
import re
from collections.abc import Collection
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from connectors.positions import Document, Location

Model = TypeVar("Model", bound=BaseModel)


def checked(document: Document, model: type[Model]) -> Model | None:
    """The document as the model has it. None where it cannot be; the mistakes are then among its problems."""
    if document.problems:
        return None
    try:
        return model.model_validate(document.data)
    except ValidationError as invalid:
        for found in invalid.errors():
            document.problem(_location(found["loc"]), _sentence(found, model))
        return None


def unknown(what: str, given: str, known: Collection[str]) -> str:
    """The sentence for a name that is not among the known ones."""
    return f"there is no {what} {given!r}{suggestion(given, known)}"


def suggestion(given: str, known: Collection[str]) -> str:
    """`. Did you mean 'x'?`, or what there is where nothing is near."""
    close = difflib.get_close_matches(given, known, n=1)
    if close:
        return f". Did you mean {close[0]!r}?"
    return f"; there are: {', '.join(sorted(known))}" if known else ""


def _location(loc: tuple[int | str, ...]) -> Location:
    return tuple(part for part in loc if part != "[key]")


def _sentence(error: Any, model: type[BaseModel]) -> str:
    """pydantic's finding in words for an admin."""
    named = [part for part in error["loc"] if isinstance(part, str)]
    kind, last = error["type"], named[-1] if named else ""
    if kind == "extra_forbidden":
        return f"unknown key {last!r}{suggestion(last, _fields_at(model, error['loc'][:-1]))}"
    if kind == "missing":
        return f"{last!r} is missing"
    if kind == "string_pattern_mismatch" and "[key]" in error["loc"]:
        return f"{error['input']!r} is not a name: use small letters, digits, - and _"
    if kind in ("enum", "literal_error") and isinstance(error["input"], str):
        return f"{last!r}: there is no {error['input']!r} here{suggestion(error['input'], _expected(error))}"
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{last!r}: {message[:1].lower()}{message[1:]}" if last else f"the file: {message[:1].lower()}{message[1:]}"


def _expected(error: Any) -> list[str]:
    """The words of an enumeration, which pydantic lists in quotes."""
    return re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))


def _fields_at(model: Any, location: tuple[int | str, ...]) -> list[str]:
    """The keys that are allowed at a place, found by walking the models along it."""
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
