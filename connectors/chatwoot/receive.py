"""A Chatwoot delivery is authenticated, then translated.

Signature: `sha256=` and the hex HMAC-SHA256 over timestamp header, a full stop and the raw body; signed since v4.12.0.
Source: chatwoot 4.14.2, lib/webhooks/trigger.rb, app/listeners/webhook_listener.rb.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from connectors import signatures
from connectors.chatwoot.people import kind_of, role_of, visibility_of
from connectors.chatwoot.settings import Settings
from connectors.contract import EventKind, Received, Request, TicketEvent
from connectors.errors import Malformed, SignatureInvalid
from connectors.values import identifier, mapping, moment

CHANGES = {"conversation_updated", "conversation_status_changed"}
UNSIGNED = "header X-Chatwoot-Signature (Chatwoot before 4.12 signs nothing: upgrade it; if it is newer, the header)"


def receive(request: Request, settings: Settings, me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    _authenticate(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("event"), str):
        raise Malformed("the delivery is not a JSON object with the name of an event")
    event = body["event"]
    if event in ("message_created", "message_updated"):
        found = _message(body, request.body, me)
        conversation = mapping(body.get("conversation"))
    elif event == "conversation_created" or event in CHANGES:
        found = _conversation(body, request.body)
        conversation = body
    else:
        return Received()
    _refuse_another_account(body, conversation, settings.account_id)
    if found is None or _of_another_inbox(conversation, settings.inbox_ids):
        return Received()
    return Received([found])


def _authenticate(request: Request, secrets: tuple[str, ...]) -> None:
    given = signatures.require(request.header("X-Chatwoot-Signature"), UNSIGNED)
    stamp = signatures.require(request.header("X-Chatwoot-Timestamp"), "header X-Chatwoot-Timestamp")
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same([sign(secret, stamp, request.body) for secret in secrets], given.encode(errors="replace"))
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        raise SignatureInvalid("header X-Chatwoot-Timestamp is not a Unix time")
    signatures.fresh(datetime.fromtimestamp(int(stamp), UTC), request.received_at)


def sign(secret: str, stamp: str, body: bytes) -> bytes:
    """The signature that Chatwoot puts on a body. `stamp` is the text of the timestamp header."""
    signed = stamp.encode(errors="replace") + b"." + body
    return b"sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()


def _refuse_another_account(body: dict[str, Any], conversation: dict[str, Any], expected: str) -> None:
    """Events of conversations name their account only since June 2026, so silence is no contradiction."""
    for part in (body, conversation):
        said = identifier(mapping(part.get("account")).get("id"))
        if said is not None and said != expected:
            raise Malformed("the delivery belongs to another Chatwoot account than options.account_id")


def _of_another_inbox(conversation: dict[str, Any], wanted: frozenset[str]) -> bool:
    """Chatwoot sends an account's webhook the events of all its inboxes."""
    return bool(wanted) and identifier(conversation.get("inbox_id")) not in wanted


def _message(body: dict[str, Any], raw: bytes, me: str | None) -> TicketEvent | None:
    """A new message, or one that was deleted. Other updates are news of delivery, and there are many."""
    conversation = mapping(body.get("conversation"))
    message_id = _needed(body.get("id"), "message")
    ticket_id = _needed(conversation.get("id"), "conversation")
    if body["event"] == "message_updated":
        deleted = mapping(body.get("content_attributes")).get("deleted") is True
        return _changed(raw, ticket_id, body.get("updated_at")) if deleted else None
    if kind_of(body) == "activity":
        return None
    requester = identifier(mapping(mapping(conversation.get("meta")).get("sender")).get("id"))
    return TicketEvent(
        # The id of the delivery is in a header that is not signed; the message's own id is.
        event_id=f"message_created:{message_id}",
        kind=EventKind.MESSAGE_ADDED,
        ticket_id=ticket_id,
        occurred_at=moment(body.get("created_at")),
        author=role_of(body, me=me, requester=requester),
        visibility=visibility_of(body),
        message_id=message_id,
    )


def _conversation(body: dict[str, Any], raw: bytes) -> TicketEvent:
    ticket_id = _needed(body.get("id"), "conversation")
    if body["event"] != "conversation_created":
        return _changed(raw, ticket_id, body.get("updated_at"))
    return TicketEvent(
        event_id=f"conversation_created:{ticket_id}",
        kind=EventKind.TICKET_CREATED,
        ticket_id=ticket_id,
        occurred_at=moment(body.get("created_at")),
    )


def _changed(raw: bytes, ticket_id: str, at: Any) -> TicketEvent:
    """A change has no id of its own: its body, with the time of the change, is the same for every repeat."""
    return TicketEvent(
        event_id="changed:" + hashlib.sha256(raw).hexdigest()[:40],
        kind=EventKind.TICKET_CHANGED,
        ticket_id=ticket_id,
        occurred_at=moment(at),
    )


def _needed(value: Any, what: str) -> str:
    found = identifier(value)
    if found is None:
        raise Malformed(f"the delivery has no usable id of its {what}")
    return found
