"""Deliveries as Help Scout sends them: the conversation as it is, signed, with the event's name in a header."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.help_scout.receive import MESSAGES, sign
from tests.connectors.help_scout.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"
RECORDED_ON = "2026-09-01T"
NAMES = {
    "ticket_created": "convo.created",
    "requester_replied": "convo.customer.reply.created",
    "agent_replied": "convo.agent.reply.created",
    "own_reply": "convo.agent.reply.created",
    "agent_noted": "convo.note.created",
    "own_note": "convo.note.created",
    "ticket_deleted": "convo.deleted",
}
OTHERS = {
    "ticket_changed__status": "convo.status",
    "ticket_changed__tags": "convo.tags",
    "ignored__customer_updated": "customer.updated",
    "ignored__satisfaction_rating": "satisfaction.ratings",
}


def event(name: str, **changed: Any) -> bytes:
    """A recorded body, with other values at its top where some are given; None takes one away."""
    document = {**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}
    gone = [key for key, value in changed.items() if value is None]
    return json.dumps({key: value for key, value in document.items() if key not in gone}).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None, named: str | None = None) -> Request:
    """What Help Scout would send now, about a message of now: nothing else dates a delivery. A recording, which is from
    long ago, is moved to now; what was moved already stays as it is. `named`: the event."""
    now = datetime.now(UTC)
    name = named or KNOWN.get(fingerprint(body), "convo.customer.reply.created")
    dated = moved_to(body, at or now, only_recorded=at is None) if name in MESSAGES else body
    headers = [
        ("Content-Type", "application/json"),
        ("X-HelpScout-Event", name),
        ("X-HelpScout-Signature", sign(secret, dated).decode()),
    ]
    return Request(headers, dated, now)


def moved_to(body: bytes, at: datetime, *, only_recorded: bool = False) -> bytes:
    """The same delivery about messages of another time; untouched where it holds none."""
    try:
        document = json.loads(body)
        for thread in document["_embedded"]["threads"]:
            told = thread.get("createdAt") if isinstance(thread, dict) else None
            if isinstance(told, str) and (told.startswith(RECORDED_ON) or not only_recorded):
                thread["createdAt"] = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, TypeError, KeyError, RecursionError):
        return body
    return json.dumps(document).encode()


def fingerprint(body: bytes) -> bytes:
    """What a recording is known by, whatever time it was moved to."""
    return b"".join(moved_to(body, datetime(2026, 1, 1, tzinfo=UTC)).split())


KNOWN = {
    fingerprint(file.read_bytes()): OTHERS.get(file.stem) or NAMES[file.stem.partition("__")[0]]
    for file in WEBHOOKS.glob("*.json")
}
