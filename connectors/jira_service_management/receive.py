"""A Jira delivery is authenticated, then translated: of a webhook that an administrator made, with a secret.

Signature: `sha256=` and the hex HMAC-SHA256 of the raw body in `X-Hub-Signature`. Nothing else dates a delivery than
`timestamp`, which is inside the signed body. Source: developer.atlassian.com, "Webhooks" of Jira's platform.
"""

import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from typing import Any

from connectors import signatures
from connectors.contract import EventKind, Received, Request, Role, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.jira_service_management.people import role_of, visibility_of
from connectors.jira_service_management.settings import Settings
from connectors.jira_service_management.values import account_id
from connectors.values import identifier, mapping, moment

TOLERANCE = timedelta(minutes=55)  # Jira sends again for half an hour, and later where it is busy
DELIVERY = re.compile(r"[A-Za-z0-9._:-]{1,100}", re.ASCII)
CREATED, UPDATED, DELETED = "jira:issue_created", "jira:issue_updated", "jira:issue_deleted"
EDITED = {"comment_updated", "comment_deleted"}
KNOWN = {CREATED, UPDATED, DELETED, "comment_created", *EDITED}


def receive(request: Request, settings: Settings, me: str | None) -> Received:
    """What an authentic delivery says. `me`: the integration user's id, where it is known by now."""
    _authenticate(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("webhookEvent"), str):
        raise Malformed("the delivery is not a JSON object with the name of an event")
    at = _sent_at(body)
    signatures.fresh(at, request.received_at, TOLERANCE)
    name, issue = body["webhookEvent"], mapping(body.get("issue"))
    if name not in KNOWN or _of_another_project(issue, settings.project_keys):
        return Received()
    ticket_id = identifier(issue.get("id"))
    if ticket_id is None:
        raise Malformed('the delivery has no usable id of its issue; leave "Exclude body" of the webhook off')
    if name == "comment_created":
        return Received([_message(body, ticket_id, issue, me)])
    if name == UPDATED and not body.get("changelog") and body.get("comment"):
        return Received()  # a comment, of which another delivery tells
    return Received([_issue(request, body, ticket_id, at, me)])


def _authenticate(request: Request, secrets: tuple[str, ...]) -> None:
    given = signatures.require(request.header("X-Hub-Signature"), "header X-Hub-Signature (give the webhook a secret)")
    if not secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same([sign(secret, request.body) for secret in secrets], given.encode(errors="replace"))


def sign(secret: str, body: bytes) -> bytes:
    """The signature that Jira puts on a body."""
    return b"sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def _sent_at(body: dict[str, Any]) -> datetime:
    stamp = body.get("timestamp")
    at = (
        moment(stamp / 1000) if isinstance(stamp, int) and not isinstance(stamp, bool) and abs(stamp) < 10**16 else None
    )
    if at is None:
        raise Malformed("the delivery does not tell when it was sent")
    return at


def _of_another_project(issue: dict[str, Any], wanted: frozenset[str]) -> bool:
    key = issue.get("key")
    return bool(wanted) and isinstance(key, str) and key.rpartition("-")[0] not in wanted


def _message(body: dict[str, Any], ticket_id: str, issue: dict[str, Any], me: str | None) -> TicketEvent:
    """A comment, named by its own id."""
    comment = mapping(body.get("comment"))
    comment_id = identifier(comment.get("id"))
    if comment_id is None:
        raise Malformed("the delivery has no usable id of its comment")
    requester = account_id(mapping(mapping(issue.get("fields")).get("reporter")).get("accountId"))
    visibility = visibility_of(comment)
    return TicketEvent(
        event_id=f"comment:{comment_id}",
        kind=EventKind.MESSAGE_ADDED,
        ticket_id=ticket_id,
        occurred_at=moment(comment.get("created")),
        author=role_of(mapping(comment.get("author")), me=me, requester=requester, visibility=visibility),
        visibility=visibility,
        message_id=comment_id,
    )


def _issue(request: Request, body: dict[str, Any], ticket_id: str, at: datetime, me: str | None) -> TicketEvent:
    """A beginning, an end, or a change. An edited comment changes the ticket, and brings no new message."""
    name = body["webhookEvent"]
    kinds = {CREATED: EventKind.TICKET_CREATED, DELETED: EventKind.TICKET_DELETED}
    who = account_id(mapping(body.get("user")).get("accountId"))
    once = name in kinds
    return TicketEvent(
        event_id=f"{name}:{ticket_id}" if once else f"changed:{_change_id(request, body, ticket_id, at)}",
        kind=kinds.get(name, EventKind.TICKET_CHANGED),
        ticket_id=ticket_id,
        occurred_at=at,
        author=Role.INTEGRATION if who is not None and who == me else None,
        visibility=Visibility.PUBLIC if name == CREATED else None,
    )


def _change_id(request: Request, body: dict[str, Any], ticket_id: str, at: datetime) -> str:
    """The id of the change, of the edit, or of the delivery, which stays the same through all retries. That header is
    not signed; who could replay a delivery under another id would only have us read the ticket again."""
    if change := identifier(mapping(body.get("changelog")).get("id")):
        return change
    comment = mapping(body.get("comment"))
    if (comment_id := identifier(comment.get("id"))) and (edited := moment(comment.get("updated"))):
        return f"{body['webhookEvent']}:{comment_id}:{edited.isoformat()}"
    delivery = request.header("X-Atlassian-Webhook-Identifier") or ""
    return delivery if DELIVERY.fullmatch(delivery) else f"{ticket_id}:{at.isoformat()}"
