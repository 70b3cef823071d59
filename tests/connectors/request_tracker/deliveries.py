"""Deliveries as our scrip in RT sends them."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.signatures import sign_standard_webhooks
from tests.connectors.request_tracker.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def recording(name: str, **transaction: Any) -> bytes:
    """A recorded delivery, with other values in its transaction where some are given."""
    document = json.loads((WEBHOOKS / f"{name}.json").read_text())
    document["transaction"] |= transaction
    return json.dumps(document).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What the scrip would send now. The same body is the same transaction, so it bears the same id."""
    now = datetime.now(UTC)
    stamp = int((at or now).timestamp())
    delivery_id = f"rt-transaction-{hashlib.sha256(body).hexdigest()[:12]}"
    headers = [
        ("webhook-id", delivery_id),
        ("webhook-timestamp", str(stamp)),
        ("webhook-signature", sign_standard_webhooks(secret, delivery_id, stamp, body)),
    ]
    return Request(headers, body, now)
