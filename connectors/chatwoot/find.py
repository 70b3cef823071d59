"""Did an earlier write get through? The thread tells, with the mark that we attached to the message."""

from typing import Any

from connectors.chatwoot.pages import messages
from connectors.chatwoot.paths import conversation_path
from connectors.chatwoot.people import role_of, visibility_of
from connectors.chatwoot.read import MARK_KEY
from connectors.chatwoot.template import as_written
from connectors.contract import Mark, Role, Visibility, WriteReceipt, text_hash
from connectors.http import HttpClient
from connectors.values import identifier, mapping, moment, needed, text


async def find_mark(http: HttpClient, account_id: str, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None after the last page of the thread.

    The mark is looked for in what only a caller of the API can set, then in the text of our own private notes. A
    public reply without any mark of ours is known by its text and time. What anybody else wrote is never looked at.
    """
    own = [
        one
        for one in await messages(http, conversation_path(account_id, ticket_id))
        if role_of(one, me=me, requester=None) is Role.INTEGRATION
    ]
    for recognised in (_carries, _reads_like):
        found = next((one for one in own if recognised(one, mark)), None)
        if found:
            return _receipt(found)
    return None


def _carries(message: dict[str, Any], mark: Mark) -> bool:
    return mapping(message.get("content_attributes")).get(MARK_KEY) == mark.value or (
        visibility_of(message) is Visibility.INTERNAL and mark.value in (text(message.get("content")) or "")
    )


def _reads_like(message: dict[str, Any], mark: Mark) -> bool:
    """For a Chatwoot that drops attributes which it does not know."""
    if visibility_of(message) is not Visibility.PUBLIC or mapping(message.get("content_attributes")).get(MARK_KEY):
        return False
    at = moment(message.get("created_at"))
    written = as_written(text(message.get("content")) or "")
    return at is not None and at >= mark.since and text_hash(written) == mark.text_hash


def _receipt(message: dict[str, Any]) -> WriteReceipt:
    return WriteReceipt(
        entry_id=needed(identifier(message.get("id")), "message.id"),
        visibility=visibility_of(message),
        version=None,
        written_at=needed(moment(message.get("created_at")), "message.created_at"),
    )
