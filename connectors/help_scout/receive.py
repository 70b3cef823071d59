"""A Help Scout delivery is authenticated, then translated.

Signature: base64 of HMAC-SHA1 over the raw body. Neither the name of the event, which is in a header, nor the time of
the delivery is signed: whoever sent one again under another name would only have us read the conversation again.
Source: developer.helpscout.com, "Webhooks".
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from connectors import signatures
from connectors.contract import EventKind, Received, Request, TicketEvent
from connectors.errors import Malformed, SignatureInvalid
from connectors.help_scout.events import event_of, of_another_inbox, saying_threads
from connectors.help_scout.people import ANSWERS
from connectors.help_scout.settings import Settings
from connectors.values import identifier, mapping, moment

SIGNATURE, EVENT = "X-HelpScout-Signature", "X-HelpScout-Event"
# How old a message may be when a delivery tells of it. What is repeated for longer is found by polling.
TOLERANCE = timedelta(minutes=50)
Thread = dict[str, Any]
# Which thread an event is about: the newest of this kind.
MESSAGES: dict[str, tuple[EventKind, Callable[[Thread], bool]]] = {
    "convo.created": (EventKind.TICKET_CREATED, lambda thread: True),
    "convo.customer.reply.created": (
        EventKind.MESSAGE_ADDED,
        lambda thread: mapping(thread.get("createdBy")).get("type") == "customer",
    ),
    "convo.agent.reply.created": (
        EventKind.MESSAGE_ADDED,
        lambda thread: thread.get("type") in ANSWERS and thread.get("state") == "published",
    ),
    "convo.note.created": (EventKind.MESSAGE_ADDED, lambda thread: thread.get("type") == "note"),
}
CHANGES = {
    "convo.assigned": EventKind.TICKET_CHANGED,
    "convo.custom-fields": EventKind.TICKET_CHANGED,
    "convo.merged": EventKind.TICKET_CHANGED,
    "convo.moved": EventKind.TICKET_CHANGED,
    "convo.status": EventKind.TICKET_CHANGED,
    "convo.tags": EventKind.TICKET_CHANGED,
    "convo.deleted": EventKind.TICKET_DELETED,
}


def receive(request: Request, settings: Settings, me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    _authenticate(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    event = request.header(EVENT)
    if not isinstance(body, dict) or not event:
        raise Malformed(f"the delivery is not a JSON object, or header {EVENT} is missing")
    if event not in MESSAGES and event not in CHANGES:
        return Received()
    ticket_id = identifier(body.get("id"))
    if ticket_id is None:
        raise Malformed("the delivery has no usable id of its conversation")
    if of_another_inbox(body, settings.inbox_ids):
        return Received()
    if event in CHANGES:
        return Received([TicketEvent(_named(event, request.body), CHANGES[event], ticket_id)])
    found = _message(event, body, request.body, ticket_id, me)
    if found.occurred_at:
        signatures.fresh(found.occurred_at, request.received_at, TOLERANCE)
    return Received([found])


def _authenticate(request: Request, secrets: tuple[str, ...]) -> None:
    given = signatures.require(request.header(SIGNATURE), f"header {SIGNATURE}")
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same([sign(secret, request.body) for secret in secrets], given.encode(errors="replace"))


def sign(secret: str, body: bytes) -> bytes:
    """The signature that Help Scout puts on a body. SHA-1 is weak against collisions, which no HMAC rests on."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha1).digest())


def _message(event: str, body: dict[str, Any], raw: bytes, ticket_id: str, me: str | None) -> TicketEvent:
    """The message that the event is about. Where its thread did not come along, the body names the event."""
    kind, is_meant = MESSAGES[event]
    for thread in saying_threads(body):
        if is_meant(thread):
            return event_of(thread, body, ticket_id, kind, me)
    if moment(body.get("createdAt")) is None:
        raise Malformed("the delivery holds no conversation; let the webhook send its payload in version V2")
    return TicketEvent(_named(event, raw), kind, ticket_id)


def _named(event: str, raw: bytes) -> str:
    """What has no id of its own is named by its body, which is the same for every repeat."""
    return f"{event}:{hashlib.sha256(raw).hexdigest()[:40]}"
