"""A delivery of our callout is authenticated, then translated. Salesforce signs none itself: `Countersign.cls` does.

It signs by Standard Webhooks 1.0 and tells which records were saved, never what they say.
"""

import json
from collections.abc import Iterator
from typing import Any

from connectors.contract import Received, Request, TicketEvent
from connectors.errors import Malformed
from connectors.salesforce.events import SHOWN, case_events, comment_event, email_event
from connectors.signatures import standard_webhooks
from connectors.values import mapping

SAVED = "records.saved"


def receive(request: Request, secrets: tuple[str, ...], me: str | None) -> Received:
    """What an authentic delivery says. Raises SignatureInvalid, or Malformed, which names the part and no value."""
    standard_webhooks(request, secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if _part(body, "type", str) != SAVED:
        return Received()  # a newer callout may tell more
    return Received([event for one in _part(body, "records", list) for event in _events(one, me)])


def _events(one: Any, me: str | None) -> Iterator[TicketEvent]:
    """One record was saved once, so it is one event: a case that is new is not told as changed too."""
    record = _part(one, "record", dict)
    kind = _part(mapping(record.get("attributes")), "type", str)
    if kind == "Case":
        found = next(case_events(record, me, created=_part(one, "created", bool)), None)
    elif kind == "EmailMessage":
        if record.get("ParentId") is None or not (_part(record, "Incoming", bool) or record.get("Status") in SHOWN):
            return  # an e-mail of something else than a case, or of no interest
        found = email_event(record, me)
    elif kind == "CaseComment":
        found = comment_event(record, me)
    else:
        return
    if found is None:
        raise Malformed("the delivery names a record without an id, a case, a kind or a time that can be kept")
    yield found


def _part(parent: Any, name: str, kind: type) -> Any:
    found = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(found, kind):
        raise Malformed(f"the delivery has no {name} that can be read; is Countersign.cls the one that came with us?")
    return found
