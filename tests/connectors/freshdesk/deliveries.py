"""Deliveries as Freshdesk's automation rules send them, with the content that the README gives."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from tests.connectors.freshdesk.desk import SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def event(name: str, **changed: Any) -> bytes:
    """A recorded event, with other values where some are given; None takes one away."""
    document = {**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}
    return json.dumps({key: value for key, value in document.items() if value is not None}).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What Freshdesk would send. `at`: when it arrives; the delivery itself is not dated."""
    headers = [("Content-Type", "application/json"), ("X-Countersign-Secret", secret)]
    return Request(headers, body, at or datetime.now(UTC))
