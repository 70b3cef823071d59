"""Did an earlier write get through? The thread tells: a comment by the mark in it, a message by its words.

HubSpot keeps nothing of ours beside a message, so a reply is known by its writer, its time and its text.
"""

from typing import Any

from connectors.contract import Mark, Visibility, WriteReceipt
from connectors.http import HttpClient
from connectors.hubspot.pages import messages
from connectors.hubspot.people import is_own, visibility_of
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import message_id, thread_path
from connectors.markup import reads_as
from connectors.values import moment, needed, text


async def find_mark(http: HttpClient, settings: Settings, ticket_id: str, mark: Mark) -> WriteReceipt | None:
    """The entry with this mark, written by this gateway. What anybody else wrote is never looked at."""
    own = [one for one in await messages(http, thread_path(ticket_id)) if is_own(one, settings)]
    for recognised in (_carries, _reads_like):
        if found := next((one for one in own if recognised(one, mark)), None):
            return receipt(found)
    return None


def _texts(message: dict[str, Any]) -> list[str]:
    return [found for key in ("richText", "text") if (found := text(message.get(key)))]


def _carries(message: dict[str, Any], mark: Mark) -> bool:
    return visibility_of(message) is Visibility.INTERNAL and any(mark.value in one for one in _texts(message))


def _reads_like(message: dict[str, Any], mark: Mark) -> bool:
    at = moment(message.get("createdAt"))
    if visibility_of(message) is not Visibility.PUBLIC or at is None or at < mark.since:
        return False
    return any(reads_as(one, mark.text_hash) for one in _texts(message))


def receipt(message: dict[str, Any]) -> WriteReceipt:
    """The version after the write is a hash of a thread that nobody has read yet, so it is not known."""
    return WriteReceipt(
        entry_id=needed(message_id(message.get("id")), "message.id"),
        visibility=visibility_of(message),
        version=None,
        written_at=needed(moment(message.get("createdAt")), "message.createdAt"),
    )
