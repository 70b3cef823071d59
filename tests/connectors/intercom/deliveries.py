"""Notifications as Intercom sends them: the time of the first attempt is in the signed body, and nowhere else."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.intercom.receive import sign
from tests.connectors.intercom.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def event(name: str, *, item: dict[str, Any] | None = None, **changed: Any) -> bytes:
    """A recorded notification, with other values at its top, or in its item, where some are given."""
    found = {**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}
    found["data"]["item"] |= item or {}
    return json.dumps(found).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What Intercom would send now. The repeat of a notification keeps its id."""
    now = datetime.now(UTC)
    stamped = _stamped(body, at or now)
    headers = [("Content-Type", "application/json"), ("X-Hub-Signature", sign(secret, stamped).decode())]
    return Request(headers, stamped, now)


def _stamped(body: bytes, at: datetime) -> bytes:
    """The body with the time of its first attempt; what is no notification stays as it is."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(found, dict) or "topic" not in found:
        return body
    return json.dumps({**found, "first_sent_at": int(at.timestamp())}).encode()
