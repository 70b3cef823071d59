"""A thread with its messages, and what the CRM ticket and the contact behind it tell, in our words."""

import hashlib
import json
from datetime import datetime
from typing import Any

from connectors.contract import Attachment, BodyFormat, Message, Person, Priority, Role, Status, Ticket
from connectors.errors import NotFound
from connectors.http import HttpClient
from connectors.hubspot.directory import Directory
from connectors.hubspot.pages import messages
from connectors.hubspot.people import requester_of, visibility_of, writer
from connectors.hubspot.settings import Settings
from connectors.hubspot.values import TICKETS, actor_id, message_id, thread_path
from connectors.values import document, identifier, lacks, mapping, moment, needed, objects, text

PROPERTIES = ("subject", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "hubspot_owner_id")
CONTACT = "firstname,lastname,email,phone,company,hs_language"
PRIORITIES = {"LOW": Priority.LOW, "MEDIUM": Priority.NORMAL, "HIGH": Priority.HIGH, "URGENT": Priority.URGENT}
STATUSES = {"OPEN": Status.OPEN, "CLOSED": Status.SOLVED}
CHANNELS = {"1000": "chat", "1001": "facebook", "1002": "email", "1003": "form", "1007": "whatsapp"}
Properties = dict[str, Any]


async def fetch(http: HttpClient, directory: Directory, settings: Settings, ticket_id: str) -> Ticket:
    """The thread and its ticket before its messages: who writes meanwhile makes the version old, never the thread."""
    path = thread_path(ticket_id)
    thread = document(await http.get(path, params={"association": "TICKET"}))
    crm = await crm_ticket(http, settings, crm_ticket_id(thread))
    contact = await _contact(http, identifier(thread.get("associatedContactId")))
    happened = await messages(http, path)
    requester = requester_of(contact, happened)
    entries = [_message(one, settings, requester) for one in happened if visibility_of(one)]
    times = [thread.get("createdAt"), thread.get("latestMessageTimestamp"), *(one.get("createdAt") for one in happened)]
    told = [at for one in times if (at := moment(one))]
    owner = await directory.owners.row(identifier(crm.get("hubspot_owner_id")))
    return Ticket(
        id=needed(identifier(thread.get("id")), "thread.id"),
        subject=text(crm.get("subject")) or next((said for one in happened if (said := text(one.get("subject")))), ""),
        status=_status(thread, crm, settings),
        version=_version(thread, crm, entries),
        requester=requester,
        messages=entries,
        created_at=min(told, default=None) or _lost("thread.createdAt"),
        updated_at=max(told),
        channel=_channel(thread),
        priority=PRIORITIES.get(text(crm.get("hs_ticket_priority")) or "", Priority.NORMAL),
        queue=text(crm.get(settings.team_property or "")) or identifier(thread.get("inboxId")),
        assignee=_assignee(thread, crm, owner),
        participants=_participants(entries),
        tags=tags_of(crm, settings),
        language=text(mapping(contact.get("properties")).get("hs_language")),
        fields=_fields(thread, crm),
    )


def crm_ticket_id(thread: dict[str, Any]) -> str | None:
    return identifier(mapping(thread.get("threadAssociations")).get("associatedTicketId"))


async def crm_ticket(http: HttpClient, settings: Settings, ticket_id: str | None) -> Properties:
    """The properties of a thread's ticket; none where it has no ticket, or that was deleted."""
    if ticket_id is None:
        return {}
    try:
        answer = document(await http.get(f"{TICKETS}/{ticket_id}", params={"properties": property_names(settings)}))
    except NotFound:
        return {}
    return properties_of(answer)


def property_names(settings: Settings) -> str:
    ours = [name for name in (settings.tags_property, settings.team_property) if name]
    return ",".join([*PROPERTIES, *ours])


def properties_of(answer: Any, *, may_be_stored: bool = False) -> Properties:
    """The properties in an answer about a ticket. Raises `Unavailable`."""
    found = mapping(answer).get("properties")
    if not isinstance(found, dict):
        raise lacks("the ticket's properties", may_be_stored=may_be_stored)
    return found


