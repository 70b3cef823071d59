"""Did an earlier write get through? The thread tells: a note by its mark, a reply by its words and its time.

Freshdesk keeps nothing unseen with an entry, and a reply shows no mark.
"""

from typing import Any

from connectors.contract import Mark, Role, Visibility, WriteReceipt, text_hash
from connectors.errors import Rejected
from connectors.freshdesk.pages import conversations
from connectors.freshdesk.people import role_of, visibility_of
from connectors.http import HttpClient
from connectors.markup import reads_as
from connectors.values import identifier, moment, needed, text

NO_WORDS = text_hash("")


async def find_mark(http: HttpClient, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None after the last page of the thread.

    A reply of ours from that time with other words may still be the one, changed by Freshdesk on its way. Then nobody
    can tell, and `Rejected` is raised: a person looks, and nothing is sent twice.
    """
    thread = await conversations(http, ticket_id)
    own = [one for one in thread if role_of(one, me=me, requester=None) is Role.INTEGRATION]
    for recognised in (_shows, _reads_like):
        if found := next((one for one in own if recognised(one, mark)), None):
            return _receipt(found)
    if mark.text_hash != NO_WORDS and (like := next((one for one in own if _is_reply_since(one, mark)), None)):
        raise Rejected(
            f"reply {identifier(like.get('id'))} on ticket {ticket_id} is ours and of that time, and has other words: "
            "look whether it is the one that was written"
        )
    return None


def _shows(entry: dict[str, Any], mark: Mark) -> bool:
    shown = (text(entry.get(key)) or "" for key in ("body", "body_text"))
    return visibility_of(entry) is Visibility.INTERNAL and any(mark.value in one for one in shown)


def _reads_like(entry: dict[str, Any], mark: Mark) -> bool:
    stored = (text(entry.get(key)) for key in ("body", "body_text"))
    return _is_reply_since(entry, mark) and any(reads_as(one, mark.text_hash) for one in stored if one)


def _is_reply_since(entry: dict[str, Any], mark: Mark) -> bool:
    at = moment(entry.get("created_at"))
    return visibility_of(entry) is Visibility.PUBLIC and at is not None and at >= mark.since


def _receipt(entry: dict[str, Any]) -> WriteReceipt:
    return WriteReceipt(
        entry_id=needed(identifier(entry.get("id")), "conversation.id"),
        visibility=visibility_of(entry),
        version=None,
        written_at=needed(moment(entry.get("created_at")), "conversation.created_at"),
    )
