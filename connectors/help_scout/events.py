"""A thread as an event. It has one name, whether a webhook tells of it or polling finds it."""

from datetime import UTC, datetime
from typing import Any

from connectors.contract import EventKind, TicketEvent
from connectors.help_scout.people import SAYING, requester_id, role_of, visibility_of
from connectors.values import identifier, mapping, moment, objects, text

EVER = datetime(1971, 1, 1, tzinfo=UTC)


def saying_threads(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """The threads that came along and say something, newest first."""
    found = [
        one
        for one in objects(mapping(conversation.get("_embedded")).get("threads"))
        if text(one.get("type")) in SAYING and identifier(one.get("id")) and moment(text(one.get("createdAt")))
    ]
    return sorted(found, key=lambda one: (moment(one["createdAt"]) or EVER, int(str(one["id"]))), reverse=True)


def event_of(
    thread: dict[str, Any], conversation: dict[str, Any], ticket_id: str, kind: EventKind, me: str | None
) -> TicketEvent:
    thread_id = str(identifier(thread["id"]))
    return TicketEvent(
        event_id=f"thread:{thread_id}",
        kind=kind,
        ticket_id=ticket_id,
        occurred_at=moment(thread.get("createdAt")),
        author=role_of(thread, me=me, requester=requester_id(conversation)),
        visibility=visibility_of(thread),
        message_id=thread_id,
    )


def of_another_inbox(conversation: dict[str, Any], wanted: frozenset[str]) -> bool:
    """What does not tell its inbox is read, and not passed over."""
    inbox = identifier(conversation.get("mailboxId"))
    return bool(wanted) and inbox is not None and inbox not in wanted
