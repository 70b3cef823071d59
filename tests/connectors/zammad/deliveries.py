"""Deliveries as Zammad sends them when a trigger calls the webhook."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.values import moment
from connectors.zammad.receive import sign
from tests.connectors.zammad.desk import SECRET

SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)
WEBHOOKS = Path(__file__).parent / "webhooks"


def event(name: str, *, ticket: dict[str, Any] | None = None, article: dict[str, Any] | None = None) -> bytes:
    """A recorded delivery, with other values in its ticket and its article where some are given."""
    document = json.loads((WEBHOOKS / f"{name}.json").read_text())
    document["ticket"] |= ticket or {}
    if article:
        document["article"] |= article
    return json.dumps(document).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What Zammad would send now, about a change of now. It dates nothing but the ticket, which is in the body, so a
    recording is moved to the time of the delivery. The id in the header stays the same through all retries."""
    now = datetime.now(UTC)
    dated = changed_at(body, at or now)
    headers = [
        ("User-Agent", "Zammad User Agent"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Zammad-Trigger", "Countersign: customer wrote"),
        (
            "X-Zammad-Delivery",
            str(uuid.uuid5(uuid.NAMESPACE_URL, changed_at(body, datetime(2026, 1, 1, tzinfo=UTC)).hex())),
        ),
        ("X-Hub-Signature", sign(secret, dated).decode()),
    ]
    return Request(headers, dated, now)


def changed_at(body: bytes, at: datetime) -> bytes:
    """The same delivery about a ticket that changed at another time; untouched where it tells no such time."""
    try:
        document = json.loads(body)
        if moment(document["ticket"]["updated_at"]) is None:
            return body
    except (ValueError, TypeError, KeyError, RecursionError):
        return body
    document["ticket"]["updated_at"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps(document).encode()
