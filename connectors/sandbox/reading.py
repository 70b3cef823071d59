"""The desk's answers in our words. An answer that we cannot read counts as no answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from connectors.contract import (
    Article,
    Attachment,
    BodyFormat,
    Message,
    Person,
    Priority,
    Role,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import Unavailable

P = ParamSpec("P")
R = TypeVar("R")
Json = Mapping[str, Any]


def _reads(*, write: bool = False) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """What misses a part or has it in another shape becomes `Unavailable`; after a write it may still be stored."""

    def wrap(read: Callable[P, R]) -> Callable[P, R]:
        @wraps(read)
        def reading(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return read(*args, **kwargs)
            except (KeyError, TypeError, ValueError, AttributeError):
                said = f"the desk's answer has no {read.__name__} that can be read"
                raise Unavailable(said, may_be_stored=write) from None

        return reading

    return wrap


def storable(part: Any) -> Any:
    """The same document with texts that every database holds: no NUL, no half of a character."""
    if isinstance(part, str):
        return part.replace("\0", "").encode(errors="replace").decode()
    if isinstance(part, list):
        return [storable(item) for item in part]
    if isinstance(part, dict):
        return {key: storable(value) for key, value in part.items()}
    return part


@_reads()
def entries(page: Any) -> list[Any]:
    return list(page["data"])


@_reads()
def next_cursor(page: Any, cursor: int) -> int | None:
    """None at the end; an answer that would lead back is refused rather than read for ever."""
    following = page["next_cursor"]
    if following is not None and int(following) <= cursor:
        raise ValueError
    return following if following is None else int(following)


@_reads()
def identifier(found: Json) -> str:
    return str(found["id"])


@_reads()
def ticket(found: Json, messages: Sequence[Json]) -> Ticket:
    return Ticket(
        id=str(found["id"]),
        subject=found["subject"],
        status=Status(found["status"]),
        version=str(int(found["version"])),
        requester=person(found["requester"]),
        messages=tuple(message(entry) for entry in messages),
        created_at=datetime.fromisoformat(found["created_at"]),
        updated_at=datetime.fromisoformat(found["updated_at"]),
        channel=found["channel"],
        priority=Priority(found["priority"]),
        queue=found["team"],
        assignee=person(found["assignee"]) if found["assignee"] else None,
        tags=tuple(found["tags"]),
        language=found["language"],
        brand=found["brand"],
        url=found["url"],
    )


@_reads()
def message(found: Json) -> Message:
    return Message(
        id=str(found["id"]),
        author=person(found["author"]),
        visibility=Visibility(found["visibility"]),
        body=found["body"],
        format=BodyFormat(found["format"]),
        created_at=datetime.fromisoformat(found["created_at"]),
        attachments=tuple(
            Attachment(str(file["id"]), file["name"], file["media_type"], file["size"]) for file in found["attachments"]
        ),
        mark=found["client_ref"],
    )


@_reads()
def person(found: Json) -> Person:
    return Person(
        id=str(found["id"]),
        role=Role(found["type"]),
        name=found["name"],
        email=found["email"],
        phone=found["phone"],
        organisation=found["organisation"],
    )


@_reads()
def article(found: Json) -> Article:
    changed = found["updated_at"]
    return Article(
        id=str(found["id"]),
        title=found["title"],
        body=found["body"],
        format=BodyFormat(found["format"]),
        url=found["url"],
        language=found["language"],
        public=found["public"] is True,
        updated_at=datetime.fromisoformat(changed) if changed else None,
    )


@_reads(write=True)
def receipt(answer: Any) -> WriteReceipt:
    after, stored = answer["ticket"], answer["message"]
    return WriteReceipt(
        entry_id=str(stored["id"]) if stored else None,
        visibility=Visibility(stored["visibility"]) if stored else None,
        version=str(int(after["version"])),
        written_at=datetime.fromisoformat(stored["created_at"] if stored else after["updated_at"]),
    )
