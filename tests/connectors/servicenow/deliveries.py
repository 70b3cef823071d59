"""Deliveries as our business rule in ServiceNow sends them."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.signatures import sign_standard_webhooks
from tests.connectors.servicenow.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def recording(name: str, **changed: Any) -> bytes:
    """A recorded delivery, with other values at its top where some are given."""
    return json.dumps({**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What the rule would send now. A record is told once, so each delivery has an id of its own."""
    now = datetime.now(UTC)
    stamp = int((at or now).timestamp())
    delivery_id = f"sn-{hashlib.sha256(body).hexdigest()[:32]}"
    headers = [
        ("webhook-id", delivery_id),
        ("webhook-timestamp", str(stamp)),
        ("webhook-signature", sign_standard_webhooks(secret, delivery_id, stamp, body)),
    ]
    return Request(headers, body, now)
