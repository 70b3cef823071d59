"""Deliveries as Zendesk sends them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.zendesk.receive import sign
from tests.connectors.zendesk.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def event(name: str, **changed: Any) -> bytes:
    """A recorded event, with other values at its top where some are given; None takes one away."""
    document = {**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}
    return json.dumps({key: value for key, value in document.items() if value is not None}).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What Zendesk would send now. It names its account in a header that is not signed."""
    now = datetime.now(UTC)
    stamp = (at or now).strftime("%Y-%m-%dT%H:%M:%SZ")
    headers = [
        ("X-Zendesk-Account-Id", account_of(body)),
        ("X-Zendesk-Webhook-Id", "01GB806K3T6JVG2DBQJRV9QTP9"),
        ("X-Zendesk-Webhook-Invocation-Id", "01H7ZDINVOCATION0000000001"),
        ("X-Zendesk-Webhook-Signature", sign(secret, stamp, body).decode()),
        ("X-Zendesk-Webhook-Signature-Timestamp", stamp),
    ]
    return Request(headers, body, now)


def account_of(body: bytes) -> str:
    try:
        named = json.loads(body)["account_id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "12514403"
    return str(named) if isinstance(named, int) else "12514403"
