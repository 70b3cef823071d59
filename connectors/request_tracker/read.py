"""A ticket with its whole thread, in our words."""

from collections.abc import Sequence
from typing import Any

from connectors.contract import Message, Person, Priority, Role, Status, Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.request_tracker.events import SYSTEM, VISIBLE_AS
from connectors.request_tracker.pages import ask, row_id
from connectors.request_tracker.people import People
from connectors.request_tracker.settings import Settings
from connectors.request_tracker.thread import (
    Part,
    Row,
    body_of,
    channel_of,
    contents,
    files_of,
    parts_of,
    transactions,
)
from connectors.request_tracker.values import moment, named, number, ticket_path
from connectors.values import document, mapping, needed, objects, text

SUBJECT = "Countersign "  # and the mark: the subject of our comments, which only the writer of a comment sets
ENDED = {"rejected": Status.CLOSED}


async def fetch(http: HttpClient, settings: Settings, people: People, ticket_id: str) -> Ticket:
    """The version first and the thread last: who writes meanwhile makes the version old, and never the thread."""
    version = await version_of(http, ticket_id)
    found = await fields_of(http, ticket_id)
    rows = await transactions(http, ticket_id)
    parts = await parts_of(http, rows)
    texts = await contents(http, [part for some in parts.values() for part in some])
    requestors = people_named(found.get("Requestor"))
    messages = [await _message(http, settings, people, row, parts, texts, requestors) for row in rows]
    channel = channel_of(parts[row_id(rows[0])]) if rows else "unknown"
    return await _ticket(http, settings, people, found, messages, str(needed(version, "a transaction")), channel)


async def version_of(http: HttpClient, ticket_id: str) -> int | None:
    """The id of the newest transaction that we may see, which is RT's own ETag of the ticket."""
    path = f"{ticket_path(ticket_id)}/history"
    return max(map(row_id, await ask(http, path, {"order": "DESC", "per_page": "20"})), default=None)


async def fields_of(http: HttpClient, ticket_id: str) -> dict[str, Any]:
    """The ticket itself. A merged one is the ticket that it was merged into."""
    found = document(await http.get(ticket_path(ticket_id), params={"fields[Queue]": "Name"}))
    if needed(text(found.get("Status")), "Status") == "deleted":
        raise NotFound(f"ticket {number(ticket_id)} is deleted")
    return found


def people_named(value: Any) -> list[str]:
    """The users among the members of a role; a group is nobody."""
    return [name for one in objects(value) if one.get("type") == "user" and (name := named(one))]


def tags_of(found: dict[str, Any], field: str | None) -> list[str]:
    values = [one.get("values") for one in objects(found.get("CustomFields")) if field and one.get("name") == field]
    return [tag for some in values if isinstance(some, list) for one in some if (tag := text(one))]


async def _ticket(
    http: HttpClient,
    settings: Settings,
    people: People,
    found: dict[str, Any],
    messages: Sequence[Message],
    version: str,
    channel: str,
) -> Ticket:
    requestors, owner = people_named(found.get("Requestor")), named(found.get("Owner"))
    ticket_id = str(needed(number(found.get("id")), "id"))
    created_at = needed(moment(found.get("Created")), "Created")
    queue = mapping(found.get("Queue"))
    copied = [name for role in ("Requestor", "Cc") for name in people_named(found.get(role))]
    return Ticket(
        id=ticket_id,
        subject=text(found.get("Subject")) or "",
        status=_status(settings, needed(text(found.get("Status")), "Status")),
        version=version,
        requester=await people.person(requestors[0], requestors) if requestors else Person("", Role.REQUESTER),
        messages=messages,
        created_at=created_at,
        updated_at=moment(found.get("LastUpdated")) or created_at,
        channel=channel,
        priority=_priority(settings, number(found.get("Priority"))),
        queue=text(queue.get("Name")) or named(queue),
        assignee=await people.person(owner, ()) if owner and owner not in SYSTEM else None,
        participants=[await people.person(name, requestors) for name in copied if name != next(iter(requestors), None)],
        tags=tags_of(found, settings.tags_field),
        fields=_fields(found),
        url=f"{http.base_url}/Ticket/Display.html?id={ticket_id}",
    )


async def _message(
    http: HttpClient,
    settings: Settings,
    people: People,
    row: Row,
    parts: dict[int, list[Part]],
    texts: dict[int, str],
    requestors: Sequence[str],
) -> Message:
    kind, own_parts = needed(text(row.get("Type")), "Type"), parts[row_id(row)]
    body, how = body_of(own_parts, texts)
    author = await people.person(
        needed(named(row.get("Creator")), "Creator"), requestors, wrote_internally=kind == "Comment"
    )
    return Message(
        id=str(row_id(row)),
        author=author,
        visibility=VISIBLE_AS[kind],
        body=body,
        format=how,
        created_at=needed(moment(row.get("Created")), "Created"),
        attachments=files_of(own_parts, http.base_url),
        mark=mark_of(row) if author.role is Role.INTEGRATION else None,
    )


def mark_of(row: Row) -> str | None:
    """The mark on one of our own comments. RT keeps a message's subject with the transaction."""
    subject = (text(row.get("Data")) or "").strip()
    return subject.removeprefix(SUBJECT) if row.get("Type") == "Comment" and subject.startswith(SUBJECT) else None


def _status(settings: Settings, told: str) -> Status:
    """Our word for RT's; one that the account does not map counts as open, so that a person sees it."""
    known: dict[str, Status] = dict(ENDED)
    for status, value in settings.statuses.items():
        known.setdefault(value.casefold(), status)
    return known.get(told.casefold(), Status.OPEN)


def _priority(settings: Settings, told: int | None) -> Priority:
    """The highest word whose number is reached; of two with the same number the milder one."""
    reached = [(value, word) for word, value in settings.priorities.items() if told is not None and value <= told]
    return max(reached, key=lambda one: one[0], default=(0, Priority.LOW))[1] if told is not None else Priority.NORMAL


def _fields(found: dict[str, Any]) -> dict[str, Any]:
    """Custom fields by name, where they hold something that is text."""
    fields = {text(one.get("name")): one.get("values") for one in objects(found.get("CustomFields"))}
    return {
        name: [value for one in values if (value := text(one))]
        for name, values in fields.items()
        if name and isinstance(values, list) and values
    }
