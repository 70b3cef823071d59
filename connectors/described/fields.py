"""The kinds of values that a description's keys take, read and checked when the file is loaded."""

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, WithJsonSchema

from connectors.described.expression import Expression
from connectors.described.templates import Text, Tree

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
DURATION = re.compile(r"([0-9]{1,6}) ?(s|m|h)", re.ASCII)
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
SECONDS = {"s": 1, "m": 60, "h": 3600}


class Keys(BaseModel):
    """A map of the description, with no other keys than these."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Call:
    """`GET /tickets/${ticket.id}`: a method, and a path with placeholders below the account's base_url."""

    __slots__ = ("method", "path")

    def __init__(self, source: str) -> None:
        self.method, _, path = source.strip().partition(" ")
        if self.method not in METHODS:
            raise ValueError(f"begin with one of {', '.join(METHODS)}, then a path, as in GET /tickets/${{ticket.id}}")
        self.path = Text(path.strip())
        if not path.strip().startswith("/") or path.strip().startswith("//"):
            raise ValueError("the path begins with one / and is below base_url")
        if any(mark in part for part in self.path.parts if isinstance(part, str) for mark in "?#"):
            raise ValueError("what follows a ? goes into `query`, so that its values are quoted")


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("this is a text")
    return str(value)


def _duration(value: Any) -> timedelta:
    match = DURATION.fullmatch(_text(value))
    if match is None:
        raise ValueError("a time such as 30s, 5m or 1h")
    return timedelta(seconds=int(match[1]) * SECONDS[match[2]])


def _header(value: Any) -> str:
    if not HEADER.fullmatch(_text(value)):
        raise ValueError("this is not the name of a header")
    return _text(value)


def _template(value: Any) -> Text:
    """A value that is no text, such as a number, stands for itself."""
    return Text({True: "true", False: "false"}[value] if isinstance(value, bool) else _text(value))


_STRING = WithJsonSchema({"type": "string"})
Path = Annotated[Expression, PlainValidator(lambda value: Expression(_text(value))), _STRING]
Template = Annotated[Text, PlainValidator(_template), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Body = Annotated[Tree, PlainValidator(Tree), WithJsonSchema({"type": ["object", "array"]})]
Request = Annotated[Call, PlainValidator(lambda value: Call(_text(value))), _STRING]
Duration = Annotated[timedelta, PlainValidator(_duration), _STRING]
HeaderName = Annotated[str, PlainValidator(_header), _STRING]


class Source(Keys):
    """Where a delivery says something: a path in its body, or a header."""

    path: Path | None = None
    header: HeaderName | None = None


def _source(value: Any) -> Any:
    """A plain text is a path; with a header there is a map of one key."""
    return value if isinstance(value, dict) else {"path": value}


PathOrHeader = Annotated[Source, BeforeValidator(_source, json_schema_input_type=str | Source)]
