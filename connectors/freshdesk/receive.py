"""A delivery of an automation rule: a secret in a header lets it in, and its body is believed as a pointer alone.

Freshdesk signs nothing and numbers nothing. What it fills into a body is not reliably escaped, so ours holds ids.
"""

import hashlib
import json
import re
from typing import Any

from connectors import signatures
from connectors.contract import EventKind, Received, Request, TicketEvent, Visibility
from connectors.errors import Malformed
from connectors.freshdesk.settings import SECRET_HEADER, Settings
from connectors.values import identifier, moment, text

KINDS = {
    "created": EventKind.TICKET_CREATED,
    "customer_reply": EventKind.MESSAGE_ADDED,
    "agent_reply": EventKind.MESSAGE_ADDED,
    "private_note": EventKind.MESSAGE_ADDED,
    "changed": EventKind.TICKET_CHANGED,
    "deleted": EventKind.TICKET_DELETED,
}
TO_THE_SECOND = re.compile(r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}", re.ASCII)


def receive(request: Request, settings: Settings) -> Received:
    """What an admitted delivery points at. Who wrote is not told: it is read from the ticket."""
    signatures.shared_secret(request, SECRET_HEADER, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON; copy the content of the webhook from the README") from None
    if not isinstance(body, dict):
        raise Malformed("the delivery is not a JSON object")
    event = text(body.get("event")) or ""
    if event not in KINDS:
        raise Malformed(f"the delivery's event is none of {', '.join(KINDS)}; copy the content from the README")
    ticket_id = identifier(body.get("ticket_id"))
    if ticket_id is None:
        raise Malformed("the delivery has no usable ticket id")
    return Received(
        [
            TicketEvent(
                event_id=_event_id(event, ticket_id, body.get("updated_at"), request),
                kind=KINDS[event],
                ticket_id=ticket_id,
                occurred_at=moment(body.get("updated_at")),
                visibility=Visibility.INTERNAL if event == "private_note" else None,
            )
        ]
    )


def _event_id(event: str, ticket_id: str, updated_at: Any, request: Request) -> str:
    """The event, its ticket and the ticket's last change are the same for every repeat.

    Where Freshdesk does not fill the time in to the second, two messages would look like one and the later would be
    lost. Then each delivery counts for itself: a repeat is read again, and finds its message answered.
    """
    stamp = text(updated_at) or ""
    if not TO_THE_SECOND.search(stamp):
        stamp = f"received {request.received_at.isoformat()}"
    told = json.dumps([event, ticket_id, stamp]).encode()
    return "rule:" + hashlib.sha256(told).hexdigest()[:40]
