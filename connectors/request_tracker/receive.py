"""A delivery of our scrip is authenticated, then translated. RT itself has no webhooks: `scrip.pl` is their source.

It signs by Standard Webhooks 1.0 and tells which transaction happened, never what it says.
"""

import json
from typing import Any

from connectors.contract import Received, Request, Role
from connectors.errors import Malformed
from connectors.request_tracker.events import SYSTEM, event_of
from connectors.request_tracker.settings import Settings
from connectors.request_tracker.values import moment, number
from connectors.signatures import standard_webhooks
from connectors.values import text

HAPPENED = "ticket.transaction"


def receive(request: Request, settings: Settings) -> Received:
    """What an authentic delivery says. Raises SignatureInvalid, or Malformed, which names the part and no value."""
    standard_webhooks(request, settings.webhook_secrets)
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    if _part(body, "type", str) != HAPPENED:
        return Received()  # a newer scrip may tell more
    told = _part(body, "transaction", dict)
    event = event_of(
        _id(told),
        _id(_part(body, "ticket", dict)),
        _part(told, "type", str),
        status=text(told.get("status")),
        author=_author(told, settings.user),
        occurred_at=moment(told.get("created")),
    )
    return Received([event] if event else [])


def _part(parent: Any, name: str, kind: type) -> Any:
    found = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(found, kind):
        raise Malformed(f"the delivery has no {name} that can be read; is the scrip the one that came with us?")
    return found


def _id(parent: dict[str, Any]) -> int:
    found = number(parent.get("id"))
    if not found:
        raise Malformed("the delivery names something without an id that can be kept")
    return found


def _author(told: dict[str, Any], me: str) -> Role | None:
    """A requestor who is staff too wrote as the requester, unless it is a comment, which requesters do not see."""
    creator, staff, requestor = text(told.get("creator")), told.get("staff"), told.get("requestor")
    if creator is not None and creator.casefold() == me.casefold():
        return Role.INTEGRATION
    if creator in SYSTEM:
        return Role.SYSTEM
    if not isinstance(staff, bool) or not isinstance(requestor, bool):
        return None
    if requestor and not (staff and told.get("type") == "Comment"):
        return Role.REQUESTER
    return Role.AGENT if staff else Role.PARTICIPANT
