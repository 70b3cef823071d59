"""A Front delivery is authenticated, then translated: of an application, or of a rule.

An application's is signed with the base64 HMAC-SHA256 over its timestamp in milliseconds, a colon and the raw body,
and wraps the event in an envelope. A rule's is signed with the base64 HMAC-SHA1 over the body alone, which is the
event; its time is inside. Source: dev.frontapp.com, "Application webhooks" and "Rule webhooks".
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import timedelta
from typing import Any

from connectors import signatures
from connectors.contract import EventKind, Received, Reply, Request, Role, TicketEvent, Visibility
from connectors.errors import Malformed, SignatureInvalid
from connectors.front.people import handle_of, outside_role, role_of, sender
from connectors.front.settings import Settings
from connectors.front.values import entry_id, resource
from connectors.values import mapping, moment, objects

STAMP = re.compile(r"[0-9]{13}", re.ASCII)
CHALLENGE = re.compile(r"[!-~]{1,500}", re.ASCII)
AT_ONCE = timedelta(minutes=1)  # between the beginning of a conversation and the message that began it
# An application names its events in one way, Front's API and so a rule in another.
INBOUND = {"inbound_received", "inbound"}
OUTBOUND = {"outbound_sent", "outbound", "out_reply"}
COMMENTS = {"new_comment_added", "comment", "mention"}
DELETED = {"conversation_deleted", "trash"}
CHANGES = {
    *("conversation_archived", "conversation_reopened", "conversation_restored", "conversation_moved"),
    *("conversation_snoozed", "conversation_snooze_expired", "assignee_changed", "tag_added", "tag_removed"),
    *("archive", "reopen", "restore", "move", "reminder", "assign", "unassign", "tag", "untag"),
    *("conversations_merged", "custom_field_updated", "ticket_status_update"),
}
KINDS = {
    **dict.fromkeys(INBOUND | OUTBOUND | COMMENTS, EventKind.MESSAGE_ADDED),
    **dict.fromkeys(CHANGES, EventKind.TICKET_CHANGED),
    **dict.fromkeys(DELETED, EventKind.TICKET_DELETED),
}


def receive(request: Request, settings: Settings) -> Received:
    """What an authentic delivery says, and the answer to the challenge with which Front tries an address."""
    by_rule = bool(settings.rule_secrets) and request.header("X-Front-Request-Timestamp") is None
    _authenticate(request, settings, by_rule=by_rule)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise Malformed("the delivery is not a JSON object with the type of an event")
    if by_rule:
        _refuse_old(request, body)
        return _received(body["type"], body, settings)
    _refuse_another_company(body, settings.company_id)
    if body["type"] == "sync":
        return Received(reply=_answer(request))
    return _received(body["type"], mapping(body.get("payload")), settings)


def _authenticate(request: Request, settings: Settings, *, by_rule: bool) -> None:
    given = signatures.require(request.header("X-Front-Signature"), "header X-Front-Signature")
    if by_rule:
        expected = [sign_rule(secret, request.body) for secret in settings.rule_secrets]
        return signatures.same(expected, given.encode(errors="replace"))
    stamp = signatures.require(request.header("X-Front-Request-Timestamp"), "header X-Front-Request-Timestamp")
    if not settings.webhook_secrets:
        raise SignatureInvalid("the account has no webhook_secret, so no delivery can be authentic")
    signatures.same(
        [sign(one, stamp, request.body) for one in settings.webhook_secrets], given.encode(errors="replace")
    )
    at = moment(int(stamp) / 1000) if STAMP.fullmatch(stamp) else None
    if at is None:
        raise SignatureInvalid("header X-Front-Request-Timestamp is not a time in milliseconds")
    return signatures.fresh(at, request.received_at)


def sign(secret: str, stamp: str, body: bytes) -> bytes:
    """The signature of an application's delivery. `stamp` is the text of the timestamp header."""
    signed = stamp.encode(errors="replace") + b":" + body
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest())


