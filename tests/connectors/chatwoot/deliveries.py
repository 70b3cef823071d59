"""Deliveries as Chatwoot sends them since 4.12."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.chatwoot.receive import sign
from connectors.contract import Request
from tests.connectors.chatwoot.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def event(name: str, **changed: Any) -> bytes:
    """A recorded event, with other values at its top where some are given."""
    return json.dumps({**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What Chatwoot would send now. The id of the delivery is in a header that is not signed."""
    now = datetime.now(UTC)
    stamp = str(int((at or now).timestamp()))
    headers = [
        ("Content-Type", "application/json"),
        ("X-Chatwoot-Delivery", "6f1c2a0e-6b1e-4a55-9d0b-3a1f3c1e8a01"),
        ("X-Chatwoot-Timestamp", stamp),
        ("X-Chatwoot-Signature", sign(secret, stamp, body).decode()),
    ]
    return Request(headers, body, now)
