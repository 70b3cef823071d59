"""A HubSpot delivery is authenticated, then translated: one request brings up to a hundred events.

Signature v3: base64 of the HMAC-SHA256 over method, address, raw body and timestamp, with the app's client secret. The
older versions, which know no time, are not accepted. Source: developers.hubspot.com, "Validating requests".
"""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors import signatures
from connectors.checking import webhook_path
from connectors.contract import EventKind, Received, Request, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import message_id
from connectors.values import identifier, text

TOLERANCE = timedelta(minutes=5)
KINDS = {
    "conversation.newMessage": EventKind.MESSAGE_ADDED,
    "conversation.creation": EventKind.TICKET_CREATED,
    "conversation.propertyChange": EventKind.TICKET_CHANGED,
    "conversation.deletion": EventKind.TICKET_DELETED,
    "conversation.privacyDeletion": EventKind.TICKET_DELETED,
}
SEEN_BY = {"MESSAGE": Visibility.PUBLIC, "COMMENT": Visibility.INTERNAL}


def receive(request: Request, settings: Settings) -> Received:
    """What an authentic delivery says. An event that cannot be read does not take the others with it; where none can
    be, the delivery is `Malformed`."""
    _authenticate(request, settings)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if not isinstance(body, list):
        raise Malformed("the delivery is not a list of events")
    readable = [one for one in body if isinstance(one, dict) and text(one.get("subscriptionType"))]
    if not readable:
        raise Malformed("the delivery holds no event")
    ours = [one for one in readable if _is_ours(one, settings)]
    if not ours:
        raise Malformed("the delivery belongs to another portal or app than options.portal_id and options.app_id")
    wanted = [one for one in ours if one["subscriptionType"] in KINDS]
    found = {event.event_id: event for one in wanted if (event := _event(one))}
    if wanted and not found and any(_unreadable(one) for one in wanted):
        raise Malformed("no event of the delivery has a usable id of its thread")
    return Received(list(found.values()))


def _authenticate(request: Request, settings: Settings) -> None:
    given = signatures.require(request.header("X-HubSpot-Signature-v3"), "header X-HubSpot-Signature-v3")
    stamp = signatures.require(request.header("X-HubSpot-Request-Timestamp"), "header X-HubSpot-Request-Timestamp")
    if not settings.webhook_secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    address = f"{settings.public_url}{webhook_path(settings.name)}"
    signed = [sign(secret, request.method, address, request.body, stamp) for secret in settings.webhook_secrets]
    signatures.same(signed, given.encode(errors="replace"))
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 15):
        raise SignatureInvalid("header X-HubSpot-Request-Timestamp is not a Unix time in milliseconds")
    signatures.fresh(datetime.fromtimestamp(int(stamp) / 1000, UTC), request.received_at, TOLERANCE)


def sign(secret: str, method: str, address: str, body: bytes, stamp: str) -> bytes:
    """The signature that HubSpot puts on a request. The address is ours as HubSpot knows it, not as a proxy made it."""
    signed = f"{method}{address}".encode() + body + stamp.encode(errors="replace")
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest())


def _is_ours(one: dict[str, Any], settings: Settings) -> bool:
    """One address serves all portals that installed an app. Silence is no contradiction."""
    portal, app = identifier(one.get("portalId")), identifier(one.get("appId"))
    return portal in (None, settings.portal_id or portal) and app in (None, settings.app_id)


def _unreadable(one: dict[str, Any]) -> bool:
    return identifier(one.get("objectId")) is None


def _event(one: dict[str, Any]) -> TicketEvent | None:
    """None for what nobody wrote, such as a welcome message, and for what names no thread."""
    name, ticket_id = one["subscriptionType"], identifier(one.get("objectId"))
    kind = KINDS[name]
    if ticket_id is None:
        return None
    if kind is EventKind.MESSAGE_ADDED and one.get("messageType") == "WELCOME_MESSAGE":
        return None
    message = message_id(one.get("messageId")) if kind is EventKind.MESSAGE_ADDED else None
    return TicketEvent(
        event_id=_event_id(one, message),
        kind=kind,
        ticket_id=ticket_id,
        occurred_at=_moment(one.get("occurredAt")),
        visibility=SEEN_BY.get(text(one.get("messageType")) or "") if message else None,
        message_id=message,
    )


def _event_id(one: dict[str, Any], message: str | None) -> str:
    """HubSpot's own id is not unique. A message is one event however often, and in whatever list, it comes."""
    told = [one["subscriptionType"], identifier(one.get("portalId")), identifier(one.get("objectId")), message]
    if message is None:
        told += [text(one.get("propertyName")), identifier(one.get("eventId")), identifier(one.get("occurredAt"))]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:40]


def _moment(value: Any) -> datetime | None:
    """Milliseconds since 1970."""
    number = identifier(value)
    if number is None or len(number) > 14:
        return None
    return datetime.fromtimestamp(int(number) / 1000, UTC)
