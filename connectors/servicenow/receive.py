"""A delivery of our business rule is authenticated, then translated. ServiceNow itself has no webhooks.

It signs by Standard Webhooks 1.0 and tells which record was saved and which entries are new, never what they say.
"""

import base64
import json
from collections.abc import Iterator
from typing import Any

from connectors.contract import Received, Request, TicketEvent
from connectors.errors import Malformed
from connectors.servicenow.events import changed_event, created_event, entry_event
from connectors.servicenow.settings import Settings
from connectors.signatures import standard_webhooks

SAVED = "record.saved"


def receive(request: Request, settings: Settings) -> Received:
    """What an authentic delivery says. Raises SignatureInvalid, or Malformed, which names the part and no value."""
    standard_webhooks(request, [form for secret in settings.webhook_secrets for form in _keys(secret)])
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if _part(body, "type", str) != SAVED:
        return Received()  # a newer rule may tell more
    if _part(body, "table", str) != settings.table:
        return Received()
    return Received(list(_events(body, settings.user)))


def _keys(secret: str) -> tuple[str, str]:
    """ServiceNow takes a key in base64. Should an instance sign with that text instead of what it stands for, it is as
    secret, and believed too."""
    as_text = base64.b64encode(secret.removeprefix("whsec_").encode()).decode()
    return secret, f"whsec_{as_text}"


def _events(body: dict[str, Any], me: str) -> Iterator[TicketEvent]:
    """The new entries, and the update itself where it brought none of them."""
    record, entries = _part(body, "record", dict), _part(body, "journal", list)
    created = _part(body, "operation", str) == "insert"
    found = [_known(entry_event(one, me) if isinstance(one, dict) else None) for one in entries]
    if created:
        yield _known(created_event(record, me))
    elif not any(one.get("sys_created_on") == record.get("sys_updated_on") for one in entries):
        yield _known(changed_event(record, me))
    for event in found:
        if event.ticket_id != record.get("sys_id"):
            raise Malformed("the delivery tells of entries of another record")
        yield event


def _part(parent: Any, name: str, kind: type) -> Any:
    found = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(found, kind):
        raise Malformed(f"the delivery has no {name} that can be read; is the business rule the one that came with us?")
    return found


def _known(event: TicketEvent | None) -> TicketEvent:
    if event is None:
        raise Malformed("the delivery names a record or an entry without what it is known by")
    return event