def tags_of(crm: Properties, settings: Settings) -> list[str]:
    """HubSpot has no tags: one property of the ticket keeps ours, joined as its multiple checkboxes are."""
    kept = text(crm.get(settings.tags_property or "")) or ""
    return [tag for part in kept.split(";") if (tag := part.strip())]


async def _contact(http: HttpClient, contact: str | None) -> dict[str, Any]:
    """What is known of a contact; nothing where it was deleted, or merged into another."""
    if contact is None:
        return {}
    try:
        found = document(await http.get(f"/crm/v3/objects/contacts/{contact}", params={"properties": CONTACT}))
    except NotFound:
        return {"id": contact}
    return {**found, "id": contact}


def _message(found: dict[str, Any], settings: Settings, requester: Person) -> Message:
    rich, files = text(found.get("richText")), objects(found.get("attachments"))
    entry = needed(message_id(found.get("id")), "message.id")
    return Message(
        id=entry,
        author=writer(found, settings, requester),
        visibility=needed(visibility_of(found), "message.type"),
        body=rich or text(found.get("text")) or "",
        format=BodyFormat.HTML if rich else BodyFormat.TEXT,
        created_at=needed(moment(found.get("createdAt")), "message.createdAt"),
        attachments=[_attachment(one, f"{entry}-{place}") for place, one in enumerate(files, 1)],
    )


def _attachment(file: dict[str, Any], place: str) -> Attachment:
    """HubSpot tells a file's name and address, and neither its type nor its size."""
    return Attachment(
        id=text(file.get("fileId")) or place, name=text(file.get("name")) or "unnamed", url=text(file.get("url"))
    )


def _status(thread: dict[str, Any], crm: Properties, settings: Settings) -> Status:
    """The ticket's stage, where options.stages knows it, else whether the thread is open."""
    stage = text(crm.get("hs_pipeline_stage"))
    known = next((status for status, number in settings.stages.items() if number == stage), None)
    return known or STATUSES.get(needed(text(thread.get("status")), "thread.status"), Status.OPEN)


def _version(thread: dict[str, Any], crm: Properties, entries: list[Message]) -> str:
    """A hash of what matters: HubSpot gives neither thread nor ticket a version."""
    matters = [
        *(thread.get(key) for key in ("status", "assignedTo", "inboxId", "archived", "spam")),
        {key: value for key, value in crm.items() if key not in ("hs_lastmodifieddate", "createdate")},
        [(one.id, one.visibility, one.body, [file.id for file in one.attachments]) for one in entries],
    ]
    return hashlib.sha256(json.dumps(matters, sort_keys=True).encode()).hexdigest()[:32]


def _channel(thread: dict[str, Any]) -> str:
    number = identifier(thread.get("originalChannelId"))
    return CHANNELS.get(number or "", number or "unknown")


def _assignee(thread: dict[str, Any], crm: Properties, owner: dict[str, Any]) -> Person | None:
    """The ticket's owner, else whoever has the thread."""
    number = identifier(crm.get("hubspot_owner_id"))
    if number:
        user = identifier(owner.get("userId"))
        name, email = text(owner.get("name")), text(owner.get("email"))
        return Person(id=f"A-{user}" if user else number, role=Role.AGENT, name=name, email=email)
    assigned = actor_id(thread.get("assignedTo"))
    if assigned is None:
        return None
    return Person(id=assigned, role=Role.AGENT if assigned.startswith("A-") else Role.SYSTEM)


def _participants(entries: list[Message]) -> list[Person]:
    return list({one.author.id: one.author for one in entries if one.author.role is Role.PARTICIPANT}.values())


def _fields(thread: dict[str, Any], crm: Properties) -> dict[str, Any]:
    fields = {
        "crm_ticket_id": crm_ticket_id(thread),
        "pipeline": text(crm.get("hs_pipeline")),
        "stage": text(crm.get("hs_pipeline_stage")),
        "inbox_id": identifier(thread.get("inboxId")),
        "spam": thread.get("spam"),
    }
    return {key: value for key, value in fields.items() if value not in (None, "")}


def _lost(what: str) -> datetime:
    raise lacks(what)
