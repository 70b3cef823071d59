"""A Zammad delivery is authenticated, then translated: the default payload of a webhook that a trigger calls.

Signature: `sha1=` and the hex HMAC-SHA1 of the raw body in `X-Hub-Signature`; nothing dates it, so the time of the
ticket's last change, which is inside the signed body, has to be recent. Events have no names: the payload tells.
Source: Zammad's admin documentation, "Webhook"; app/jobs/trigger_webhook_job.rb.
"""

import hashlib
import hmac
import json
import re
from datetime import timedelta
from typing import Any

from connectors import signatures
from connectors.contract import EventKind, Received, Request, Role, TicketEvent
from connectors.errors import Malformed, SignatureInvalid
from connectors.values import identifier, mapping, moment, several
from connectors.zammad.people import role_of, visibility_of
from connectors.zammad.settings import Settings

# Retries take up to seven minutes, and Zammad sends when its background worker gets to it.
TOLERANCE = timedelta(minutes=30)
DELIVERY = re.compile(r"[A-Za-z0-9-]{1,100}", re.ASCII)


def receive(request: Request, settings: Settings, me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    _authenticate(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    ticket, article = mapping(mapping(body).get("ticket")), mapping(mapping(body).get("article"))
    changed_at = moment(ticket.get("updated_at"))
    ticket_id = identifier(ticket.get("id"))
    if changed_at is None or ticket_id is None:
        raise Malformed("the delivery tells no ticket and its updated_at; leave the webhook's custom payload off")
    signatures.fresh(changed_at, request.received_at, TOLERANCE)
    if not article:
        return Received([_changed(request, ticket, ticket_id, me)])
    return Received([_message(ticket, ticket_id, article, me)])


def _authenticate(request: Request, secrets: tuple[str, ...]) -> None:
    given = signatures.require(
        request.header("X-Hub-Signature"), "header X-Hub-Signature (give the webhook a signature token)"
    )
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same([sign(secret, request.body) for secret in secrets], given.encode(errors="replace"))


def sign(secret: str, body: bytes) -> bytes:
    """The signature that Zammad puts on a body. SHA-1 is weak against collisions, which an HMAC does not rest on."""
    return b"sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest().encode()


def _message(ticket: dict[str, Any], ticket_id: str, article: dict[str, Any], me: str | None) -> TicketEvent:
    """An article, named by its own id: several triggers, and all their retries, tell of it as one event."""
    message_id = identifier(article.get("id"))
    if message_id is None:
        raise Malformed("the delivery has no usable id of its article")
    first = [identifier(one) for one in several(ticket.get("article_ids"))] == [message_id]
    return TicketEvent(
        event_id=f"article:{message_id}",
        kind=EventKind.TICKET_CREATED if first else EventKind.MESSAGE_ADDED,
        ticket_id=ticket_id,
        occurred_at=moment(article.get("created_at")),
        author=role_of(article, me=me, requester=identifier(ticket.get("customer_id"))),
        visibility=visibility_of(article),
        message_id=message_id,
    )


def _changed(request: Request, ticket: dict[str, Any], ticket_id: str, me: str | None) -> TicketEvent:
    """A change has no id but that of its delivery, which stays the same through all retries. The header is not
    signed; who could replay a delivery under another id would only have us read the ticket again."""
    delivery = request.header("X-Zammad-Delivery") or ""
    known = delivery if DELIVERY.fullmatch(delivery) else f"{ticket_id}:{ticket['updated_at']}"
    who = identifier(ticket.get("updated_by_id"))
    return TicketEvent(
        event_id=f"changed:{known}",
        kind=EventKind.TICKET_CHANGED,
        ticket_id=ticket_id,
        occurred_at=moment(ticket.get("updated_at")),
        author=Role.INTEGRATION if who is not None and who == me else None,
    )
