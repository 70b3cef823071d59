"""Deliveries as Jira sends them to a webhook that an administrator made, and a connector to take them."""

import dataclasses
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contract import Request
from connectors.jira_service_management.connector import JiraServiceManagementConnector
from connectors.jira_service_management.receive import sign
from tests.connectors.jira_service_management.desk import ACCOUNT, SECRET

WEBHOOKS = Path(__file__).parent / "webhooks"


def connected(**options: Any) -> JiraServiceManagementConnector:
    """A connector of the usual account, with other options where some are given."""
    changed = dataclasses.replace(ACCOUNT, options={**ACCOUNT.options, **options})
    return JiraServiceManagementConnector.connect(changed)


def event(name: str, *, comment: dict[str, Any] | None = None, **changed: Any) -> bytes:
    """A recorded event, with other values at its top and in its comment where some are given."""
    document = {**json.loads((WEBHOOKS / f"{name}.json").read_text()), **changed}
    if comment:
        document["comment"] |= comment
    return json.dumps(document).encode()


def delivery(body: bytes, *, secret: str = SECRET, at: datetime | None = None) -> Request:
    """What Jira would send now. It dates nothing but the body, so a recording is moved to the time of the delivery; the
    id in the header stays the same through all retries."""
    now = datetime.now(UTC)
    dated = stamped(body, at or now)
    headers = [
        ("Content-Type", "application/json; charset=UTF-8"),
        ("X-Atlassian-Webhook-Identifier", str(uuid.uuid5(uuid.NAMESPACE_URL, stamped(body, now.min).hex()))),
        ("X-Atlassian-Webhook-Flow", "Primary"),
        ("X-Hub-Signature", sign(secret, dated).decode()),
    ]
    return Request(headers, dated, now)


def stamped(body: bytes, at: datetime) -> bytes:
    """The same delivery, sent at another time; untouched where it tells none."""
    try:
        document = json.loads(body)
        if not isinstance(document["timestamp"], int) or isinstance(document["timestamp"], bool):
            return body
    except (ValueError, TypeError, KeyError, RecursionError):
        return body
    document["timestamp"] = int(at.replace(tzinfo=UTC).timestamp() * 1000)
    return json.dumps(document).encode()
