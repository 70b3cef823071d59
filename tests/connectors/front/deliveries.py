"""Deliveries as Front's applications and rules send them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.front.receive import sign, sign_rule
from tests.connectors.front.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def event(name: str, **changed: Any) -> dict[str, Any]:
    """A recorded delivery, with other values in its event where some are given."""
    document: dict[str, Any] = json.loads((WEBHOOKS / f"{name}.json").read_text())
    return {**document, "payload": {**document.get("payload", {}), **changed}}


def delivery(
    body: bytes | dict[str, Any], *, secret: str = SECRET, at: datetime | None = None, challenge: str | None = None
) -> Request:
    """What an application would send now."""
    now = datetime.now(UTC)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((at or now).timestamp() * 1000))
    headers = [
        ("Content-Type", "application/json"),
        ("X-Front-Request-Timestamp", stamp),
        ("X-Front-Signature", sign(secret, stamp, raw).decode()),
        *([("X-Front-Challenge", challenge)] if challenge is not None else []),
    ]
    return Request(headers, raw, now)


def delivery_of_a_rule(event: dict[str, Any], *, secret: str) -> Request:
    """What a rule would send now: the event alone."""
    raw = json.dumps(event).encode()
    return Request([("X-Front-Signature", sign_rule(secret, raw).decode())], raw, datetime.now(UTC))
