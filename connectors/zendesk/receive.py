"""A Zendesk delivery is authenticated, then translated: signed events, and the body of our trigger template.

Signature: base64 of HMAC-SHA256 over the timestamp header's text and the raw body, nothing between them.
Source: developer.zendesk.com, "Verifying webhook authenticity" and "Webhook event types".
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from typing import Any

from connectors import signatures, values
from connectors.contract import EventKind, Received, Request, Role, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.values import mapping, moment, text
from connectors.zendesk.people import role_of
from connectors.zendesk.settings import Settings
from connectors.zendesk.values import identifier

# Zendesk names no greatest age and may retry a delivery late; what is repeated is known by its event id.
TOLERANCE = timedelta(minutes=15)
EVENT_ID = re.compile(r"[!-~]{1,200}", re.ASCII)
TICKET_EVENT = "zen:event-type:ticket."
DELETED = {"soft_deleted", "permanently_deleted", "marked_as_spam"}
CHANGED = {
    "agent_assignment_changed",
    "attachment_linked_to_comment",
    "brand_changed",
    "comment_made_private",
    "comment_redacted",
    "custom_field_changed",
    "custom_status_changed",
    "description_changed",
    "group_assignment_changed",
    "merged",
    "priority_changed",
    "requester_changed",
    "status_changed",
    "subject_changed",
    "tags_changed",
    "type_changed",
    "undeleted",
}
KINDS = {
    "created": EventKind.TICKET_CREATED,
    "comment_added": EventKind.MESSAGE_ADDED,
    **dict.fromkeys(DELETED, EventKind.TICKET_DELETED),
    **dict.fromkeys(CHANGED, EventKind.TICKET_CHANGED),
}
TRIGGER_KINDS = {
    "created": EventKind.TICKET_CREATED,
    "reply": EventKind.MESSAGE_ADDED,
    "changed": EventKind.TICKET_CHANGED,
}


def receive(request: Request, settings: Settings, me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    _authenticate(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if not isinstance(body, dict):
        raise Malformed("the delivery is not a JSON object")
    if "type" not in body and "event" in body:
        return Received([_from_trigger(body, request.body, me)])
    _refuse_another_account(body, request, settings.account_id)
    return _from_event(body, me)


def _authenticate(request: Request, secrets: tuple[str, ...]) -> None:
    given = signatures.require(request.header("X-Zendesk-Webhook-Signature"), "header X-Zendesk-Webhook-Signature")
    stamp = signatures.require(
        request.header("X-Zendesk-Webhook-Signature-Timestamp"), "header X-Zendesk-Webhook-Signature-Timestamp"
    )
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same([sign(secret, stamp, request.body) for secret in secrets], given.encode())
    signed_at = moment(stamp)
    if signed_at is None:
        raise SignatureInvalid("header X-Zendesk-Webhook-Signature-Timestamp is not a time")
    signatures.fresh(signed_at, request.received_at, TOLERANCE)


def sign(secret: str, stamp: str, body: bytes) -> bytes:
    """The signature that Zendesk puts on a body. `stamp` is the text of the timestamp header."""
    return base64.b64encode(hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest())


def _refuse_another_account(body: dict[str, Any], request: Request, expected: str | None) -> None:
    """Headers are not signed and the body is; where both name an account they must agree."""
    named = [other.strip() for other in (request.header("X-Zendesk-Account-Id"), expected) if other]
    said = identifier(body.get("account_id"))
    if named and said is None:
        raise Malformed("the delivery names no account")
    for other in named:
        if said != other:
            raise SignatureInvalid("the delivery belongs to another Zendesk account")


def _from_event(body: dict[str, Any], me: str | None) -> Received:
    name = body.get("type")
    if not isinstance(name, str):
        raise Malformed("the delivery has neither an event type nor our trigger template's event")
    kind = KINDS.get(name.removeprefix(TICKET_EVENT)) if name.startswith(TICKET_EVENT) else None
    if kind is None:
        return Received()
    detail = mapping(body.get("detail"))
    comment = mapping(mapping(body.get("event")).get("comment")) if kind is EventKind.MESSAGE_ADDED else {}
    return Received(
        [
            TicketEvent(
                event_id=_event_id(body),
                kind=kind,
                ticket_id=_ticket_id(detail.get("id")),
                occurred_at=moment(body.get("time")),
                author=_author(detail, comment, me),
                visibility=_visibility(comment.get("is_public")),
                message_id=identifier(comment.get("id")),
            )
        ]
    )


def _from_trigger(body: dict[str, Any], raw: bytes, me: str | None) -> TicketEvent:
    """Our template has no id: its body, which names the ticket's last change, is the same for every repeat."""
    kind = TRIGGER_KINDS.get(text(body.get("event")) or "")
    if kind is None:
        raise Malformed(f"the trigger's event is none of {', '.join(TRIGGER_KINDS)}; copy the body from the README")
    actor = identifier(body.get("actor"))
    return TicketEvent(
        event_id="trigger:" + hashlib.sha256(raw).hexdigest()[:40],
        kind=kind,
        ticket_id=_ticket_id(body.get("ticket_id")),
        occurred_at=moment(body.get("updated_at")),
        author=Role.INTEGRATION if actor is not None and actor == me else None,
    )


def _event_id(body: dict[str, Any]) -> str:
    found = body.get("id")
    if not isinstance(found, str) or not EVENT_ID.fullmatch(found):
        raise Malformed("the delivery has no usable id")
    return found


def _ticket_id(value: Any) -> str:
    found = values.identifier(value)
    if found is None:
        raise Malformed("the delivery has no usable ticket id")
    return found


def _author(detail: dict[str, Any], comment: dict[str, Any], me: str | None) -> Role | None:
    author = mapping(comment.get("author"))
    staff = author.get("is_staff")
    return role_of(
        identifier(author.get("id")) if comment else identifier(detail.get("actor_id")),
        me=me,
        requester=identifier(detail.get("requester_id")),
        staff=staff if isinstance(staff, bool) else None,
    )


def _visibility(public: Any) -> Visibility | None:
    if not isinstance(public, bool):
        return None
    return Visibility.PUBLIC if public else Visibility.INTERNAL
