"""An Intercom notification is authenticated, then translated.

Signature: `sha1=` and the hex HMAC-SHA1 of the raw body, with the app's client secret. No header names a time, so the
age is that of the first attempt in the signed body. Source: developers.intercom.com, "Webhook notifications".
"""

import hashlib
import hmac
import json
import re
from datetime import timedelta
from typing import Any

from connectors import signatures
from connectors.contract import EventKind, Received, Request, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.intercom.people import requester_of, role_of, visibility_of
from connectors.intercom.settings import Settings
from connectors.values import identifier, mapping, moment, objects

# A repeat follows after a minute, and a paused endpoint gets its deliveries after a quarter of an hour.
TOLERANCE = timedelta(minutes=45)
EVENT_ID = re.compile(r"[!-~]{1,200}", re.ASCII)
MESSAGES = {f"conversation.{name}" for name in ("user.replied", "admin.replied", "admin.noted", "operator.replied")}
CREATED = {"conversation.user.created", "conversation.admin.single.created"}
CHANGED = {
    *(
        f"conversation.admin.{name}"
        for name in ("assigned", "open.assigned", "opened", "closed", "snoozed", "unsnoozed")
    ),
    "conversation.priority.updated",
    "conversation.rating.added",
    "conversation_part.tag.created",
    "conversation_part.redacted",
}
KINDS = {
    **dict.fromkeys(MESSAGES, EventKind.MESSAGE_ADDED),
    **dict.fromkeys(CREATED, EventKind.TICKET_CREATED),
    **dict.fromkeys(CHANGED, EventKind.TICKET_CHANGED),
    "conversation.deleted": EventKind.TICKET_DELETED,
}


def receive(request: Request, settings: Settings, me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    _authenticate(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("topic"), str):
        raise Malformed("the delivery is not a JSON object with a topic")
    _refuse_another_time(body, request)
    kind = KINDS.get(body["topic"])
    if kind is None:
        return Received()
    if settings.workspace_id and body.get("app_id") != settings.workspace_id:
        raise Malformed("the delivery belongs to another workspace than options.workspace_id")
    return Received(_events(kind, _notification_id(body), mapping(mapping(body.get("data")).get("item")), me))


def _authenticate(request: Request, secrets: tuple[str, ...]) -> None:
    given = signatures.require(request.header("X-Hub-Signature"), "header X-Hub-Signature")
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same([sign(secret, request.body) for secret in secrets], given.encode(errors="replace"))


def sign(secret: str, body: bytes) -> bytes:
    """The signature that Intercom puts on a body."""
    return b"sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest().encode()


def _refuse_another_time(body: dict[str, Any], request: Request) -> None:
    """A test notification has no time; it is of no interest either."""
    sent_at = moment(body.get("first_sent_at")) or moment(body.get("created_at"))
    if sent_at is None and body["topic"] in KINDS:
        raise Malformed("the delivery does not say when it was sent first")
    if sent_at:
        signatures.fresh(sent_at, request.received_at, TOLERANCE)


def _notification_id(body: dict[str, Any]) -> str:
    found = body.get("id")
    if not isinstance(found, str) or not EVENT_ID.fullmatch(found):
        raise Malformed("the delivery has no usable id")
    return found


def _events(kind: EventKind, notification: str, item: dict[str, Any], me: str | None) -> list[TicketEvent]:
    """One event for each message that the notification brings; one in all where it brings none."""
    ticket_id = identifier(item.get("id")) or identifier(item.get("conversation_id"))
    if ticket_id is None:
        raise Malformed("the delivery has no usable id of its conversation")
    parts = objects(mapping(item.get("conversation_parts")).get("conversation_parts"))
    requester = requester_of(item)
    if kind is EventKind.MESSAGE_ADDED:
        said = [(part, seen) for part in parts if (seen := visibility_of(part))]
        if said:
            return [_message(notification, ticket_id, part, seen, requester, me) for part, seen in said]
        kind = EventKind.TICKET_CHANGED  # an assignment, say, that came without words
    changer = parts[-1].get("author") if parts and kind is EventKind.TICKET_CHANGED else None
    return [
        TicketEvent(
            event_id=notification,
            kind=kind,
            ticket_id=ticket_id,
            occurred_at=moment(item.get("created_at" if kind is EventKind.TICKET_CREATED else "updated_at")),
            author=role_of(changer, me=me, requester=requester),
        )
    ]


def _message(
    notification: str, ticket_id: str, part: dict[str, Any], seen: Visibility, requester: str | None, me: str | None
) -> TicketEvent:
    part_id = identifier(part.get("id"))
    if part_id is None:
        raise Malformed("the delivery has no usable id of its conversation part")
    return TicketEvent(
        event_id=f"{notification}:{part_id}",
        kind=EventKind.MESSAGE_ADDED,
        ticket_id=ticket_id,
        occurred_at=moment(part.get("created_at")),
        author=role_of(part.get("author"), me=me, requester=requester),
        visibility=seen,
        message_id=part_id,
    )