def sign_rule(secret: str, body: bytes) -> bytes:
    """The signature of a rule's delivery. SHA-1 is weak against collisions, which an HMAC does not rest on."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha1).digest())


def _refuse_old(request: Request, event: dict[str, Any]) -> None:
    """Nothing else dates a rule's delivery, and none is sent again."""
    at = moment(event.get("emitted_at"))
    if at is None:
        raise Malformed("the delivery of a rule does not say when it was emitted; send full event data from the rule")
    signatures.fresh(at, request.received_at)


def _refuse_another_company(body: dict[str, Any], expected: str | None) -> None:
    said = mapping(body.get("authorization")).get("id")
    if expected and said is not None and said != expected:
        raise Malformed("the delivery belongs to another Front company than options.company_id")


def _answer(request: Request) -> Reply | None:
    challenge = request.header("X-Front-Challenge") or ""
    return Reply(json.dumps({"challenge": challenge}).encode()) if CHALLENGE.fullmatch(challenge) else None


def _received(name: str, event: dict[str, Any], settings: Settings) -> Received:
    conversation, source = mapping(event.get("conversation")), mapping(event.get("source"))
    if name not in KINDS or conversation.get("type") in ("discussion", "task"):
        return Received()
    event_id, ticket_id = resource(event.get("id"), "evt"), resource(conversation.get("id"), "cnv")
    if event_id is None or ticket_id is None:
        raise Malformed("the delivery has no usable id of its event and its conversation")
    if _of_another_inbox(source, settings.inbox_ids):
        return Received()
    author, visibility, message_id = _entry(name, event, conversation, settings.author_id)
    return Received(
        [
            TicketEvent(
                event_id=event_id,
                kind=EventKind.TICKET_CREATED if _begins(name, event, conversation) else KINDS[name],
                ticket_id=ticket_id,
                occurred_at=moment(event.get("emitted_at")),
                author=author,
                visibility=visibility,
                message_id=message_id,
            )
        ]
    )


def _of_another_inbox(source: dict[str, Any], wanted: frozenset[str]) -> bool:
    """Where the event came in by an inbox; other events do not tell, and reading the ticket decides."""
    told = {found for one in objects(source.get("data")) if (found := resource(one.get("id"), "inb"))}
    return bool(wanted and told) and not told & wanted


def _entry(
    name: str, event: dict[str, Any], conversation: dict[str, Any], me: str
) -> tuple[Role | None, Visibility | None, str | None]:
    """Who wrote, who can see it, and its id. A preview leaves much of this out."""
    target, source = mapping(mapping(event.get("target")).get("data")), mapping(event.get("source"))
    actor = mapping(source.get("data")) if mapping(source.get("_meta")).get("type") == "teammate" else {}
    if name in INBOUND:
        role = outside_role(sender(target), handle_of(conversation))
        return role, Visibility.PUBLIC, entry_id(target)
    if name in OUTBOUND:
        # Who pressed "send" comes before who began the draft, which may be this gateway.
        role = role_of(actor, me) or role_of(mapping(target.get("author")), me)
        return role, Visibility.PUBLIC, entry_id(target)
    if name in COMMENTS:
        role = role_of(mapping(target.get("author")), me) or role_of(actor, me)
        return role, Visibility.INTERNAL, resource(target.get("id"), "com")
    return Role.INTEGRATION if role_of(actor, me) is Role.INTEGRATION else None, None, None


def _begins(name: str, event: dict[str, Any], conversation: dict[str, Any]) -> bool:
    """Front has no event for a new conversation; a message that answers none, at its very beginning, is one."""
    began, at = moment(conversation.get("created_at")), moment(event.get("emitted_at"))
    links = mapping(mapping(mapping(mapping(event.get("target")).get("data")).get("_links")).get("related"))
    return (
        name in INBOUND
        and began is not None
        and at is not None
        and abs(at - began) <= AT_ONCE
        and not links.get("message_replied_to")
    )
