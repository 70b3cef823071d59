"""Help Scout takes tags, assignee and message in calls of their own, none conditional: the order makes that harmless.

What may be done twice comes first; the thread comes last, and brings the status with it. So a thread that is found
again proves that all of the write went through. Its answer names the thread and does not show it, so it is read back.
"""

from typing import Any

from connectors.contract import (
    Action,
    Change,
    DraftReply,
    InternalNote,
    PublicReply,
    Status,
    Ticket,
    Visibility,
    WriteReceipt,
)
from connectors.errors import ConnectorError, Rejected, Unavailable
from connectors.help_scout.changes import Routing, routed, routing
from connectors.help_scout.directory import Directory
from connectors.help_scout.find import receipt_of
from connectors.help_scout.paths import conversation_path
from connectors.help_scout.people import visibility_of
from connectors.help_scout.settings import Settings
from connectors.markup import neutralised
from connectors.session import Session
from connectors.values import document, identifier, listed, mapping, objects, storable

MOST_THREADS = 99  # Help Scout refuses to add to 100, and counts notes, drafts and changes too
WORDS = {Status.OPEN: "active", Status.PENDING: "pending", Status.SOLVED: "closed"}
EXPECTED = {
    DraftReply: Visibility.DRAFT,
    InternalNote: Visibility.INTERNAL,
    PublicReply: Visibility.PUBLIC,
}


async def write(
    session: Session,
    directory: Directory,
    settings: Settings,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
) -> WriteReceipt:
    """Write once. Raises `Rejected` before any call for what Help Scout cannot do."""
    path = conversation_path(ticket.id)
    status = _status(ticket, change)
    thread = _thread(ticket, action, status) if action else None
    if not (thread or change):
        raise Rejected("there is nothing to write: neither a message nor a change")
    # A draft brings its status when it is sent, which may be never; so that is set at once.
    at_once = status if status and (action is None or isinstance(action, DraftReply)) else None
    found = await routing(directory, change) if change else Routing()
    written_at = await routed(session, settings, path, found, at_once)
    if thread is None or action is None:
        return WriteReceipt(None, None, None, written_at)
    verb = "notes" if isinstance(action, InternalNote) else "reply"
    _, headers = await session.send_and_hear("POST", f"{path}/{verb}", json=thread)
    entry_id = identifier(headers.get("resource-id"))
    if entry_id is None:
        raise Unavailable("Help Scout took the message and does not say what it made", may_be_stored=True)
    return await _read_back(session, path, ticket.id, entry_id, action)


def _status(ticket: Ticket, change: Change | None) -> str | None:
    """The vendor's word; None where nothing changes."""
    if not change or not change.status or change.status is ticket.status:
        return None
    if change.status not in WORDS:
        raise Rejected(f"Help Scout has no status {change.status}; use open (active), pending or solved (closed)")
    return WORDS[change.status]


def _thread(ticket: Ticket, action: Action, status: str | None) -> dict[str, Any]:
    """The status is always said: a reply that says none makes the conversation active."""
    count = ticket.fields.get("threads")
    if isinstance(count, int) and count >= MOST_THREADS:
        raise Rejected(
            f"the conversation has {count} threads, and Help Scout adds none to 100: answer in a new conversation"
        )
    text = neutralised(storable(action.body))
    said = {"text": text, "status": status or WORDS.get(ticket.status, "active")}
    if isinstance(action, InternalNote):
        return said
    customer = identifier(ticket.requester.id)
    if customer is None:
        raise Rejected("the conversation has no customer to reply to")
    return {**said, "customer": {"id": int(customer)}, "draft": isinstance(action, DraftReply)}


async def _read_back(session: Session, path: str, ticket_id: str, entry_id: str, action: Action) -> WriteReceipt:
    """Threads come newest first, so ours is on the first page."""
    try:
        answer = document(await session.get(f"{path}/threads", {"page": "1"}))
        page = listed(mapping(answer.get("_embedded")).get("threads"), "threads")
        kept = next((one for one in objects(page) if identifier(one.get("id")) == entry_id), {})
        receipt = receipt_of(kept)
    except ConnectorError as error:
        raise Unavailable(
            f"thread {entry_id} is stored and cannot be read back ({error})", status=error.status, may_be_stored=True
        ) from None
    if visibility_of(kept) is None:
        raise Unavailable(f"Help Scout does not say who sees thread {entry_id}", may_be_stored=True)
    _refuse_other_visibility(receipt, action, ticket_id)
    return receipt


def _refuse_other_visibility(receipt: WriteReceipt, action: Action, ticket_id: str) -> None:
    said = f"{receipt.entry_id} of conversation {ticket_id}"
    if receipt.visibility is EXPECTED[type(action)]:
        return
    if receipt.visibility is Visibility.PUBLIC:
        raise Rejected(
            f"ALARM: thread {said} was written as a draft or a note and is stored as SENT: the customer has it, or "
            "will. Undo it in Help Scout now, and look for a workflow that sends what the integration user writes"
        )
    raise Rejected(f"thread {said} was meant as {EXPECTED[type(action)]} and is stored as {receipt.visibility}")
