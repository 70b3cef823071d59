"""Did an earlier write get through? The thread tells: a note by its mark, a draft or a reply by its words and its time.

Help Scout keeps nothing unseen with a thread, and what may reach a customer shows no mark.
"""

from typing import Any

from connectors.contract import Mark, Role, Visibility, WriteReceipt, text_hash
from connectors.errors import Rejected
from connectors.help_scout.pages import threads
from connectors.help_scout.people import ANSWERS, role_of, visibility_of
from connectors.markup import reads_as
from connectors.session import Session
from connectors.values import identifier, moment, needed, text

NO_WORDS = text_hash("")


async def find_mark(session: Session, ticket_id: str, mark: Mark, me: str) -> WriteReceipt | None:
    """The entry with this mark, written by the integration user; None after the last page of the thread.

    A draft or reply of ours from that time with other words may still be the one, changed on its way or by an agent.
    Then nobody can tell, and `Rejected` is raised: a person looks, and nothing is written twice.
    """
    thread = await threads(session, ticket_id)
    own = [one for one in thread if role_of(one, me=me, requester=None) is Role.INTEGRATION]
    for recognised in (_shows, _reads_like):
        if found := next((one for one in own if recognised(one, mark)), None):
            return receipt_of(found)
    if mark.text_hash != NO_WORDS and (like := next((one for one in own if _is_answer_since(one, mark)), None)):
        raise Rejected(
            f"thread {identifier(like.get('id'))} of conversation {ticket_id} is ours and of that time, and has other "
            "words: look whether it is the one that was written"
        )
    return None


def _shows(thread: dict[str, Any], mark: Mark) -> bool:
    return visibility_of(thread) is Visibility.INTERNAL and mark.value in (text(thread.get("body")) or "")


def _reads_like(thread: dict[str, Any], mark: Mark) -> bool:
    return _is_answer_since(thread, mark) and reads_as(text(thread.get("body")) or "", mark.text_hash)


def _is_answer_since(thread: dict[str, Any], mark: Mark) -> bool:
    at = moment(thread.get("createdAt"))
    return text(thread.get("type")) in ANSWERS and at is not None and at >= mark.since


def receipt_of(thread: dict[str, Any]) -> WriteReceipt:
    """The version after the write is not known: it is a hash of a ticket that nobody has read yet."""
    return WriteReceipt(
        entry_id=needed(identifier(thread.get("id")), "thread.id"),
        visibility=visibility_of(thread),
        version=None,
        written_at=needed(moment(thread.get("createdAt")), "thread.createdAt"),
    )
