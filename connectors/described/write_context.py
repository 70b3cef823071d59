"""What the placeholders of a write may name, in the help desk's own words."""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import Action, Change, Ticket
from connectors.described import words
from connectors.described.description import Description
from connectors.described.template import Openings
from connectors.described.templates import Context
from connectors.values import storable


def parts_of(change: Change | None) -> list[str]:
    """Which parts of a ticket a change touches."""
    if not change:
        return []
    told = {
        "tags": change.tags_added,
        "priority": change.priority,
        "team": change.team,
        "assignee": change.assignee,
        "status": change.status,
    }
    return [part for part, value in told.items() if value]


def write_context(
    context: Context,
    said: Description,
    openings: Openings,
    ticket: Ticket,
    action: Action | None,
    change: Change | None,
) -> dict[str, Any]:
    """What the placeholders of a write may name, in the help desk's own words."""
    person = ticket.assignee
    found: dict[str, Any] = {
        **context,
        "now": datetime.now(UTC).isoformat(timespec="seconds"),
        "ticket": {
            "id": ticket.id,
            "version": ticket.version,
            "subject": ticket.subject,
            "status": words.first(said.words.status, ticket.status) or ticket.status.value,
            "priority": words.first(said.words.priority, ticket.priority) or ticket.priority.value,
            "queue": ticket.queue,
            "tags": list(ticket.tags),
            "requester": {"id": ticket.requester.id, "name": ticket.requester.name, "email": ticket.requester.email},
            "assignee": {"id": person.id, "name": person.name, "email": person.email} if person else None,
            "fields": dict(ticket.fields),
        },
        "message": None,
        "change": _change(said, change or Change()),
    }
    if action is not None:
        found["message"] = {"text": openings.neutralised(storable(action.body)), "mark": action.mark.value}
    return found


def _change(said: Description, change: Change) -> dict[str, Any]:
    tables, team = said.words, change.team
    return {
        "tags_added": list(map(storable, change.tags_added)) or None,
        "priority": words.theirs(tables.priority, change.priority, "priority") if change.priority else None,
        "status": words.theirs(tables.status, change.status, "status") if change.status else None,
        "team": (words.first(tables.team, team) or team) if team else None,
        "assignee": change.assignee,
    }
