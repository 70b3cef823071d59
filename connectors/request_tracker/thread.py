"""The messages of a ticket: transactions, and the MIME parts that hold their words and files.

Contents come by the list of attachments, as text in JSON, so that a thread of a hundred messages takes five calls. The
field `Parent` is not asked for: RT 5.0.3 answers 500 to it.
"""

import json
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from connectors.contract import Attachment, BodyFormat
from connectors.errors import NotFound, Rejected, Unavailable
from connectors.http import HttpClient
from connectors.request_tracker.events import MESSAGES
from connectors.request_tracker.pages import MOST_NAMED, PAGE, ask, pages, row_id, where
from connectors.request_tracker.values import number, ticket_path
from connectors.values import storable, text

ATTACHMENTS = "/REST/2.0/attachments"
LONGEST_TEXT = 1024 * 1024  # bytes; a longer one is told as a file
LONGEST_CALL = 8 * 1024 * 1024  # bytes of text in one answer
LENGTH = re.compile(r"^content-length:[ \t]*([0-9]{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
INTERFACE = re.compile(r"^x-rt-interface:[ \t]*([a-z0-9]{1,20})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
READABLE = ("text/plain", "text/html")
NOT_ASKED = "RT gives other rows than were asked for; if this stays, its API has changed"

Part = dict[str, Any]
Row = dict[str, Any]


async def transactions(
    http: HttpClient, ticket_id: str, *, after: int = 0, kinds: Sequence[str] = MESSAGES
) -> list[Row]:
    """The transactions of a ticket that are messages, oldest first. RT hides comments without leaving a gap."""
    path = f"{ticket_path(ticket_id)}/history"
    found = pages(http, path, where({"Type": kinds}), "Type,Creator,Created,Data", after=after)
    rows = [row async for page in found for row in page]
    if any(row.get("Type") not in kinds for row in rows):
        raise Unavailable(NOT_ASKED)
    return rows


async def parts_of(http: HttpClient, rows: Sequence[Row]) -> dict[int, list[Part]]:
    """The MIME parts of each transaction, in order, without their contents."""
    found: dict[int, list[Part]] = {row_id(row): [] for row in rows}
    for some in _chunks([str(transaction) for transaction in found]):
        query = where({"TransactionId": some})
        async for page in pages(http, ATTACHMENTS, query, "TransactionId,ContentType,Filename,Headers"):
            for part in page:
                transaction = number(part.get("TransactionId"))
                if transaction not in found:
                    raise Unavailable(NOT_ASKED)
                found[transaction].append(part)
    return found


async def contents(http: HttpClient, parts: Iterable[Part]) -> dict[int, str]:
    """The text of each part that is one, by the part's id."""
    found: dict[int, str] = {}
    async for part in _texts(http, [part for part in parts if is_text(part)]):
        content = part.get("Content")
        found[row_id(part)] = storable(content) if isinstance(content, str) else ""
    return found


async def _texts(http: HttpClient, parts: list[Part]) -> AsyncIterator[Part]:
    """Named by their ids alone: RT takes two conditions on one field for alternatives."""
    for some in _loads(parts):
        ids = {row_id(part) for part in some}
        query = json.dumps([{"field": "id", "value": str(one)} for one in sorted(ids)])
        found = await ask(http, ATTACHMENTS, {"query": query, "fields": "Content", "per_page": str(PAGE)})
        if {row_id(part) for part in found} != ids:
            raise Unavailable(NOT_ASKED)
        for part in found:
            yield part


async def file_text(http: HttpClient, attachment: Attachment, limit: int) -> bytes:
    """What a text file begins with. RT gives contents as characters in JSON, so only text comes through unharmed."""
    if (attachment.size or 0) > LONGEST_CALL:
        raise Rejected(f"a file of {attachment.size} bytes is not read")
    query = json.dumps([{"field": "id", "value": attachment.id}])
    found = await ask(http, ATTACHMENTS, {"query": query, "fields": "Content", "per_page": "1"})
    if [str(row_id(part)) for part in found] not in ([attachment.id], []):
        raise Unavailable(NOT_ASKED)
    content = found[0].get("Content") if found else None
    if not isinstance(content, str):
        raise NotFound(f"attachment {attachment.id} has no content that we may read")
    return content.encode(errors="replace")[:limit]


def body_of(parts: Sequence[Part], texts: dict[int, str]) -> tuple[str, BodyFormat]:
    """The words of a message: its plain text, or its HTML where there is no other. Mail may hold several pieces."""
    for kind, how in zip(READABLE, (BodyFormat.TEXT, BodyFormat.HTML), strict=True):
        pieces = [texts[row_id(part)] for part in parts if row_id(part) in texts and media_type(part) == kind]
        if any(piece.strip() for piece in pieces):
            return "\n".join(pieces), how
    return "", BodyFormat.TEXT


def files_of(parts: Sequence[Part], base_url: str) -> list[Attachment]:
    """What is known of the files: every part with a name, and every other that is no text."""
    return [
        _file(part, base_url) for part in parts if not is_text(part) and not media_type(part).startswith("multipart/")
    ]


def channel_of(parts: Sequence[Part]) -> str:
    """How a ticket came: RT notes its own door (email, web, rest, mobile) in the first part's headers."""
    for part in parts[:1]:
        if told := INTERFACE.search(text(part.get("Headers")) or ""):
            return told[1].lower()
    return "unknown"


def is_text(part: Part) -> bool:
    return media_type(part) in READABLE and not text(part.get("Filename")) and (_size(part) or 0) <= LONGEST_TEXT


def media_type(part: Part) -> str:
    return (text(part.get("ContentType")) or "").lower()


def _file(part: Part, base_url: str) -> Attachment:
    name, transaction = text(part.get("Filename")) or "unnamed", number(part.get("TransactionId"))
    url = f"{base_url}/Ticket/Attachment/{transaction}/{row_id(part)}/{quote(name, safe='')}"
    return Attachment(str(row_id(part)), name, media_type(part) or None, _size(part), url)


def _size(part: Part) -> int | None:
    told = LENGTH.search(text(part.get("Headers")) or "")
    return int(told[1]) if told else None


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), MOST_NAMED):
        yield ids[start : start + MOST_NAMED]


def _loads(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Parts that together make an answer of a size that we take."""
    load: list[Part] = []
    weight = 0
    for part in parts:
        size = _size(part) or LONGEST_TEXT
        if load and (weight + size > LONGEST_CALL or len(load) == MOST_NAMED):
            yield load
            load, weight = [], 0
        load.append(part)
        weight += size
    if load:
        yield load
