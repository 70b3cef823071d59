"""What an authentic delivery says, in our words."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.contract import EventKind, Role, TicketEvent, Visibility
from connectors.errors import Malformed

IDENTIFIER = re.compile(r"[\w.:@-]{1,200}", re.ASCII)
KINDS: Mapping[str, EventKind] = {
    "ticket.created": EventKind.TICKET_CREATED,
    "message.created": EventKind.MESSAGE_ADDED,
    "ticket.updated": EventKind.TICKET_CHANGED,
    "ticket.deleted": EventKind.TICKET_DELETED,
}


def events_of(event_id: str, body: bytes) -> tuple[TicketEvent, ...]:
    """The event; none for a type that a newer desk may send. Raises `Malformed`, which names the part and no value."""
    _id({"id": event_id})
    try:
        delivery = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the delivery is not JSON") from None
    data = _part(delivery, "data", dict)
    kind = KINDS.get(_part(delivery, "type", str))
    if kind is None:
        return ()
    message = _part(data, "message", dict) if kind is EventKind.MESSAGE_ADDED else data.get("message")
    told = message if isinstance(message, dict) else {}
    who = told["author"] if "author" in told else data.get("actor")
    return (
        TicketEvent(
            event_id=event_id,
            kind=kind,
            ticket_id=_id(_part(data, "ticket", dict)),
            occurred_at=_time(delivery.get("timestamp")),
            author=_author(who),
            visibility=_visibility(told.get("visibility")),
            message_id=_id(told) if told else None,
        ),
    )


def _part(parent: Any, name: str, kind: type) -> Any:
    found = parent.get(name) if isinstance(parent, dict) else None
    if not isinstance(found, kind):
        raise Malformed(f"the delivery has no {name} that can be read")
    return found


def _id(parent: Mapping[str, Any]) -> str:
    found = parent.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int) or not IDENTIFIER.fullmatch(str(found)[:300]):
        raise Malformed("the delivery names something without an id that can be kept")
    return str(found)


def _author(who: Any) -> Role | None:
    told = who.get("type") if isinstance(who, dict) else None
    return Role(told) if isinstance(told, str) and told in set(Role) else None


def _visibility(told: Any) -> Visibility | None:
    return Visibility(told) if isinstance(told, str) and told in set(Visibility) else None


def _time(told: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
