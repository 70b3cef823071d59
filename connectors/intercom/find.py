"""Did an earlier write get through? The thread tells: a note by the mark in it, a reply by its words.

Intercom keeps nothing of ours beside a message, so a reply is known by its writer, its time and its text.
"""

import re
from typing import Any

from connectors.contract import Mark, Role, Visibility, WriteReceipt
from connectors.errors import Unavailable
from connectors.http import HttpClient
from connectors.intercom.people import role_of, visibility_of
from connectors.intercom.read import is_cut, parts_of
from connectors.intercom.values import conversation_path
from connectors.markup import reads_as
from connectors.values import document, identifier, moment, needed, text

DRESSED = re.compile(r' class="[^"<>]{0,200}"')  # what Intercom adds to the paragraphs that it keeps


async def find_mark(http: HttpClient, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user. What anybody else wrote is never looked at.

    Raises `Unavailable` where a long thread may hide it: that it is not there is then not known.
    """
    conversation = document(await http.get(conversation_path(ticket_id)))
    parts = parts_of(conversation)
    own = [one for one in parts if is_own(one, me)]
    for recognised in (carries, _reads_like):
        if found := next((one for one in own if recognised(one, mark)), None):
            return receipt(found)
    oldest = min((at for one in parts if (at := moment(one.get("created_at")))), default=mark.since)
    if is_cut(conversation, parts) and oldest >= mark.since:
        raise Unavailable("the thread grew so long since the write that Intercom does not show that part of it")
    return None


def is_own(part: dict[str, Any], me: str) -> bool:
    return role_of(part.get("author"), me=me, requester=None) is Role.INTEGRATION and bool(visibility_of(part))


def carries(part: dict[str, Any], mark: Mark) -> bool:
    return visibility_of(part) is Visibility.INTERNAL and mark.value in (text(part.get("body")) or "")


def _reads_like(part: dict[str, Any], mark: Mark) -> bool:
    at, body = moment(part.get("created_at")), text(part.get("body")) or ""
    if visibility_of(part) is not Visibility.PUBLIC or at is None or at < mark.since.replace(microsecond=0):
        return False
    return reads_as(body, mark.text_hash) or reads_as(DRESSED.sub("", body), mark.text_hash)


def receipt(part: dict[str, Any]) -> WriteReceipt:
    """The version after the write is a hash of a thread that nobody has read yet, so it is not known."""
    return WriteReceipt(
        entry_id=needed(identifier(part.get("id")), "part.id"),
        visibility=visibility_of(part),
        version=None,
        written_at=needed(moment(part.get("created_at")), "part.created_at"),
    )
