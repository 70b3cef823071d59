"""Requests as HubSpot sends them: a list of events, signed together with our own address."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.hubspot.receive import sign
from tests.connectors.hubspot.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"
ADDRESS = "https://gateway.example/webhooks/acme"


def event(name: str, **changed: Any) -> dict[str, Any]:
    """The one event of a recorded delivery, with other values where some are given."""
    (found,) = json.loads((WEBHOOKS / f"{name}.json").read_text())
    return {**found, **changed}


def delivery(
    body: bytes, *, secret: str = SECRET, at: datetime | None = None, address: str = ADDRESS, method: str = "POST"
) -> Request:
    """What HubSpot would send now."""
    now = datetime.now(UTC)
    stamp = str(int((at or now).timestamp() * 1000))
    headers = [
        ("Content-Type", "application/json"),
        ("X-HubSpot-Request-Timestamp", stamp),
        ("X-HubSpot-Signature-v3", sign(secret, method, address, body, stamp).decode()),
        ("X-HubSpot-Signature-Version", "v1"),
        ("X-HubSpot-Signature", "of-an-older-kind-that-knows-no-time"),
    ]
    return Request(headers, body, now)
